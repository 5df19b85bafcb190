"""The desk: what waits for whom, in which order, and at what cost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.clock import now
from lienthong.kernel.identifiers import uuid7
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions import reviewing
from lienthong.office.desk import MOST, Desk, desk_of
from lienthong.office.models import IncomingDocument, OutgoingDocument, RequestedChange
from lienthong.office.reviews import Member
from lienthong.office.secret_models import SecretMark
from lienthong.office.states import State, TurnState
from lienthong.office.tests.factories import NOON, composition, incoming_document
from lienthong.office.tests.mails import received_mail
from lienthong.office.tests.pages import client_of, text_of
from lienthong.office.waiting import KINDS
from lienthong.tasks.public import TaskState, ask_extension
from lienthong.tasks.tests.factories import division_of, member, task

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> Agency:
    return agency()


@pytest.fixture
def leader(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.LEADER, at=NOON)


@pytest.fixture
def clerk(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.CLERK, at=NOON)


@pytest.fixture
def worker(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.SPECIALIST, at=NOON)


def _kinds(viewer: Viewer) -> list[str]:
    return [row.kind.code for row in desk_of(viewer, at=NOON).rows]


def _asked_to_change(document: IncomingDocument) -> None:
    RequestedChange.objects.create(
        document=document,
        request_id=str(uuid7()),
        kind="revoke",
        sequence=1,
        sender_name="Văn phòng Chính phủ",
        reason="Ban hành nhầm",
        asked_at=NOON,
        authentic=True,
    )


def _draft(drafter: Viewer) -> OutgoingDocument:
    return actions.compose(composition=composition(agency()), viewer=drafter, at=NOON)


def _reviewed(clerk: Viewer, drafter: Viewer, reviewer: Viewer, opinion: str = "") -> OutgoingDocument:
    """A draft that the reviewer is asked about, or has given that opinion on."""
    chain = [Member(1, post_id=reviewer.post_id)]
    reviewing.define_chain(viewer=clerk, type_code="", members=chain, at=NOON)
    draft = _draft(drafter)
    reviewing.submit_for_review(outgoing_id=draft.id, viewer=drafter, at=NOON)
    if opinion:
        reviewing.give_opinion(outgoing_id=draft.id, viewer=reviewer, opinion=opinion, remarks="Sửa", at=NOON)
    return draft


def test_the_lead_has_the_own_tasks_and_the_head_those_of_the_division(
    ours: Agency, leader: Viewer, worker: Viewer
) -> None:
    here = division_of(ours)
    head, colleague = member(here, Role.LEADER), member(here, Role.SPECIALIST)
    task(leader, worker)
    task(leader, worker, state=TaskState.IN_PROGRESS)
    task(leader, here)
    assert (_kinds(worker), _kinds(head), _kinds(colleague)) == (["task", "task"], ["task"], [])


def test_the_giver_has_what_came_back_what_is_done_and_what_needs_time(
    leader: Viewer, worker: Viewer, ours: Agency
) -> None:
    other_leader = viewer_in(ours, Role.LEADER, at=NOON)
    task(leader, worker, state=TaskState.REPORTED)
    task(leader, worker, state=TaskState.RETURNED)
    asks = task(leader, worker, state=TaskState.IN_PROGRESS)
    ask_extension(
        task_id=asks.id, due_at=asks.due_at + timedelta(days=1), reason="Chờ", viewer=worker, at=NOON
    )
    task(leader, worker, state=TaskState.ACCEPTED)
    assert sorted(_kinds(leader)) == ["back", "extension", "result"]
    assert _kinds(other_leader) == []
    assert {row.who for row in desk_of(leader, at=NOON).rows} == {worker.name}


def test_arrivals_and_changes_wait_for_clerks_and_registered_ones_for_leaders(
    ours: Agency, leader: Viewer, clerk: Viewer, worker: Viewer
) -> None:
    incoming_document(ours)
    registered = incoming_document(ours, state=State.REGISTERED, asked_by_on=date(2026, 3, 5))
    _asked_to_change(registered)
    incoming_document(agency())
    assert sorted(_kinds(clerk)) == ["change", "register"]
    assert _kinds(leader) == ["direct"]
    assert _kinds(worker) == []
    due = desk_of(leader, at=NOON).rows[0].due_at
    assert due is not None
    assert due.astimezone(NOON.tzinfo).isoformat() == "2026-03-05T17:00:00+07:00"


def test_a_draft_waits_for_its_reviewer_then_for_who_signs_or_again_for_its_drafter(
    ours: Agency, leader: Viewer, clerk: Viewer, worker: Viewer
) -> None:
    reviewer = viewer_in(ours, Role.SPECIALIST, at=NOON)
    _reviewed(clerk, worker, reviewer)
    assert (_kinds(reviewer), _kinds(leader), _kinds(worker)) == (["opinion"], [], [])
    _reviewed(clerk, worker, reviewer, TurnState.RETURNED)
    assert _kinds(worker) == ["returned"]
    row = desk_of(worker, at=NOON).rows[0]
    assert (row.who, row.detail) == (reviewer.name, "Sửa")
    agreed = _reviewed(clerk, worker, reviewer, TurnState.AGREED)
    assert _kinds(leader) == ["sign"]
    OutgoingDocument.objects.filter(pk=agreed.pk).delete()
    assert _kinds(leader) == []


def test_what_is_due_comes_first_and_what_has_no_deadline_last(
    ours: Agency, leader: Viewer, worker: Viewer
) -> None:
    task(leader, worker, due_at=NOON + timedelta(days=3), work="Ba")
    task(leader, worker, due_at=NOON - timedelta(days=1), work="Trễ")
    task(leader, worker, due_at=NOON + timedelta(days=1), work="Một")
    reviewer = worker
    _reviewed(viewer_in(ours, Role.CLERK, at=NOON), viewer_in(ours, Role.SPECIALIST, at=NOON), reviewer)
    rows = desk_of(worker, at=NOON).rows
    assert [row.what for row in rows][:3] == ["Trễ", "Một", "Ba"]
    assert [row.late for row in rows] == [True, False, False, False]
    assert rows[3].kind.code == "opinion"


def test_an_arrival_is_late_once_its_working_day_is_over(ours: Agency, clerk: Viewer) -> None:
    incoming_document(ours, at=NOON - timedelta(hours=2))
    incoming_document(ours, at=NOON - timedelta(days=5))
    assert [row.late for row in desk_of(clerk, at=NOON).rows] == [True, False]


def test_a_list_shows_the_soonest_of_a_kind_and_says_that_there_are_more(
    leader: Viewer, worker: Viewer
) -> None:
    for number in range(MOST + 2):
        task(leader, worker, due_at=NOON + timedelta(days=100 - number), work=f"Việc {number}")
    desk = desk_of(worker, at=NOON)
    assert (len(desk.rows), desk.total, desk.more) == (MOST, MOST, True)
    assert desk.rows[0].what == f"Việc {MOST + 1}"


def test_one_kind_alone_keeps_the_counts_of_the_others(ours: Agency, leader: Viewer, clerk: Viewer) -> None:
    task(leader, clerk)
    incoming_document(ours)
    desk = desk_of(clerk, at=NOON, kind="register")
    assert [row.kind.code for row in desk.rows] == ["register"]
    assert {count.kind.code: count.count for count in desk.counts} == {"task": 1, "register": 1}


def test_nobody_without_a_post_and_no_auditor_has_a_desk(ours: Agency) -> None:
    assert desk_of(Viewer(), at=NOON) == Desk((), ())
    incoming_document(ours)
    assert desk_of(viewer_in(ours, Role.AUDITOR, at=NOON), at=NOON) == Desk((), ())


def _full(ours: Agency, who: Viewer, clerk: Viewer, number: int) -> None:
    """That many of every kind for one who is clerk and leader at once."""
    lead = viewer_in(ours, Role.SPECIALIST, at=NOON)
    for _number in range(number):
        task(lead, who)
        task(who, lead, state=TaskState.REPORTED)
        task(who, lead, state=TaskState.RETURNED)
        incoming_document(ours)
        received_mail(ours)
        _asked_to_change(incoming_document(ours, state=State.REGISTERED))
        marked = incoming_document(ours, state=State.FINISHED)
        SecretMark.objects.create(document=marked, agency=ours, mark="MẬT", found_at=NOON, due_at=NOON)
        _reviewed(clerk, lead, who)
        _reviewed(clerk, who, lead, TurnState.RETURNED)
        _reviewed(clerk, lead, who, TurnState.AGREED)
        on_paper = _draft(lead).id
        OutgoingDocument.objects.filter(id=on_paper).update(paper_waits_since=NOON)


def test_the_desk_takes_as_many_queries_for_much_as_for_little(ours: Agency, clerk: Viewer) -> None:
    who = acting_viewer(official_in(ours, Role.CLERK, Role.LEADER), at=NOON)
    seen = []
    for number in (1, 9):
        _full(ours, who, clerk, number)
        with CaptureQueriesContext(connection) as queries:
            desk = desk_of(who, at=NOON)
        seen.append(len(queries))
    assert {count.kind.code for count in desk.counts} == set(KINDS) - {"extension"}
    assert len(desk.rows) == 12 * 10
    assert seen[0] == seen[1] <= 7


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_page_has_a_row_a_kind_and_its_button(ours: Agency, language: str) -> None:
    account = official_in(ours, Role.CLERK)
    document = incoming_document(ours, at=now())
    client = client_of(account, language)
    home = client.get("/")
    assert home.headers["Location"] == reverse("office:desk")
    page = text_of(client.get(reverse("office:desk")))
    assert document.subject in page
    assert {"en": "To register (1)", "vi": "Chờ vào sổ (1)"}[language] in page
    assert page.count(reverse("office:incoming_detail", args=[document.id])) == 2


def test_an_empty_desk_says_so(ours: Agency) -> None:
    client = client_of(official_in(ours, Role.SPECIALIST))
    assert "Nothing waits for you" in text_of(client.get(reverse("office:desk")))
    one = text_of(client.get(reverse("office:desk") + "?kind=task"))
    assert "Nothing of this kind" in one
    assert "Tasks I lead (0)" in one
    assert client.get(reverse("office:desk") + "?kind=nonsense").status_code == 200


def test_every_kind_leads_to_pages_that_exist(ours: Agency, leader: Viewer, worker: Viewer) -> None:
    for kind in KINDS.values():
        assert reverse(kind.page, args=[uuid7()])
        assert reverse(kind.place.partition("?")[0])
