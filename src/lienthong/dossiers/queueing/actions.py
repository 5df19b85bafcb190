"""Tickets are drawn, called, called again, skipped, transferred and finished; a hall is set up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from uuid import UUID

from django.db import connection, transaction

from lienthong.dossiers import policies
from lienthong.dossiers.models import CapacityRule, Counter, Hall, Queue, Ticket
from lienthong.dossiers.queueing.refusals import (
    CounterBusy,
    NobodyWaits,
    QueueClosed,
    QueueFull,
    TicketNotNow,
)
from lienthong.dossiers.states import TICKET_MOVES, TicketState
from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import JSON, Actor, Subject, record

MOST_WAITING = 300
# Rolled back with the ticket, so that no number is lost; two kiosks at once wait for each other here.
TAKE = """
INSERT INTO dossiers_ticketsequence AS series (queue_id, day, last) VALUES (%s, %s, 1)
ON CONFLICT (queue_id, day) DO UPDATE SET last = series.last + 1
RETURNING last
"""


def draw_ticket(*, queue: Queue, at: datetime, first: bool = False, about: str = "") -> Ticket:
    """Give the next number of the queue and day; with `first` it is called before the others.

    `about`: what the visitor comes for, for who calls them.

    Raises:
        QueueClosed, QueueFull
    """
    if not queue.open:
        raise QueueClosed(queue=queue.name)
    day = at.astimezone(VIETNAM).date()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [queue.pk, day])
            (number,) = cursor.fetchone()
        if Ticket.objects.filter(queue=queue, day=day, state=TicketState.WAITING).count() >= MOST_WAITING:
            raise QueueFull(queue=queue.name)
        return Ticket.objects.create(
            agency_id=queue.agency_id,
            drawn_from=queue,
            queue=queue,
            day=day,
            number=number,
            first=first,
            about=about,
            drawn_at=at,
        )


def call_next(*, counter_id: int, viewer: Viewer, at: datetime) -> Ticket:
    """Call who has waited longest for the counter's queues; who is there still is finished by it.

    Two counters at once never get the same ticket: each takes the first that nobody else holds.

    Raises:
        NotFound, NobodyWaits
    """
    with transaction.atomic():
        counter = _counter(counter_id, viewer)
        waiting = Ticket.objects.select_for_update(of=("self",), skip_locked=True).filter(
            queue__counters=counter, day=at.astimezone(VIETNAM).date(), state=TicketState.WAITING
        )
        ticket = waiting.select_related("drawn_from", "queue").order_by("-first", "drawn_at", "id").first()
        if ticket is None:
            raise NobodyWaits(counter=counter.number)
        Ticket.objects.filter(counter=counter, state=TicketState.CALLED).update(
            state=TicketState.SERVED, ended_at=at
        )
        return _call(ticket, counter, viewer, at)


def recall(*, ticket_id: UUID, counter_id: int, viewer: Viewer, at: datetime) -> Ticket:
    """Call a ticket once more: the one at the counter, or one of today that did not come.

    Raises:
        NotFound, TicketNotNow, CounterBusy: another one is at the counter.
    """
    with transaction.atomic():
        counter = _counter(counter_id, viewer)
        ticket = _ticket(ticket_id, "recall", viewer, at)
        others = Ticket.objects.select_related("drawn_from").filter(counter=counter, state=TicketState.CALLED)
        if busy := others.exclude(pk=ticket.pk).first():
            raise CounterBusy(counter=counter.number, ticket=busy)
        if ticket.state == TicketState.CALLED and ticket.counter_id != counter.pk:
            raise TicketNotNow(ticket=ticket, state=ticket.state_label)
        return _call(ticket, counter, viewer, at)


def skip(*, ticket_id: UUID, viewer: Viewer, at: datetime) -> Ticket:
    """Nobody came: the ticket waits no more, and may be called again today. Raises NotFound, TicketNotNow."""
    return _end(ticket_id, "skip", viewer, at)


def finish(*, ticket_id: UUID, viewer: Viewer, at: datetime) -> Ticket:
    """The visitor was served. Raises NotFound, TicketNotNow."""
    return _end(ticket_id, "finish", viewer, at)


def transfer(*, ticket_id: UUID, queue_id: int, viewer: Viewer, at: datetime) -> Ticket:
    """Let the visitor wait for another queue with the same number, before those who wait there.

    Raises:
        NotFound, TicketNotNow, QueueClosed
    """
    with transaction.atomic():
        ticket = _ticket(ticket_id, "transfer", viewer, at)
        queue = Queue.objects.filter(pk=queue_id, agency_id=viewer.agency_id or 0).first()
        if queue is None:
            raise NotFound
        if not queue.open:
            raise QueueClosed(queue=queue.name)
        ticket.queue, ticket.first, ticket.state = queue, True, TicketState.WAITING
        ticket.counter = ticket.called_at = ticket.called_by = None
        ticket.save(update_fields=["queue", "first", "state", "counter", "called_at", "called_by"])
    return ticket


def open_hall(*, viewer: Viewer, at: datetime) -> Hall:
    """The hall of the viewer's agency, made when first asked for. Raises NotAllowed."""
    agency_id = _sets_up(viewer)
    hall, _made = Hall.objects.select_related("agency").get_or_create(agency_id=agency_id)
    return hall


def set_queue(
    *,
    letter: str,
    name: str,
    fields: Collection[str],
    opened: bool,
    general: bool = False,
    viewer: Viewer,
    at: datetime,
) -> Queue:
    """Make, rename, open or close the queue of a letter; the `general` one was another before.

    Raises:
        NotAllowed
    """
    agency_id = _sets_up(viewer)
    with transaction.atomic():
        if general:
            Queue.objects.filter(agency_id=agency_id, general=True).exclude(letter=letter).update(
                general=False
            )
        values = {"name": name, "fields": sorted(fields), "open": opened, "general": general}
        queue, _made = Queue.objects.update_or_create(agency_id=agency_id, letter=letter, defaults=values)
        said: dict[str, JSON] = {"letter": letter, "name": name, "open": opened, "general": general}
        said["fields"] = list[JSON](sorted(fields))
        _record("queue.set", queue.agency_id, viewer.actor(), at, said)
    return queue


def set_counter(
    *, number: int, queues: Collection[Queue], opened: bool, viewer: Viewer, at: datetime
) -> Counter:
    """Make, open or close a counter and say which queues are called to it. Raises NotAllowed, NotFound."""
    agency_id = _sets_up(viewer)
    if any(queue.agency_id != agency_id for queue in queues):
        raise NotFound
    with transaction.atomic():
        counter, _made = Counter.objects.update_or_create(
            agency_id=agency_id, number=number, defaults={"open": opened}
        )
        counter.queues.set(queues)
        letters = "".join(sorted(one.letter for one in queues))
        said: dict[str, JSON] = {"number": number, "queues": letters, "open": opened}
        _record("counter.set", agency_id, viewer.actor(), at, said)
    return counter


def find_queue(viewer: Viewer, queue_id: int) -> Queue:
    """A queue that the viewer may set up. Raises NotAllowed, NotFound."""
    queue = Queue.objects.filter(pk=queue_id, agency_id=_sets_up(viewer)).first()
    if queue is None:
        raise NotFound
    return queue


def set_capacity(
    *,
    queue: Queue,
    weekday: int,
    starts: time,
    ends: time,
    minutes: int,
    places: int,
    viewer: Viewer,
    at: datetime,
) -> None:
    """Say how many appointments a queue takes on a weekday from that time on; without places, none."""
    if queue.agency_id != _sets_up(viewer):
        raise NotFound
    with transaction.atomic():
        rules = CapacityRule.objects.filter(queue=queue, weekday=weekday, starts=starts)
        if places:
            values = {"ends": ends, "minutes": minutes, "places": places}
            CapacityRule.objects.update_or_create(
                queue=queue, weekday=weekday, starts=starts, defaults=values
            )
        else:
            rules.delete()
        said: dict[str, JSON] = {"letter": queue.letter, "weekday": weekday, "starts": f"{starts:%H:%M}"}
        said |= {"ends": f"{ends:%H:%M}", "minutes": minutes, "places": places}
        _record("queue.set-capacity", queue.agency_id, viewer.actor(), at, said)


def _call(ticket: Ticket, counter: Counter, viewer: Viewer, at: datetime) -> Ticket:
    ticket.state, ticket.counter, ticket.ended_at = TicketState.CALLED, counter, None
    ticket.called_at, ticket.called_by_id = at, viewer.official_id
    ticket.save(update_fields=["state", "counter", "called_at", "called_by", "ended_at"])
    return ticket


def _end(ticket_id: UUID, verb: str, viewer: Viewer, at: datetime) -> Ticket:
    with transaction.atomic():
        ticket = _ticket(ticket_id, verb, viewer, at)
        ticket.state, ticket.ended_at = TICKET_MOVES[verb][1], at
        ticket.save(update_fields=["state", "ended_at"])
    return ticket


def _ticket(ticket_id: UUID, verb: str, viewer: Viewer, at: datetime) -> Ticket:
    """The ticket, locked, of today and the viewer's agency, in a state that allows the act."""
    if not policies.calls_tickets(viewer):
        raise NotAllowed
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("drawn_from", "queue")
    ticket = rows.filter(
        pk=ticket_id, agency_id=viewer.agency_id or 0, day=at.astimezone(VIETNAM).date()
    ).first()
    if ticket is None:
        raise NotFound
    if ticket.state not in TICKET_MOVES[verb][0]:
        raise TicketNotNow(ticket=ticket, state=ticket.state_label)
    return ticket


def _counter(counter_id: int, viewer: Viewer) -> Counter:
    """The counter, locked: two at one counter wait for each other."""
    if not policies.calls_tickets(viewer):
        raise NotAllowed
    rows = Counter.objects.select_for_update().filter(
        pk=counter_id, agency_id=viewer.agency_id or 0, open=True
    )
    counter = rows.first()
    if counter is None:
        raise NotFound
    return counter


def _sets_up(viewer: Viewer) -> int:
    if viewer.agency_id is None or not policies.sets_up_hall(viewer):
        raise NotAllowed
    return viewer.agency_id


def _record(verb: str, agency_id: int, actor: Actor, at: datetime, data: dict[str, JSON]) -> None:
    subject = Subject("directory.agency", str(agency_id))
    record(actor=actor, verb=verb, subject=subject, at=at, data=data)
