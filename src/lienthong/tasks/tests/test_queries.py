"""Who sees which task, in which list and order, and how many queries that costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.directory.public import Division
from lienthong.identity.public import NotFound, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.tasks import queries
from lienthong.tasks.contracts import PartyKey, PartyKind, TaskFilter
from lienthong.tasks.models import Extension, Task
from lienthong.tasks.states import Part, TaskState
from lienthong.tasks.templatetags.task_lists import task_rows
from lienthong.tasks.tests.factories import NOON, has_part, task

pytestmark = pytest.mark.django_db


def _sees(viewer: Viewer, made: Task) -> bool:
    try:
        queries.find_task(viewer, made.id)
    except NotFound:
        return False
    return True


def _list(viewer: Viewer, tab: str = "all", **wanted: object) -> list[Task]:
    return queries.list_tasks(viewer, TaskFilter(tab=tab, **wanted), at=NOON).rows  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.CLERK, True),
        (Role.LEADER, True),
        (Role.AUDITOR, True),
        (Role.SPECIALIST, False),
        (Role.ADMINISTRATOR, False),
        (Role.OPERATOR, False),
    ],
)
def test_who_has_no_part_sees_by_role_and_never_from_another_agency(role: Role, sees: bool) -> None:
    ours = agency()
    made = task(viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST))
    assert _sees(viewer_in(ours, role), made) is sees
    assert bool(_list(viewer_in(ours, role))) is sees
    assert not _sees(viewer_in(agency(), role), made)


@pytest.mark.parametrize("part", [Part.COOPERATING, Part.INFORMED])
def test_a_party_sees_the_task_and_what_it_is_part_of_but_not_what_is_beside(part: Part) -> None:
    ours = agency()
    leader, lead, party = (viewer_in(ours, role) for role in (Role.LEADER, Role.SPECIALIST, Role.SPECIALIST))
    top = task(leader, lead)
    child, beside = task(lead, lead, parent=top), task(lead, lead, parent=top)
    has_part(child, party, part)
    assert [_sees(party, made) for made in (top, child, beside)] == [True, True, False]
    assert [row.id for row in queries.tree_of(party, child)] == [top.id, child.id]
    assert len(queries.tree_of(leader, child)) == 3


def test_the_giver_sees_what_was_given() -> None:
    ours = agency()
    giver, lead = viewer_in(ours, Role.SPECIALIST), viewer_in(ours, Role.SPECIALIST)
    top = task(viewer_in(ours, Role.LEADER), giver)
    made = task(giver, lead, parent=top)
    assert _list(giver, "given") == [made]
    assert _sees(giver, made)


def test_a_division_sees_its_tasks_in_its_tab_and_its_head_finds_them_waiting() -> None:
    ours = agency()
    division = Division.objects.create(agency=ours, name="Phòng", short_name="P")
    head, member = (
        acting_viewer(official_in(ours, role, division=division), at=NOON)
        for role in (Role.LEADER, Role.SPECIALIST)
    )
    leader = viewer_in(ours, Role.LEADER)
    whole, one = task(leader, division), task(leader, member)
    assert set(_list(head, "division")) == {whole, one}
    assert _list(head, "mine") == [whole]
    assert _list(member, "mine") == [one]


def test_what_waits_is_the_leads_work_and_the_givers_decisions() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    given = task(leader, lead)
    reported, returned = task(leader, lead, state="reported"), task(leader, lead, state="returned")
    task(leader, lead, state=TaskState.ACCEPTED)
    assert set(_list(leader, "mine")) == {reported, returned}
    assert _list(lead, "mine") == [given]
    Extension.objects.create(
        task=given,
        asked_by_id=lead.official_id,
        asked_at=NOON,
        former_due_at=NOON,
        due_at=NOON + timedelta(1),
        reason="x",
    )
    assert set(_list(leader, "mine")) == {given, reported, returned}
    assert (queries.count_waiting(leader), queries.count_waiting(lead)) == (3, 1)


def test_a_delegate_finds_the_work_of_the_post_acted_for() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    made = task(leader, lead)
    delegate = Viewer(
        official_id=viewer_in(ours, Role.CLERK).official_id,
        post_id=lead.post_id,
        agency_id=ours.id,
        roles=lead.roles,
        acting_for=lead.name,
    )
    assert _list(delegate, "mine") == [made]


def test_filters_narrow_and_combine() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    late = task(leader, lead, due_at=NOON - timedelta(hours=1), work="Tham mưu kế hoạch")
    task(leader, lead, due_at=NOON - timedelta(hours=1), state=TaskState.REPORTED, work="Báo cáo")
    task(leader, lead, work="Khác", source_label="12/VPCP-KSTT")
    assert _list(leader, overdue=True) == [late]
    assert _list(leader, text="KE HOACH tham muu") == [late]
    assert [row.work for row in _list(leader, text="12/vpcp")] == ["Khác"]
    assert [row.work for row in _list(leader, state="reported")] == ["Báo cáo"]
    assert _list(leader, text="%") == []


def test_pages_come_by_deadline_without_gap_or_double() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    for number in range(120):
        task(leader, lead, due_at=NOON + timedelta(days=number % 7))
    seen, cursor = [], ""
    while True:
        page = queries.list_tasks(leader, TaskFilter(tab="all"), at=NOON, cursor=cursor)
        seen += [(row.due_at, row.id) for row in page.rows]
        cursor = page.next
        if not cursor:
            break
    assert len(set(seen)) == 120
    assert seen == sorted(seen)


@pytest.mark.parametrize("role", [Role.LEADER, Role.SPECIALIST])
@pytest.mark.parametrize("tab", ["mine", "given", "division", "all"])
def test_a_list_costs_the_same_queries_at_10_and_at_200_rows(role: Role, tab: str) -> None:
    ours = agency()
    division = Division.objects.create(agency=ours, name="Phòng", short_name="P")
    viewer = acting_viewer(official_in(ours, role, division=division), at=NOON)
    costs = []
    for more in (10, 190):
        for _ in range(more):
            task(viewer, viewer)
        with CaptureQueriesContext(connection) as caught:
            rows = _list(viewer, tab)
            # What a row of the list shows, drawn: another column that is not named costs a query a row.
            assert task_rows(rows).count("<tr>") == len(rows)
        assert rows
        costs.append(len(caught))
    assert costs == [1, 1]


def test_an_export_costs_the_same_queries_however_many_rows() -> None:
    ours = agency()
    leader = viewer_in(ours, Role.LEADER)
    costs = []
    for more in (10, 190):
        for _ in range(more):
            task(leader, leader)
        with CaptureQueriesContext(connection) as caught:
            rows = list(queries.export_tasks(leader, TaskFilter(tab="all"), at=NOON))
            assert all(row.lead.name for row in rows)
        costs.append(len([query for query in caught if "SELECT" in query["sql"]]))
    assert costs[0] == costs[1]


def test_those_offered_are_found_without_marks_and_the_chosen_stay() -> None:
    ours = agency()
    division = Division.objects.create(agency=ours, name="Phòng Kinh tế", short_name="KT")
    chosen = official_in(ours, Role.SPECIALIST, name="Lê Thu Hà", title="Chuyên viên").official
    wanted = official_in(ours, Role.SPECIALIST, name="Đỗ Đức Độ", division=division).official
    official_in(agency(), Role.SPECIALIST, name="Đỗ Người Khác")
    assert chosen is not None
    assert wanted is not None
    key = PartyKey(PartyKind.OFFICIAL, chosen.id)
    found = queries.candidates(ours.id, on=NOON.date(), text="do duc", keep=[key])
    assert [row.name for row in found] == ["Lê Thu Hà", "Đỗ Đức Độ"]
    assert [row.name for row in queries.candidates(ours.id, on=NOON.date(), text="kinh te")] == [
        "Phòng Kinh tế"
    ]
    everyone = queries.candidates(ours.id, on=NOON.date())
    assert [row.name for row in everyone] == ["Phòng Kinh tế", "Lê Thu Hà", "Đỗ Đức Độ"]
