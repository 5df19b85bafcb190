"""Recipients on paper who are not told yet wait on the clerk's desk and in a list of their own."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import official_in
from lienthong.office import outgoing_queries
from lienthong.office.actions import dispatching
from lienthong.office.contracts import OutgoingFilter
from lienthong.office.desk import desk_of
from lienthong.office.issued_models import IssuedChange
from lienthong.office.models import OutgoingDocument
from lienthong.office.tests.factories import NOON, draft
from lienthong.office.tests.pages import client_of, text_of
from lienthong.office.tests.test_declaring import CITIZEN, LATER, Office

pytestmark = pytest.mark.django_db
MIGRATION = "lienthong.office.migrations.0020_paper_untold"


@pytest.fixture
def office() -> Office:
    return Office()


def _rows(viewer: Viewer) -> list[tuple[str, str]]:
    return [(row.detail, row.who) for row in desk_of(viewer, at=LATER).rows if row.kind.code == "paper"]


def _since(office: Office) -> object:
    return OutgoingDocument.objects.get(id=office.document.id).paper_waits_since


def test_what_went_to_somebody_on_paper_waits_for_the_clerk_until_the_way_is_recorded(office: Office) -> None:
    draft(office.ours, paper=("Ông chưa ban hành",))
    assert _rows(office.clerk) == [(office.document.code, CITIZEN)]
    assert _rows(office.leader) == _rows(office.reader) == []
    assert _since(office) == NOON
    office.paper()
    assert _rows(office.clerk) == []
    dispatching.dispatch_also(outgoing_id=office.document.id, paper=("Bà B",), viewer=office.clerk, at=LATER)
    assert _since(office) == LATER


def test_without_anybody_on_paper_nothing_waits() -> None:
    office = Office(paper=())
    assert _rows(office.clerk) == []
    assert _since(office) is None


def test_who_has_the_paper_is_to_hear_of_its_withdrawal_and_who_has_it_not_gets_it_no_more(
    office: Office,
) -> None:
    office.revoke()
    assert _rows(office.clerk) == []
    office.document = office.issue(paper=(CITIZEN,))
    office.paper()
    office.revoke()
    assert _rows(office.clerk) == [(office.document.code, CITIZEN)]
    office.paper(change_id=IssuedChange.objects.get(document=office.document).id)
    assert _rows(office.clerk) == []


@pytest.mark.parametrize(("language", "label"), [("en", "Paper to record"), ("vi", "Chờ ghi nhận bản giấy")])
def test_the_list_behind_it_has_these_alone(office: Office, language: str, label: str) -> None:
    other = Office(paper=()).document
    wanted = OutgoingFilter(tab=outgoing_queries.ON_PAPER)
    found = outgoing_queries.list_outgoing(office.clerk, wanted).rows
    assert [row.id for row in found] == [office.document.id]
    client = client_of(official_in(office.ours, Role.CLERK), language)
    page = text_of(client.get(reverse("office:outgoing"), {"tab": "paper"}))
    assert label in page
    assert office.document.code in page
    assert str(other.id) not in page
    desk = text_of(client.get(reverse("office:desk"), {"kind": "paper"}))
    assert f"{reverse('office:outgoing_detail', args=[office.document.id])}#paper-title" in desk


def test_the_migration_fills_in_what_waits_already_and_leaves_the_rest() -> None:
    waiting, told, untold, withdrawn, nobody = Office(), Office(), Office(), Office(), Office(paper=())
    told.paper()
    untold.paper()
    untold.revoke()
    withdrawn.revoke()
    before = {one: _since(one) for one in (waiting, told, untold, withdrawn, nobody)}
    assert [since is not None for since in before.values()] == [True, False, True, False, False]
    OutgoingDocument.objects.update(paper_waits_since=None)
    migration = import_module(MIGRATION)
    with connection.schema_editor() as editor, CaptureQueriesContext(connection) as caught:
        migration.fill(apps, editor)
    assert len(caught) == 2
    after = {one: _since(one) is not None for one in before}
    assert after == {one: since is not None for one, since in before.items()}
