"""What a viewer sees, how it is found, and how many queries a page costs."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.identifiers import uuid7
from lienthong.office import outgoing_queries, queries
from lienthong.office.contracts import IncomingFilter, OutgoingFilter
from lienthong.office.models import IncomingDocument, Recipient, RequestedChange
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, assigned_document, draft, incoming_document, led_by
from lienthong.tasks.public import Part, Task, TaskParty

pytestmark = pytest.mark.django_db


def _list(viewer: Viewer, **wanted: Any) -> list[IncomingDocument]:
    return queries.list_incoming(viewer, IncomingFilter(**{"tab": "all", **wanted}), at=NOON).rows


def test_nobody_sees_another_agencys_documents() -> None:
    document = incoming_document(agency())
    for role in Role:
        viewer = viewer_in(agency(), role)
        assert _list(viewer) == []
        with pytest.raises(NotFound):
            queries.find_incoming(viewer, document.id)


def test_a_specialist_sees_only_documents_with_a_part_in_them() -> None:
    ours = agency()
    specialist = viewer_in(ours, Role.SPECIALIST)
    incoming_document(ours)
    told = incoming_document(ours, state=State.ASSIGNED)
    led_by(told, specialist, part=Part.INFORMED)
    assert _list(specialist) == [told]
    assert [row.id for row in queries.export_incoming(specialist, IncomingFilter(tab="all"), at=NOON)] == [
        told.id
    ]


def test_an_administrator_of_the_agency_sees_no_documents() -> None:
    ours = agency()
    incoming_document(ours)
    assert _list(viewer_in(ours, Role.ADMINISTRATOR)) == []


def test_what_waits_differs_by_role_and_comes_oldest_first() -> None:
    ours = agency()
    clerk, leader, lead = (viewer_in(ours, role) for role in (Role.CLERK, Role.LEADER, Role.SPECIALIST))
    arrived = [incoming_document(ours), incoming_document(ours)]
    registered = incoming_document(ours, state=State.REGISTERED)
    assigned = assigned_document(ours, lead)
    incoming_document(ours, state=State.REFUSED, reason="x")
    assert _list(clerk, tab="mine") == arrived
    assert _list(leader, tab="mine") == [registered]
    assert _list(lead, tab="mine") == [assigned]
    assert queries.neighbour_waiting(clerk, arrived[0].id) == arrived[1].id
    assert queries.neighbour_waiting(clerk, arrived[1].id) == arrived[0].id


def test_a_delegate_finds_the_work_of_the_post_acted_for() -> None:
    ours = agency()
    lead = viewer_in(ours, Role.SPECIALIST)
    document = assigned_document(ours, lead)
    delegate = Viewer(
        official_id=viewer_in(ours, Role.CLERK).official_id,
        post_id=lead.post_id,
        agency_id=ours.id,
        roles=lead.roles,
        acting_for=lead.name,
    )
    assert _list(delegate, tab="mine") == [document]


@pytest.mark.parametrize(
    "text",
    [
        "15/QĐ-UBND",
        "15/qd-ubnd",
        "15/QD-UBND",
        "015/QĐ-UBND",
        "15 / qđ-ubnd",
        "15/QĐ",
        "quyet dinh 15/qd-ubnd",
    ],
)
def test_a_number_is_found_in_any_spelling(text: str) -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK)
    wanted = incoming_document(ours, code="15/QĐ-UBND", subject="Quyết định 15/QĐ-UBND về quy chế")
    incoming_document(ours, code="16/QĐ-UBND", subject="Về việc khác")
    assert _list(clerk, text=text) == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "liên thông",
        "lien thong",
        "LIÊN THÔNG",
        unicodedata.normalize("NFD", "liên thông"),
        "thông liên",
        "Ngoại vụ liên",
    ],
)
def test_a_summary_is_found_with_or_without_marks_and_in_any_order(text: str) -> None:
    ours = agency()
    wanted = incoming_document(ours, subject="Về việc kết nối, liên thông văn bản", sender_name="Sở Ngoại vụ")
    incoming_document(ours, subject="Về việc nghỉ lễ", sender_name="Sở Nội vụ")
    assert _list(viewer_in(ours, Role.CLERK), text=text) == [wanted]


@pytest.mark.parametrize("text", ["%", "_", "15%", "\\", "'", "(", "x" * 200])
def test_signs_with_a_meaning_to_the_database_are_only_signs(text: str) -> None:
    ours = agency()
    incoming_document(ours, code="15/QĐ-UBND", subject="Về việc nghỉ lễ")
    assert _list(viewer_in(ours, Role.CLERK), text=text) == []


def test_filters_narrow_and_combine() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK)
    late = incoming_document(ours, state=State.ASSIGNED, due_at=NOON - timedelta(hours=1), urgency=2)
    incoming_document(ours, state=State.ASSIGNED, due_at=NOON + timedelta(hours=1), urgency=2)
    incoming_document(ours, state=State.FINISHED, due_at=NOON - timedelta(hours=1))
    unproven = incoming_document(ours, state=State.REFUSED, authentic=False, reason="x")
    assert _list(clerk, overdue=True) == [late]
    assert _list(clerk, urgency=2, overdue=True) == [late]
    assert _list(clerk, unproven=True) == [unproven]
    assert _list(clerk, tab=State.REFUSED) == [unproven]
    assert _list(clerk, sender="chinh phu", urgency=0, tab=State.ASSIGNED) == []


def _many(ours: Agency, lead: Viewer, number: int) -> None:
    """So many documents with a lead, in sets."""
    documents = [
        IncomingDocument(
            id=uuid7(),
            agency=ours,
            delivery_id=f"many-{uuid7()}",
            packet_id="p",
            arrived_at=NOON,
            subject=f"Văn bản {n}",
            authentic=True,
        )
        for n in range(number)
    ]
    IncomingDocument.objects.bulk_create(documents)
    tasks = Task.objects.bulk_create(
        Task(
            id=document.id,
            root_id=document.id,
            agency=ours,
            work="x",
            given_by_id=lead.official_id,
            given_at=NOON,
            due_at=NOON,
        )
        for document in documents
    )
    TaskParty.objects.bulk_create(
        TaskParty(task=task, official_id=lead.official_id, post_id=lead.post_id, part=Part.LEAD)
        for task in tasks
    )
    for document in documents:
        document.task_id = document.id
    IncomingDocument.objects.bulk_update(documents, ["task"])


@pytest.mark.parametrize("role", [Role.CLERK, Role.SPECIALIST])
def test_a_list_costs_the_same_queries_at_10_and_at_200_rows(role: Role) -> None:
    ours = agency()
    lead = viewer_in(ours, role)
    costs = []
    for more in (10, 190):
        _many(ours, lead, more)
        with CaptureQueriesContext(connection) as caught:
            rows = _list(lead)
            shown = {(row.subject[:3], row.sender_name, row.lead_name, row.asked) for row in rows}
        assert shown == {("Văn", "", lead.name, None)}
        costs.append(len(caught))
    assert costs == [1, 1]


def test_the_parts_of_an_official_are_read_from_their_index_alone() -> None:
    ours = agency()
    lead, other = viewer_in(ours, Role.SPECIALIST), viewer_in(ours, Role.SPECIALIST)
    _many(ours, lead, 1000)
    _many(ours, other, 1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_task, tasks_taskparty, office_incomingdocument")
    plan = queries.incoming_of(lead).order_by("-id")[:51].explain()
    assert "Index Only Scan using party_of_official" in plan


def test_the_next_that_waits_is_the_first_after_this_one_by_any_reason() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK)
    first, this, asked, last = (
        incoming_document(ours, state=state)
        for state in (State.ARRIVED, State.REGISTERED, State.REGISTERED, State.ARRIVED)
    )
    assert queries.neighbour_waiting(clerk, this.id) == last.id
    RequestedChange.objects.create(
        document=asked, request_id="r", kind="revoke", sequence=1, reason="x", asked_at=NOON, authentic=True
    )
    assert queries.neighbour_waiting(clerk, this.id) == asked.id
    assert queries.neighbour_waiting(clerk, last.id) == first.id
    assert queries.neighbour_waiting(viewer_in(ours, Role.ADMINISTRATOR), this.id) is None


def test_pages_follow_each_other_without_gap_or_double() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK)
    _many(ours, clerk, 120)
    seen: list[object] = []
    cursor = ""
    while True:
        page = queries.list_incoming(clerk, IncomingFilter(tab="all"), at=NOON, cursor=cursor)
        seen += [row.id for row in page.rows]
        cursor = page.next
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 120


def test_a_list_of_outgoing_costs_the_same_queries_whatever_its_length() -> None:
    sender, recipient = agency(), agency()
    clerk = viewer_in(sender, Role.CLERK)
    costs = []
    for more in (2, 8):
        for _ in range(more):
            draft(sender, recipient)
        with CaptureQueriesContext(connection) as caught:
            page = outgoing_queries.list_outgoing(clerk, OutgoingFilter())
            assert all(row.progress["total"] == 1 for row in page.rows)  # type: ignore[attr-defined]
            assert all(row.prepared_by.full_name for row in page.rows)
        costs.append(len(caught))
    assert costs == [2, 2]


def test_progress_counts_recipients_by_status() -> None:
    sender = agency()
    outgoing = draft(sender, *(agency() for _ in range(5)))
    rows = list(Recipient.objects.order_by("id"))
    for row, status in zip(rows, ("06", "03", "02", "01", ""), strict=True):
        row.status = status
        row.save()
    progress = outgoing_queries.progress_of(outgoing)
    assert (progress.total, progress.received, progress.registered, progress.finished, progress.returned) == (
        5,
        4,
        2,
        1,
        1,
    )
    assert [(count.status, count.percent) for count in progress.counts] == [
        ("", 20),
        ("01", 20),
        ("02", 20),
        ("03", 20),
        ("06", 20),
    ]
