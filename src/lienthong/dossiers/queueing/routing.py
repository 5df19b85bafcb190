"""What visitors come for, in plain words, and the queue in which they wait for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value

from lienthong.dossiers.models import Queue, Ticket
from lienthong.dossiers.queueing.actions import draw_ticket
from lienthong.dossiers.queueing.refusals import NoQueueServes
from lienthong.dossiers.states import TicketState
from lienthong.identity.public import NotFound
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.plain import Plain
from lienthong.procedures.public import Channel, Procedure, ServiceField, ServiceOffer

MOST_PROCEDURES, MOST_WORDS, LONGEST_TEXT = 60, 8, 100
OTHER, FIELD, PROCEDURE, QUEUE = "other", "field", "procedure", "queue"


@dataclass(frozen=True)
class Matter:
    """What a visitor comes for: a field, and in words a procedure of it or itself; or a queue by name."""

    field: str = ""
    about: str = ""
    queue_id: int | None = None


def queue_for(queues: Sequence[Queue], field: str, waiting: Mapping[int, int]) -> Queue | None:
    """The queue that serves the field, of several the one with the fewest waiting; else the general one."""
    serving = [one for one in queues if field in one.fields] or [one for one in queues if one.general]
    return min(serving, key=lambda one: (waiting.get(one.pk, 0), one.letter), default=None)


def fields_to_name(agency_id: int, queues: Sequence[Queue]) -> list[ServiceField]:
    """The fields that visitors can name: offered at the counter, served by one of the queues. One query."""
    rows = ServiceField.objects.filter(Exists(_offered(agency_id).filter(field=OuterRef("pk"))))
    if not any(one.general for one in queues):
        rows = rows.filter(code__in={code for one in queues for code in one.fields})
    return list(rows)


def procedures_to_name(
    agency_id: int, queues: Sequence[Queue], *, field: str = "", text: str = ""
) -> list[Procedure]:
    """Procedures offered at the counter, of a field or with these words; at most 60. One query."""
    rows = _offered(agency_id).select_related("field").order_by("name")
    if field:
        rows = rows.filter(field__code=field)
    elif not any(one.general for one in queues):
        rows = rows.filter(field__code__in={code for one in queues for code in one.fields})
    for word in text[:LONGEST_TEXT].split()[:MOST_WORDS]:
        rows = rows.filter(search_text__contains=Plain(Value(word)))
    return list(rows[:MOST_PROCEDURES])


def find_matter(agency_id: int, said: str) -> Matter:
    """What the kiosk's button says: `procedure:<id>`, `field:<code>`, `queue:<id>` or `other`.

    Raises:
        NotFound: the agency does not offer it at its counter.
    """
    kind, _colon, key = said.partition(":")
    if kind == OTHER:
        return Matter()
    if kind == QUEUE and key.isascii() and key.isdigit() and len(key) < 16:
        return Matter(queue_id=int(key))
    found = _procedure(agency_id, key) if kind == PROCEDURE else None
    if found is not None:
        return Matter(found.field.code, found.name)
    field = ServiceField.objects.filter(code=key[:LONGEST_TEXT]).first() if kind == FIELD else None
    if field is None:
        raise NotFound
    return Matter(field.code, field.name)


def draw_for(*, agency_id: int, matter: Matter, at: datetime) -> Ticket:
    """Give the next number of the queue that serves what the visitor comes for.

    Raises:
        NotFound: no such queue. NoQueueServes, QueueClosed, QueueFull
    """
    queues = list(Queue.objects.filter(agency_id=agency_id, open=True))
    if matter.queue_id is not None:
        queue = next((one for one in queues if one.pk == matter.queue_id), None)
        if queue is None:
            raise NotFound
    else:
        queue = queue_for(queues, matter.field, _waiting(agency_id, at))
        if queue is None:
            raise NoQueueServes
    return draw_ticket(queue=queue, at=at, about=matter.about)


def _offered(agency_id: int) -> QuerySet[Procedure]:
    offers = ServiceOffer.objects.filter(
        version__procedure=OuterRef("pk"), agency=agency_id, channel=Channel.COUNTER, ended_at=None
    )
    return Procedure.objects.filter(Exists(offers))


def _procedure(agency_id: int, key: str) -> Procedure | None:
    try:
        wanted = UUID(key)
    except ValueError:
        return None
    return _offered(agency_id).select_related("field").filter(pk=wanted).first()


def _waiting(agency_id: int, at: datetime) -> dict[int, int]:
    """How many wait in each queue today. One query."""
    today = at.astimezone(VIETNAM).date()
    counted = Count("pk", filter=Q(state=TicketState.WAITING))
    rows = Ticket.objects.filter(agency=agency_id, day=today).values_list("queue").annotate(waiting=counted)
    return dict(rows.order_by("queue"))
