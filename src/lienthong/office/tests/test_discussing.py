"""Comments on the pages of documents: for those who may see them, and who can be named."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.public import Account, NotFound, Role, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.clock import now
from lienthong.notifications.tests.factories import told_of
from lienthong.office import outgoing_queries, queries
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions import reviewing
from lienthong.office.discussing import incoming_thread, outgoing_thread
from lienthong.office.models import OutgoingDocument
from lienthong.office.reviews import Member
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, composition, incoming_document, led_by
from lienthong.office.tests.pages import client_as, client_of, text_of
from lienthong.tasks.public import Part
from lienthong.tasks.tests.factories import task

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, Account]:
    """Officials of one agency, by what they are."""
    ours = agency()
    roles = [
        *(("clerk", Role.CLERK), ("leader", Role.LEADER), ("auditor", Role.AUDITOR)),
        *(("lead", Role.SPECIALIST), ("below", Role.SPECIALIST), ("stranger", Role.SPECIALIST)),
        ("admin", Role.ADMINISTRATOR),
    ]
    return {name: official_in(ours, role, name=f"Trần {name.title()}") for name, role in roles}


def _ours(people: dict[str, Account]) -> Agency:
    viewer = acting_viewer(people["clerk"], at=NOON)
    return Agency.objects.get(pk=viewer.agency_id)


def _seeing(people: dict[str, Account], finds: object) -> set[int]:
    """The officials who may see it by the queries of its page."""
    seen = set()
    for account in people.values():
        viewer = acting_viewer(account, at=NOON)
        try:
            finds(viewer)  # type: ignore[operator]
        except NotFound:
            continue
        seen.add(viewer.official_id or 0)
    return seen


def test_those_who_can_be_named_are_those_who_see_the_incoming_document(people: dict[str, Account]) -> None:
    document = incoming_document(_ours(people), state=State.ASSIGNED)
    lead, below = (acting_viewer(people[name], at=NOON) for name in ("lead", "below"))
    led_by(document, lead)
    assert document.task is not None
    task(lead, below, parent=document.task)
    incoming_document(_ours(people))
    named = {one.official_id for one in incoming_thread(document, at=NOON).candidates}
    assert named == _seeing(people, lambda viewer: queries.find_incoming(viewer, document.id))
    assert {lead.official_id, below.official_id} <= named
    assert acting_viewer(people["stranger"], at=NOON).official_id not in named


def test_those_who_can_be_named_are_those_who_see_the_draft(people: dict[str, Account]) -> None:
    drafter, asked = (acting_viewer(people[name], at=NOON) for name in ("lead", "below"))
    chief = acting_viewer(people["stranger"], at=NOON)
    clerk = acting_viewer(people["clerk"], at=NOON)
    chain = [Member(1, post_id=asked.post_id), Member(2, post_id=chief.post_id)]
    reviewing.define_chain(viewer=clerk, type_code="", members=chain, at=NOON)
    draft = actions.compose(composition=composition(agency()), viewer=drafter, at=NOON)
    reviewing.submit_for_review(outgoing_id=draft.id, viewer=drafter, at=NOON)
    named = {one.official_id for one in outgoing_thread(draft, at=NOON).candidates}
    assert named == _seeing(people, lambda viewer: outgoing_queries.find_outgoing(viewer, draft.id))
    assert asked.official_id in named
    assert chief.official_id not in named  # the second step is not asked yet


def test_naming_someone_tells_that_person_and_stands_on_the_page(people: dict[str, Account]) -> None:
    document = incoming_document(_ours(people))
    client = client_of(people["clerk"])
    address = reverse("office:incoming_comment", args=[document.id])
    answer = client.post(address, {"text": "@Trần Leader xem giúp"})
    assert answer.headers["Location"].endswith("#comments")
    assert told_of(people["leader"].official_id or 0) == ["notifications.mentioned"]
    page = text_of(client.get(reverse("office:incoming_detail", args=[document.id])))
    assert "xem giúp" in page
    assert "Trần Stranger" not in page


@pytest.mark.parametrize("kind", ["incoming", "outgoing"])
def test_who_may_not_see_a_document_says_nothing_of_it(people: dict[str, Account], kind: str) -> None:
    ours = _ours(people)
    document: object = incoming_document(ours)
    if kind == "outgoing":
        drafter = viewer_in(ours, Role.SPECIALIST, at=NOON)
        document = actions.compose(composition=composition(agency()), viewer=drafter, at=NOON)
    address = reverse(f"office:{kind}_comment", args=[document.pk])  # type: ignore[attr-defined]
    for client in (client_of(people["stranger"]), client_as(Role.CLERK, agency())):
        assert client.post(address, {"text": "Tôi cũng ở đây"}).status_code == 404
    assert client_of(people["auditor"]).post(address, {"text": "Đã xem"}).status_code == 302


def test_a_withdrawn_document_is_not_discussed(people: dict[str, Account]) -> None:
    document = incoming_document(_ours(people), state=State.WITHDRAWN, withdrawn_at=now())
    assert not incoming_thread(document, at=NOON).open


def test_the_thread_of_a_page_is_one_query(people: dict[str, Account], django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    document = incoming_document(_ours(people), state=State.ASSIGNED)
    for _number in range(5):
        part = Part.COOPERATING if document.task else Part.LEAD
        led_by(document, viewer_in(document.agency, Role.SPECIALIST, at=NOON), part=part)
    drafter = acting_viewer(people["lead"], at=NOON)
    draft = actions.compose(composition=composition(agency()), viewer=drafter, at=NOON)
    found = OutgoingDocument.objects.get(pk=draft.pk)
    with django_assert_num_queries(2):
        assert len(incoming_thread(document, at=NOON).candidates) == 8
        assert len(outgoing_thread(found, at=NOON).candidates) == 4
