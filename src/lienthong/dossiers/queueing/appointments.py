"""Appointments are booked, cancelled, and turned into a ticket when the visitor arrives.

Booking and cancelling are doors for whoever may speak for the party: a receptionist at the counter or on the
telephone, later the party's own page. Who calls says who acts, and checks that they may.
"""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Min
from django.urls import reverse

from lienthong.directory.public import WorkingCalendar, calendar_of, sessions_of
from lienthong.dossiers.models import Appointment, CapacityRule, Queue, Ticket
from lienthong.dossiers.party_notices import (
    APPOINTMENT_CANCELLED,
    APPOINTMENT_MADE,
    APPOINTMENT_NEAR,
)
from lienthong.dossiers.queueing.actions import draw_ticket
from lienthong.dossiers.queueing.refusals import (
    AppointmentAlready,
    AppointmentOver,
    CancelReasonMissing,
    NoSuchSlot,
    SlotFull,
)
from lienthong.dossiers.telling import APPOINTMENTS_TODAY
from lienthong.dossiers.telling_parties import settle_appointment, tell_of_appointments
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer, officials_acting
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import JSON, Actor, Subject, record
from lienthong.notifications.public import notify

DAYS_AHEAD = 60
REMINDED_BEFORE = timedelta(hours=36)


@dataclass(frozen=True)
class Slot:
    """A time at which a queue takes visitors, and how many places of it are free."""

    starts_at: datetime
    places: int
    free: int


@dataclass(frozen=True)
class Booking:
    """Who comes to which queue when."""

    queue_id: int
    party_id: UUID
    starts_at: datetime
    note: str = ""


def slots_of(*, queue: Queue, day: date, at: datetime) -> list[Slot]:
    """The times of a day that a queue gives, in order; none on a day off or once passed. Six queries."""
    today = at.astimezone(VIETNAM).date()
    if not today <= day <= today + timedelta(days=DAYS_AHEAD):
        return []
    rules = list(CapacityRule.objects.filter(queue=queue, weekday=day.weekday()))
    if not rules:
        return []
    calendar = calendar_of(queue.agency_id, years=[day.year])
    taken = Tally(
        Appointment.objects.filter(queue=queue, day=day, cancelled_at=None).values_list(
            "starts_at", flat=True
        )
    )
    places = Tally[datetime]()
    for rule in rules:
        for starts_at in _times(rule, calendar, day):
            places[starts_at] += rule.places
    return [
        Slot(starts_at, count, max(count - taken[starts_at], 0))
        for starts_at, count in sorted(places.items())
        if starts_at > at
    ]


def book_appointment(
    *, booking: Booking, actor: Actor, at: datetime, booked_by: int | None = None
) -> Appointment:
    """Book a place; two at once for the last one wait for each other, and the second is told.

    Raises:
        NotFound, NoSuchSlot, SlotFull, AppointmentAlready
    """
    with transaction.atomic():
        queues = Queue.objects.select_for_update(of=("self",)).select_related("agency")
        queue = queues.filter(pk=booking.queue_id, open=True).first()
        if queue is None:
            raise NotFound
        day = booking.starts_at.astimezone(VIETNAM).date()
        said = {"queue": queue.name, "time": _said(booking.starts_at)}
        slots = {slot.starts_at: slot for slot in slots_of(queue=queue, day=day, at=at)}
        slot = slots.get(booking.starts_at)
        if slot is None:
            raise NoSuchSlot(field="starts_at", **said)
        own = Appointment.objects.select_related("party").filter(
            party=booking.party_id, queue=queue, day=day, cancelled_at=None
        )
        if former := own.first():
            raise AppointmentAlready(name=former.party.name, queue=queue.name, time=_said(former.starts_at))
        appointment = Appointment.objects.create(
            agency=queue.agency,
            queue=queue,
            party_id=booking.party_id,
            day=day,
            starts_at=slot.starts_at,
            place=_free_place(queue, slot, said),
            note=booking.note.strip()[:200],
            booked_at=at,
            booked_by_id=booked_by,
        )
        _record("book", appointment, actor, at)
        tell_of_appointments([appointment], APPOINTMENT_MADE, at=at)
    return appointment


def cancel_appointment(
    *,
    appointment_id: UUID,
    reason: str,
    actor: Actor,
    at: datetime,
    agency_id: int = 0,
    party_id: UUID | None = None,
) -> Appointment:
    """Cancel an appointment of the agency, or of the party; its place is free again.

    Raises:
        NotFound, AppointmentOver, CancelReasonMissing
    """
    with transaction.atomic():
        row = _locked(appointment_id)
        if row.agency_id != agency_id and (party_id is None or row.party_id != party_id):
            raise NotFound
        if not reason.strip():
            raise CancelReasonMissing(field="reason")
        if row.cancelled_at is not None or row.ticket_id is not None:
            raise AppointmentOver
        row.cancelled_at, row.cancel_reason = at, reason.strip()[:500]
        row.save(update_fields=["cancelled_at", "cancel_reason"])
        _record("cancel", row, actor, at)
        tell_of_appointments([row], APPOINTMENT_CANCELLED, at=at, settles=(APPOINTMENT_NEAR,))
    return row


def arrive(*, appointment_id: UUID, viewer: Viewer, at: datetime) -> Ticket:
    """The visitor is there: a ticket of the queue that is called before the others.

    Raises:
        NotAllowed, NotFound, AppointmentOver; QueueClosed, QueueFull
    """
    if not viewer.has(Role.RECEPTIONIST):
        raise NotAllowed
    with transaction.atomic():
        row = _locked(appointment_id)
        if row.agency_id != viewer.agency_id:
            raise NotFound
        today = row.day == at.astimezone(VIETNAM).date()
        if not today or row.cancelled_at is not None or row.ticket_id is not None:
            raise AppointmentOver
        row.ticket = draw_ticket(queue=row.queue, at=at, first=True)
        row.save(update_fields=["ticket"])
        _record("arrive", row, viewer.actor(), at)
        settle_appointment(row, at=at)
    return row.ticket


def remind_desks(*, at: datetime) -> int:
    """Tell the receptionists of each agency how many appointments it has today; how many agencies.

    The parties are told by `remind_visitors`.
    """
    day = at.astimezone(VIETNAM).date()
    with transaction.atomic():
        rows = Appointment.objects.filter(day=day, cancelled_at=None, ticket=None)
        agencies = rows.values("agency").annotate(number=Count("pk"), first=Min("starts_at"))
        found = list(agencies.order_by("agency").values_list("agency", "number", "first"))
        for agency_id, number, first in found:
            notify(
                recipients=officials_acting(at=at, agency_id=agency_id, roles=[Role.RECEPTIONIST]),
                kind=APPOINTMENTS_TODAY.code,
                subject=Subject("directory.agency", str(agency_id)),
                key=day.isoformat(),
                params={"number": number, "first": _said(first)},
                link=reverse("dossiers:appointments"),
                at=at,
            )
    return len(found)


def remind_visitors(*, at: datetime) -> int:
    """Remind those who have an appointment within a day and a half; how many appointments. Three queries."""
    with transaction.atomic():
        rows = Appointment.objects.filter(cancelled_at=None, ticket=None)
        rows = rows.filter(starts_at__gt=at, starts_at__lte=at + REMINDED_BEFORE)
        found = list(rows.select_related("queue", "agency").order_by("pk"))
        tell_of_appointments(found, APPOINTMENT_NEAR, at=at)
    return len(found)


def appointments_of(viewer: Viewer, *, day: date) -> list[Appointment]:
    """The appointments of the viewer's agency on a day, in order; for who receives. One query."""
    if not viewer.has(Role.RECEPTIONIST):
        return []
    rows = Appointment.objects.filter(agency_id=viewer.agency_id or 0, day=day)
    rows = rows.select_related("party", "queue", "ticket__drawn_from")
    return list(rows.order_by("starts_at", "queue__letter", "place"))


def _times(rule: CapacityRule, calendar: WorkingCalendar, day: date) -> list[datetime]:
    """The beginnings of the rule's slots that lie whole within the working time of the day."""
    found = []
    starts = datetime.combine(day, rule.starts, VIETNAM)
    while (ends := starts + timedelta(minutes=rule.minutes)) <= datetime.combine(day, rule.ends, VIETNAM):
        first, last = (one.hour * 60 + one.minute for one in (starts, ends))
        if any(one.starts <= first and last <= one.ends for one in sessions_of(calendar, day)):
            found.append(starts)
        starts = ends
    return found


def _free_place(queue: Queue, slot: Slot, said: dict[str, str]) -> int:
    rows = Appointment.objects.filter(queue=queue, starts_at=slot.starts_at, cancelled_at=None)
    taken = set(rows.values_list("place", flat=True))
    free = [place for place in range(1, slot.places + 1) if place not in taken]
    if not free:
        raise SlotFull(field="starts_at", **said)
    return free[0]


def _locked(appointment_id: UUID) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("queue", "agency")
    row = rows.filter(pk=appointment_id).first()
    if row is None:
        raise NotFound
    return row


def _record(verb: str, row: Appointment, actor: Actor, at: datetime) -> None:
    subject = Subject("dossiers.appointment", str(row.pk))
    data: dict[str, JSON] = {
        "queue": row.queue_id,
        "starts_at": row.starts_at.isoformat(),
        "reason": row.cancel_reason,
    }
    record(actor=actor, verb=f"appointment.{verb}", subject=subject, at=at, data=data)


def _said(instant: datetime) -> str:
    return instant.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
