"""The page of statistics, its downloads, and who sees them."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, Role, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.clock import now
from lienthong.office.figures import DocumentFigures, document_figures
from lienthong.office.states import State
from lienthong.office.tests.factories import incoming_document
from lienthong.office.tests.pages import client_as, client_of, text_of
from lienthong.tasks.tests.factories import task

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> Agency:
    return agency()


def test_documents_of_the_period_are_counted_where_they_stand(ours: Agency) -> None:
    at = now()
    for state in set(State) - {State.WITHDRAWN, State.REFUSED, State.DESTROYED}:
        incoming_document(ours, at=at, state=state, due_at=at - timedelta(hours=1))
    incoming_document(ours, at=at, state=State.REFUSED, reason="Gửi trùng")
    incoming_document(ours, at=at - timedelta(days=40))
    incoming_document(agency(), at=at)
    today = at.astimezone().date()
    since, until = today - timedelta(days=1), today + timedelta(days=1)
    leader = viewer_in(ours, Role.LEADER)
    assert document_figures(leader, since=since, until=until, at=at) == DocumentFigures(6, 1, 1, 2, 2, 1, 1)
    with pytest.raises(NotAllowed):
        document_figures(viewer_in(ours, Role.SPECIALIST), since=since, until=until, at=at)


def test_the_page_and_its_downloads_say_the_same(ours: Agency) -> None:
    account = official_in(ours, Role.LEADER, name="=Trần Thị Ánh")
    leader = acting_viewer(account, at=now())
    task(leader, leader, at=now())
    client = client_of(account)
    page = text_of(client.get(reverse("office:statistics")))
    assert "=Trần Thị Ánh" in page
    rows = text_of(client.get(reverse("office:statistics_export") + "?as=csv")).splitlines()
    assert rows[0].startswith("\ufeffDivision,Official,Given,Finished")
    assert rows[1].startswith(f"{ours.name},,1,0,0,1")
    assert rows[3].startswith("Without a division,'=Trần Thị Ánh,1")
    other = text_of(client_of(account, "vi").get(reverse("office:statistics_export") + "?as=csv"))
    assert "Không thuộc phòng, ban" in other
    assert "Without a division" not in other
    file = client.get(reverse("office:statistics_export"))
    with zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content))) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "=Trần Thị Ánh</t>" in sheet
    assert "<f>" not in sheet
    assert ours.name in sheet


@pytest.mark.parametrize(
    "period",
    ["since=2026-03-02&until=2026-03-01", "since=x&until=2026-03-01", "since=1000-01-01&until=2026-01-01"],
)
def test_a_period_that_is_none_is_refused_with_its_reason(ours: Agency, period: str) -> None:
    client = client_as(Role.AUDITOR, ours)
    for name in ("statistics", "statistics_export"):
        answer = client.get(reverse(f"office:{name}") + f"?{period}")
        assert answer.status_code == 422
        assert "field-error" in text_of(answer) or 'aria-invalid="true"' in text_of(answer)


def test_the_page_takes_as_many_queries_for_many_as_for_one(
    ours: Agency, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    client = client_as(Role.CLERK, ours)
    for _number in range(8):
        leader = viewer_in(ours, Role.LEADER)
        task(leader, leader, at=now())
    client.get(reverse("office:statistics"))
    with django_assert_max_num_queries(7):  # the session, the account, its post, the bell, tasks, documents
        client.get(reverse("office:statistics"))
