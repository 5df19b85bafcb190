"""What is read of tickets: what waits, what is called, how long it takes today. No names anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from lienthong.dossiers.models import Counter, Hall, Queue, Ticket
from lienthong.dossiers.remaining import length_in_words
from lienthong.dossiers.states import TicketState
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.clock import VIETNAM

SHOWN, MINUTES_OF_DAY = 8, 24 * 60
# A queue's day in one row: how many in each state, the median of serving and of waiting, counters at work.
FIGURES = """
SELECT queue.id, queue.letter, queue.name,
    count(ticket.id) AS drawn,
    count(*) FILTER (WHERE ticket.state = 'waiting') AS waiting,
    count(*) FILTER (WHERE ticket.state = 'called') AS called,
    count(*) FILTER (WHERE ticket.state = 'served') AS served,
    count(*) FILTER (WHERE ticket.state = 'absent') AS absent,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ticket.ended_at - ticket.called_at))
        FILTER (WHERE ticket.state = 'served') AS serving,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ticket.called_at - ticket.drawn_at))
        FILTER (WHERE ticket.called_at IS NOT NULL) AS waited,
    count(DISTINCT ticket.counter_id) FILTER (WHERE ticket.state = 'called') AS counters
FROM dossiers_queue queue
LEFT JOIN dossiers_ticket ticket ON ticket.queue_id = queue.id AND ticket.day = %s
WHERE queue.agency_id = %s AND (queue.open OR ticket.id IS NOT NULL)
GROUP BY queue.id ORDER BY queue.letter
"""


@dataclass(frozen=True)
class QueueDay:
    """A queue's figures of a day; the medians are in seconds, empty while there is nothing to count."""

    queue_id: int
    letter: str
    name: str
    drawn: int
    waiting: int
    called: int
    served: int
    absent: int
    serving: float | None
    waited: float | None
    counters: int

    @property
    def serving_words(self) -> str:
        """The median of serving."""
        return _words(self.serving)

    @property
    def waited_words(self) -> str:
        """The median of waiting."""
        return _words(self.waited)

    def estimate(self, ahead: int) -> str:
        """About how long it takes until so many were called; empty while nobody was served today."""
        return _words(self.serving * ahead / max(self.counters, 1)) if self.serving is not None else ""


def figures_of(agency_id: int, *, at: datetime) -> list[QueueDay]:
    """Today of every queue of an agency. One query."""
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, [at.astimezone(VIETNAM).date(), agency_id])
        return [QueueDay(*row) for row in cursor.fetchall()]


def counters_of(viewer: Viewer) -> list[Counter]:
    """The open counters of the viewer's agency with their queues. Two queries."""
    rows = Counter.objects.filter(agency_id=viewer.agency_id or 0, open=True)
    return list(rows.prefetch_related("queues"))


def find_counter(viewer: Viewer, counter_id: int) -> Counter:
    """An open counter of the viewer's agency. Raises `NotFound`."""
    found = next((one for one in counters_of(viewer) if one.pk == counter_id), None)
    if found is None:
        raise NotFound
    return found


def called_now(agency_id: int, *, at: datetime) -> list[Ticket]:
    """The tickets at the counters, the one called last first. One query."""
    rows = _today(at).filter(agency_id=agency_id, state=TicketState.CALLED)
    return list(rows.select_related("drawn_from", "counter").order_by("-called_at")[:SHOWN])


def at_counter(counter: Counter, *, at: datetime) -> Ticket | None:
    """The ticket that is at the counter. One query."""
    rows = _today(at).filter(counter=counter, state=TicketState.CALLED)
    return rows.select_related("drawn_from", "queue").first()


def line_of(counter: Counter, *, at: datetime) -> list[Ticket]:
    """Who waits for the counter's queues, in the order of calling. One query."""
    rows = _today(at).filter(queue__counters=counter, state=TicketState.WAITING)
    return list(rows.select_related("drawn_from", "queue").order_by("-first", "drawn_at", "id")[:SHOWN])


def absent_of(counter: Counter, *, at: datetime) -> list[Ticket]:
    """Who did not come when called today, the last first. One query."""
    rows = _today(at).filter(queue__counters=counter, state=TicketState.ABSENT)
    return list(rows.select_related("drawn_from", "queue").order_by("-ended_at")[:SHOWN])


def find_hall(hall_id: UUID) -> Hall:
    """The hall of a public display. Raises `NotFound`."""
    return _hall(Q(pk=hall_id))


def find_kiosk(key: UUID) -> tuple[Hall, list[Queue]]:
    """The hall of a kiosk and its open queues. Two queries. Raises `NotFound`."""
    hall = _hall(Q(kiosk_key=key))
    return hall, list(Queue.objects.filter(agency_id=hall.agency_id, open=True))


def find_ticket(ticket_id: UUID) -> tuple[Ticket, int]:
    """A ticket, for who holds its address, and how many are called before it. Raises `NotFound`."""
    rows = Ticket.objects.select_related("drawn_from", "queue", "counter", "agency")
    ticket = rows.filter(pk=ticket_id).first()
    if ticket is None:
        raise NotFound
    waiting = Ticket.objects.filter(queue=ticket.queue_id, day=ticket.day, state=TicketState.WAITING)
    before = Q(drawn_at__lt=ticket.drawn_at) | Q(drawn_at=ticket.drawn_at, pk__lt=ticket.pk)
    ahead = before & Q(first=True) if ticket.first else before | Q(first=True)
    return ticket, waiting.filter(ahead).exclude(pk=ticket.pk).count()


def _words(seconds: float | None) -> str:
    """Seconds in hours and minutes, a minute that has begun for a whole one."""
    return "" if seconds is None else length_in_words(ceil(seconds / 60), day=MINUTES_OF_DAY)


def _today(at: datetime) -> QuerySet[Ticket]:
    return Ticket.objects.filter(day=at.astimezone(VIETNAM).date())


def _hall(wanted: Q) -> Hall:
    hall = Hall.objects.select_related("agency").filter(wanted).first()
    if hall is None:
        raise NotFound
    return hall
