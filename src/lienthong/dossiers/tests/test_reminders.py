"""Applicants are called: before an appointment, and for a supplement that does not come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lienthong.dossiers.actions.reminding import note_call
from lienthong.dossiers.actions.supplements import ask_supplement, receive_supplement
from lienthong.dossiers.contracts import Supplement
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.queueing.appointments import cancel_appointment
from lienthong.dossiers.reminders import Due, due_reminders
from lienthong.dossiers.states import ReminderKind
from lienthong.dossiers.tests.factories import NOON, offered, official, received, receptionist
from lienthong.dossiers.tests.test_appointments import BY, book, capacity, tuesday
from lienthong.dossiers.tests.test_queueing import hall
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.ledger.public import Subject, timeline
from lienthong.notifications.tests.factories import gateways, notices_to, sent_by_sms

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def waits(dossier: Dossier) -> None:
    """The dossier waits for a supplement from now on."""
    worker = official(dossier.agency, Role.SPECIALIST, at=dossier.accepted_at or NOON)
    wanted = Supplement(("Căn cước",), "Thiếu")
    ask_supplement(dossier_id=dossier.pk, asked=wanted, viewer=worker, at=dossier.accepted_at or NOON)


def listed(viewer: Viewer, days: int = 0) -> list[Due]:
    """Today's list, so many days later."""
    return due_reminders(viewer, at=NOON + days * DAY)


def test_appointments_of_the_next_working_day_are_called_for_until_somebody_is_reached() -> None:
    desk, (queue, _other), _counters = hall(agency())
    capacity(queue)
    kept, gone = book(queue, tuesday(11)), book(queue, tuesday(11))
    cancel_appointment(appointment_id=gone.pk, reason="Bận", agency_id=queue.agency_id, **BY)
    assert [(one.kind, one.subject_id, one.party) for one in listed(desk)] == [
        (ReminderKind.APPOINTMENT, kept.pk, kept.party)
    ]
    assert [one.subject_id for one in listed(desk, days=-3)] == [], "Friday: Monday is the next working day"
    by = {"kind": "appointment", "subject_id": kept.pk, "viewer": desk}
    for tries, reached in ((1, False), (2, True)):
        row = note_call(**by, reached=reached, at=NOON)  # type: ignore[arg-type]
        assert (row.tries, row.reached) == (tries, reached)
    assert len(listed(desk)) == 1, "what was done today stays to be seen"
    verbs = [event.verb for event in timeline(Subject("dossiers.appointment", str(kept.pk)))]
    assert verbs.count("appointment.call") == 2
    for viewer, refusal in ((official(queue.agency, Role.LEADER), NotAllowed), (hall(agency())[0], NotFound)):
        with pytest.raises(refusal):
            note_call(**{**by, "viewer": viewer}, reached=True, at=NOON)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        note_call(kind="appointment", subject_id=uuid4(), reached=True, viewer=desk, at=NOON)


def test_a_supplement_missing_for_three_days_is_called_for_until_it_came_or_was_promised() -> None:
    offer = offered()
    first, second = received(offer), received(offer)
    desk = receptionist(offer.agency)
    waits(first)
    waits(second)
    assert listed(desk, days=2) == []
    assert [one.about for one in listed(desk, days=3)] == [first.code, second.code]
    assert due_reminders(official(offer.agency, Role.SPECIALIST), at=NOON + 3 * DAY) == []
    note_call(kind="supplement", subject_id=first.pk, reached=True, viewer=desk, at=NOON + 3 * DAY)
    receive_supplement(dossier_id=second.pk, viewer=desk, at=NOON + 3 * DAY)
    assert [one.about for one in listed(desk, days=3)] == [first.code]
    assert listed(desk, days=4) == []


def test_the_list_is_read_and_marked_on_a_page_with_the_same_queries_for_many(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    offer, long_ago = offered(), now() - 5 * DAY
    rows = [received(offer, at=long_ago) for _ in range(3)]
    for row in rows:
        waits(row)
    client = Client()
    client.force_login(official_in(offer.agency, Role.RECEPTIONIST))
    url = reverse("dossiers:reminders")
    page = client.get(url).content.decode()
    assert [row.code in page for row in rows] == [True] * 3
    assert 'href="tel:0912345678"' in page
    said = {"kind": "supplement", "subject": str(rows[0].pk), "act": "reached"}
    assert client.post(url, said).status_code == 302
    assert client.post(url, {**said, "act": "x"}).status_code == 422
    assert client.post(url, {**said, "kind": "x"}).status_code == 422
    viewer = receptionist(offer.agency)
    with django_assert_num_queries(7):
        assert sum(bool(one.call) for one in due_reminders(viewer, at=now())) == 1


def test_who_was_told_electronically_counts_as_told(settings: Any) -> None:
    gateways(settings, zalo_url="")
    offer = offered()
    told, refused = received(offer), received(offer)
    waits(told)
    waits(refused)
    desk = receptionist(offer.agency)
    assert [one.counts for one in listed(desk, days=3)] == [True, True]
    for dossier in (told, refused):
        [asked] = [one for one in notices_to(dossier.applicant) if one.urgent]
        sent_by_sms(asked, refused=dossier is refused, at=NOON)
    rows = {one.about: one for one in listed(desk, days=3)}
    assert [rows[one.code].counts for one in (told, refused)] == [False, True]
    assert rows[told.code].told is not None
    assert rows[told.code].told.channels == ("SMS",)
