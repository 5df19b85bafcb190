"""Appointments: no place twice, none on a day off, and who arrives is called before the others."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from lienthong.directory.public import set_day
from lienthong.dossiers.models import Appointment, Queue
from lienthong.dossiers.queueing import actions
from lienthong.dossiers.queueing.appointments import (
    Booking,
    arrive,
    book_appointment,
    cancel_appointment,
    remind_desks,
    slots_of,
)
from lienthong.dossiers.queueing.refusals import (
    AppointmentAlready,
    AppointmentOver,
    CancelReasonMissing,
    NoSuchSlot,
    SlotFull,
)
from lienthong.dossiers.tests.factories import NOON, applicant, official
from lienthong.dossiers.tests.test_concurrency import at_once
from lienthong.dossiers.tests.test_queueing import hall
from lienthong.identity.public import NotAllowed, NotFound, Party, Role, keep_party
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import VIETNAM, now
from lienthong.ledger.public import Actor
from lienthong.notifications.tests.factories import told_of

BY: dict[str, Any] = {"actor": Actor(kind="official", id="1", name="Một cửa"), "at": NOON}
TUESDAY = date(2026, 3, 3)


def party() -> Party:
    """Somebody nobody met before."""
    return keep_party(facts=applicant(), at=NOON)


def capacity(queue: Queue, places: int = 2) -> None:
    """On Tuesdays two places each half an hour from 10:30 to 14:30: the noon is no working time."""
    leader = official(queue.agency, Role.HALL_KEEPER)
    given = {"starts": time(10, 30), "ends": time(14, 30), "minutes": 30, "places": places}
    actions.set_capacity(queue=queue, weekday=1, viewer=leader, at=NOON, **given)  # type: ignore[arg-type]


def tuesday(hour: int, minute: int = 0) -> datetime:
    """A time of the Tuesday after."""
    return datetime.combine(TUESDAY, time(hour, minute), VIETNAM)


def book(queue: Queue, starts_at: datetime, who: Party | None = None) -> Appointment:
    """Somebody books."""
    booking = Booking(queue.pk, (who or party()).pk, starts_at)
    return book_appointment(booking=booking, **BY)


@pytest.mark.django_db(transaction=True)
def test_of_those_who_want_the_last_places_at_once_no_more_get_one_than_there_are() -> None:
    _desk, (queue, _other), _counters = hall(agency())
    capacity(queue)
    people = [party() for _ in range(5)]
    acts = [lambda who=who: book(queue, tuesday(11), who) for who in people]
    assert sorted(at_once(*acts)) == ["done"] * 2 + ["slot-full"] * 3
    first = Appointment.objects.order_by("place").first()
    assert first is not None
    first.pk, first.party = uuid4(), party()
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


@pytest.mark.django_db
def test_slots_follow_rules_and_working_time_and_a_day_off_has_none() -> None:
    _desk, (queue, other), _counters = hall(agency())
    capacity(queue)
    found = slots_of(queue=queue, day=TUESDAY, at=NOON)
    assert [slot.starts_at for slot in found] == [
        tuesday(10, 30),
        tuesday(11),
        tuesday(13, 30),
        tuesday(14),
    ]
    assert {(slot.places, slot.free) for slot in found} == {(2, 2)}
    assert len(slots_of(queue=queue, day=TUESDAY, at=tuesday(11))) == 2
    assert slots_of(queue=queue, day=TUESDAY + timedelta(days=1), at=NOON) == []
    assert slots_of(queue=queue, day=TUESDAY + timedelta(days=70), at=NOON) == []
    assert slots_of(queue=other, day=TUESDAY, at=NOON) == []
    for wrong in (tuesday(12), tuesday(10, 45), NOON):
        with pytest.raises(NoSuchSlot):
            book(queue, wrong)
    set_day(agency=queue.agency, day=TUESDAY, works_as=None, name="Nghỉ", **BY)
    assert slots_of(queue=queue, day=TUESDAY, at=NOON) == []


@pytest.mark.django_db
def test_a_place_is_free_again_once_cancelled_and_a_party_holds_one_a_day() -> None:
    desk, (queue, _other), _counters = hall(agency())
    capacity(queue, places=1)
    who = party()
    row = book(queue, tuesday(11), who)
    with pytest.raises(SlotFull):
        book(queue, tuesday(11))
    with pytest.raises(AppointmentAlready):
        book(queue, tuesday(14), who)
    with pytest.raises(CancelReasonMissing):
        cancel_appointment(appointment_id=row.pk, reason=" ", party_id=who.pk, **BY)
    for stranger in ({"agency_id": 0}, {"party_id": uuid4()}):
        with pytest.raises(NotFound):
            cancel_appointment(appointment_id=row.pk, reason="Bận", **stranger, **BY)  # type: ignore[arg-type]
    cancel_appointment(appointment_id=row.pk, reason="Bận", party_id=who.pk, **BY)
    with pytest.raises(AppointmentOver):
        cancel_appointment(appointment_id=row.pk, reason="Bận", agency_id=desk.agency_id or 0, **BY)
    assert book(queue, tuesday(11)).place == 1


@pytest.mark.django_db
def test_who_arrives_gets_a_ticket_that_is_called_before_the_others() -> None:
    desk, (queue, _other), (counter, _two) = hall(agency())
    capacity(queue)
    row = book(queue, tuesday(11))
    actions.draw_ticket(queue=queue, at=tuesday(10))
    with pytest.raises(NotAllowed):
        arrive(appointment_id=row.pk, viewer=official(queue.agency, Role.SPECIALIST), at=tuesday(11))
    with pytest.raises(NotFound):
        arrive(appointment_id=row.pk, viewer=official(agency(), Role.RECEPTIONIST), at=tuesday(11))
    with pytest.raises(AppointmentOver):
        arrive(appointment_id=row.pk, viewer=desk, at=NOON)
    assert remind_desks(at=NOON) == 0
    assert [remind_desks(at=tuesday(7)), remind_desks(at=tuesday(8))] == [1, 1]
    assert told_of(desk.official_id or 0) == ["dossiers.appointments-today"]
    drawn = arrive(appointment_id=row.pk, viewer=desk, at=tuesday(10, 55))
    with pytest.raises(AppointmentOver):
        arrive(appointment_id=row.pk, viewer=desk, at=tuesday(11))
    called = actions.call_next(counter_id=counter.pk, viewer=desk, at=tuesday(11))
    assert called.pk == drawn.pk


@pytest.mark.django_db
def test_the_counter_books_cancels_and_lets_arrive() -> None:
    of, at = agency(), now()
    desk, leader = Client(), Client()
    desk.force_login(official_in(of, Role.RECEPTIONIST))
    leader.force_login(official_in(of, Role.HALL_KEEPER))
    _viewer, (queue, _other), _counters = hall(of)
    day = at.astimezone(VIETNAM).date() + timedelta(days=7)
    set_day(agency=of, day=day, works_as=0, name="Làm bù", **BY)
    url = reverse("dossiers:capacity", args=[queue.pk])
    rule = {"weekday": day.weekday(), "starts": "08:00", "ends": "11:00", "minutes": "30", "places": "1"}
    assert leader.post(url, {**rule, "ends": "07:00"}).status_code == 422
    assert leader.post(url, rule).status_code == 302
    page = reverse("dossiers:appointments") + f"?day={day.isoformat()}"
    starts = datetime.combine(day, time(9), VIETNAM).isoformat()
    said = {"starts_at": f"{queue.pk}@{starts}", "name": "Trần Thị Hẹn", "telephone": "0912345678"}
    assert desk.post(page, {**said, "starts_at": "1@x"}).status_code == 422
    assert desk.post(page, said).status_code == 302
    assert desk.post(page, {**said, "name": "Lê Thị Sau"}).status_code == 422
    assert Appointment.objects.count() == 1
    row = Appointment.objects.get()
    assert "Trần Thị Hẹn" in desk.get(page).content.decode()
    cancel = reverse("dossiers:cancel_appointment", args=[row.pk])
    assert desk.post(cancel, {"reason": ""}).status_code == 422
    assert desk.post(reverse("dossiers:arrive", args=[row.pk])).status_code == 409
    assert desk.post(cancel, {"reason": "Báo bận"}).status_code == 302
    assert "Báo bận" in desk.get(page).content.decode()
