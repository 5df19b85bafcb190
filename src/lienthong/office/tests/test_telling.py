"""Whom the office tells: reviewers, drafters, signers; and the clerks' one line of what waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lienthong.axis.public import StatusReported
from lienthong.directory.public import Agency, Division
from lienthong.identity.public import Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.identifiers import uuid7
from lienthong.notifications.tests.factories import told_of
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions import reviewing
from lienthong.office.actions.sending import note_statuses
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.due import due_of_clerks, due_of_leaders
from lienthong.office.models import OutgoingDocument, Recipient
from lienthong.office.states import OutState, State, TurnState
from lienthong.office.tests.factories import NOON, composition, draft, incoming_document
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> Agency:
    return agency()


@pytest.fixture
def leader(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.LEADER, at=NOON)


def _member(ours: Agency, title: str, division: Division, role: Role = Role.SPECIALIST) -> Viewer:
    return acting_viewer(official_in(ours, role, title=title, division=division), at=NOON)


def _told(viewer: Viewer) -> list[str]:
    assert viewer.official_id is not None
    return [kind.removeprefix("office.") for kind in told_of(viewer.official_id)]


def _opine(document: OutgoingDocument, viewer: Viewer, opinion: TurnState) -> None:
    reviewing.give_opinion(
        outgoing_id=document.id, viewer=viewer, opinion=opinion, remarks="Sửa lại", at=NOON
    )


def test_a_round_tells_each_step_as_it_is_asked_then_those_who_sign(ours: Agency, leader: Viewer) -> None:
    economy = Division.objects.create(agency=ours, name="Phòng Kinh tế", short_name="KT")
    office = Division.objects.create(agency=ours, name="Văn phòng", short_name="VP")
    drafter, chief = _member(ours, "Chuyên viên", economy), _member(ours, "Trưởng phòng", economy, Role.HEAD)
    second = _member(ours, "Chánh Văn phòng", office, Role.HEAD)
    document = actions.compose(composition=composition(agency()), viewer=drafter, at=NOON)
    reviewing.submit_for_review(outgoing_id=document.id, viewer=drafter, at=NOON)
    assert (_told(chief), _told(second)) == (["opinion-asked"], [])
    _opine(document, chief, TurnState.AGREED)
    assert (_told(chief), _told(second), _told(leader)) == (["opinion-asked"], ["opinion-asked"], [])
    _opine(document, second, TurnState.RETURNED)
    assert (_told(drafter), _told(leader)) == (["draft-returned"], [])
    reviewing.submit_for_review(outgoing_id=document.id, viewer=drafter, at=NOON)
    _opine(document, chief, TurnState.AGREED)
    _opine(document, second, TurnState.AGREED)
    assert _told(chief) == ["opinion-asked", "opinion-asked"]
    assert (_told(leader), _told(drafter)) == (["draft-agreed"], ["draft-returned"])


def test_who_prepared_a_document_hears_that_it_was_issued(ours: Agency, leader: Viewer) -> None:
    ensure_agency_certificates([ours.pk], at=NOON)
    ensure_official_certificates([leader.official_id or 0], at=NOON)
    document = draft(ours, agency())
    actions.sign_and_send(outgoing_id=document.id, viewer=leader, at=NOON, port=FakeAxis())
    assert told_of(document.prepared_by_id) == ["office.issued"]
    assert _told(leader) == []


def test_who_prepared_a_document_hears_once_a_day_that_recipients_return_it(  # type: ignore[no-untyped-def]
    ours: Agency, django_assert_max_num_queries
) -> None:
    places = [agency() for _number in range(12)]
    document, packet = draft(ours, *places), uuid7()
    OutgoingDocument.objects.filter(pk=document.pk).update(packet_id=str(packet))
    first, *others = [StatusReported(packet, uuid7(), place.id, "02", NOON) for place in places]
    note_statuses([first])
    assert told_of(document.prepared_by_id) == ["office.refused"]
    with django_assert_max_num_queries(5):  # the states, the recipients, the one told (in a savepoint)
        note_statuses(others)
    assert told_of(document.prepared_by_id) == ["office.refused"]
    assert Recipient.objects.filter(document=document, status="02").count() == 12
    late = NOON + timedelta(days=1)
    note_statuses([StatusReported(packet, uuid7(), places[0].id, "02", late)])
    assert told_of(document.prepared_by_id) == ["office.refused", "office.refused"]


def test_other_states_tell_nobody(ours: Agency) -> None:
    place = agency()
    document, packet = draft(ours, place), uuid7()
    OutgoingDocument.objects.filter(pk=document.pk).update(packet_id=str(packet))
    note_statuses([StatusReported(packet, uuid7(), place.id, "03", NOON)])
    assert told_of(document.prepared_by_id) == []
    assert document.state == OutState.DRAFT


def test_a_clerk_has_one_line_of_what_waits_due_when_the_oldest_came(  # type: ignore[no-untyped-def]
    ours: Agency, leader: Viewer, django_assert_num_queries
) -> None:
    clerks = [viewer_in(ours, Role.CLERK, at=NOON).official_id or 0 for _number in range(3)]
    for days in (1, 2, 3):
        incoming_document(ours, at=NOON - timedelta(days=days))
    incoming_document(ours, state=State.REGISTERED)
    incoming_document(agency())
    since, until = NOON - timedelta(days=10), NOON + timedelta(days=1)
    with django_assert_num_queries(2):
        rows = due_of_clerks([*clerks, leader.official_id or 0], since=since, until=until, at=NOON)
    assert sorted(row.official_id for row in rows) == sorted(clerks)
    assert {(str(row.title)[-3:], row.due_at.date()) for row in rows} == {
        (": 3", (NOON - timedelta(days=3)).date())
    }
    assert told_of(clerks[0]) == []
    assert due_of_clerks(clerks, since=NOON, until=until, at=NOON) == []


def test_a_leader_has_one_line_of_what_is_not_directed_yet(
    ours: Agency, leader: Viewer, django_assert_num_queries: Any
) -> None:
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    for days in (1, 2):
        incoming_document(ours, state=State.REGISTERED, registered_at=NOON - timedelta(days=days))
    incoming_document(ours, at=NOON)
    incoming_document(ours, state=State.ASSIGNED, registered_at=NOON)
    since, until = NOON - timedelta(days=10), NOON + timedelta(days=1)
    asked = [clerk.official_id or 0, leader.official_id or 0]
    with django_assert_num_queries(2):
        [row] = due_of_leaders(asked, since=since, until=until, at=NOON)
    assert (row.official_id, str(row.title)[-3:]) == (leader.official_id, ": 2")
    assert row.due_at.date() == (NOON - timedelta(days=2)).date()
    assert row.link.endswith("?tab=registered")
