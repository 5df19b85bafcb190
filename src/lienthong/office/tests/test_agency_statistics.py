"""Statistics of outgoing documents and of the agencies below: what is counted, and who sees it."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import escape

from lienthong.directory.public import Agency, Division
from lienthong.documents.public import DocumentState, OfficialDocument
from lienthong.identity.public import NotAllowed, NotFound, Role
from lienthong.identity.tests.factories import BEGINNING, agency, official_in, official_of, viewer_in
from lienthong.kernel.clock import now
from lienthong.kernel.identifiers import uuid7
from lienthong.office.agency_figures import AgencyCounts, figures_below
from lienthong.office.dispatch_models import InsideRecipient, PaperRecipient
from lienthong.office.models import IncomingDocument, OutgoingDocument, Recipient
from lienthong.office.outgoing_figures import OutgoingCounts, Ways, outgoing_figures
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, incoming_document
from lienthong.office.tests.pages import client_as, text_of
from lienthong.office.tests.work_files import stored
from lienthong.tasks.tests.factories import task

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def issued(ours: Agency, number: int, **fields: Any) -> OutgoingDocument:
    """A document that was issued at noon, one day after its draft; straight into the tables, so in sets."""
    signer = fields.pop("signer", None) or official_of(official_in(ours, Role.LEADER, name="Lê Ký"))
    at = fields.pop("at", NOON)
    official = OfficialDocument.objects.create(
        agency=ours,
        type=fields.pop("type", "QD"),
        number=number,
        year=2026,
        notation="X",
        subject="A",
        state=DocumentState.ISSUED,
        pdf=stored(b"%PDF-1.7"),
        signer=signer,
        division=fields.pop("division", None),
        promulgated_on=DAY,
        drafted_at=at,
        issued_at=at,
    )
    return OutgoingDocument.objects.create(
        agency=ours,
        document=official,
        state="issued",
        prepared_by=signer,
        prepared_at=at - timedelta(days=1),
        issued_at=at,
        subject="A",
        **fields,
    )


def below(parent: Agency, name: str = "") -> Agency:
    made = agency(name=name)
    Agency.objects.filter(pk=made.pk).update(parent=parent)
    made.refresh_from_db()
    assert made.path.startswith(parent.path)
    return made


def test_issued_documents_are_counted_by_type_division_signer_and_way() -> None:
    ours = agency()
    leader = viewer_in(ours, Role.LEADER, at=NOON)
    division = Division.objects.create(agency=ours, name="Phòng Kinh tế")
    first = issued(ours, 1, division=division, task=task(leader, leader, due_at=NOON))
    second = issued(
        ours,
        2,
        type="BC",
        task=task(leader, leader, due_at=NOON - timedelta(seconds=1), given_at=NOON - timedelta(days=3)),
    )
    issued(ours, 3, at=NOON - timedelta(days=40))
    issued(agency(), 1)
    Recipient.objects.create(document=first, agency=agency())
    PaperRecipient.objects.create(document=first, name="Ông A", named_by_id=leader.official_id, named_at=NOON)
    InsideRecipient.objects.create(
        document=second, division=division, named_by_id=leader.official_id, named_at=NOON
    )
    found = outgoing_figures(leader, since=DAY, until=DAY)
    assert found.total == OutgoingCounts(issued=2, tasked=2, in_time=1, days=1.0)
    assert found.ways == Ways(axis=1, inside=1, paper=1)
    one = OutgoingCounts(1, 1, 1, 1.0)
    late = OutgoingCounts(1, 1, 0, 1.0)
    assert found.groups["type"] == [("Báo cáo", late, "BC"), ("Quyết định", one, "QD")]
    named = {row.said: row.counts for row in found.groups["division"]}
    assert named == {"Phòng Kinh tế": one, "": late}
    assert found.groups["signer"] == [("Lê Ký", found.total, "Lê Ký")]
    nothing = outgoing_figures(leader, since=date(2020, 1, 1), until=date(2020, 1, 2))
    assert nothing.total == OutgoingCounts()
    with pytest.raises(NotAllowed):
        outgoing_figures(viewer_in(ours, Role.SPECIALIST), since=DAY, until=DAY)


def test_each_figure_leads_to_a_list_of_as_many_documents() -> None:
    ours = agency()
    leader = viewer_in(ours, Role.LEADER, at=NOON)
    division = Division.objects.create(agency=ours, name="Phòng Kinh tế & Đầu tư")
    longer = official_of(official_in(ours, Role.LEADER, name="Lê Ký Anh"))
    first = issued(ours, 1, division=division)
    issued(ours, 2, type="BC")
    issued(ours, 3, type="BC", signer=longer)
    issued(ours, 4, at=NOON - timedelta(days=40))
    Recipient.objects.create(document=first, agency=agency())
    PaperRecipient.objects.create(document=first, name="Ông A", named_by_id=leader.official_id, named_at=NOON)
    client = client_as(Role.LEADER, ours)
    period = {"since": DAY.isoformat(), "until": DAY.isoformat()}
    page = client.get(reverse("office:outgoing_statistics"), period)
    told = [
        (address, int(str(cells[0][1])))
        for _title, rows in page.context["groups"]
        for _said, address, cells in rows
    ]
    told += [(address, count) for _label, address, count in page.context["ways"]]
    assert sorted(count for _address, count in told) == [0, 1, 1, 1, 1, 1, 2, 2, 2]
    for address, count in told:
        assert len(client.get(address).context["page"].rows) == count, address
        export = text_of(client.get(address.replace("/outgoing/?", "/outgoing/export/?")))
        assert len(export.splitlines()) == count + 1
        assert f'href="{escape(address)}"' in text_of(page) or not count


def test_a_level_is_counted_with_all_below_each_agency_and_nothing_beside_it() -> None:
    top = agency(name="Tỉnh")
    middle = below(top, "Sở")
    leaf, beside = below(middle, "Chi cục"), below(top, "Xã")
    for place, state in ((top, State.ARRIVED), (middle, State.REGISTERED), (leaf, State.ASSIGNED)):
        incoming_document(place, at=NOON, state=state, due_at=NOON - timedelta(hours=1))
    incoming_document(leaf, at=NOON, state=State.FINISHED)
    incoming_document(agency(), at=NOON)
    viewer = viewer_in(top, Role.LEADER, at=NOON)
    level = figures_below(viewer, since=DAY, until=DAY, at=NOON)
    assert level.own == AgencyCounts(arrived=1, clerk=1)
    rows = {row.name: row for row in level.below}
    assert rows["Sở"].counts == AgencyCounts(arrived=3, finished=1, in_time=1, late=1, leader=1, work=1)
    assert (rows["Sở"].deeper, rows["Xã"].deeper) == (True, False)
    assert rows["Xã"].counts == AgencyCounts()
    assert level.total.arrived == 4
    deeper = figures_below(viewer, since=DAY, until=DAY, at=NOON, under=middle.pk)
    assert [row.name for row in deeper.below] == ["Chi cục"]
    assert deeper.above == ((top.pk, "Tỉnh"),)
    assert deeper.own.leader == 1
    assert beside.pk in {row.agency_id for row in level.below}


def test_nobody_sees_the_figures_of_an_agency_that_is_not_below_the_own() -> None:
    top = agency()
    middle, beside = below(top), below(top)
    viewer = viewer_in(middle, Role.LEADER, at=NOON)
    for under in (top.pk, beside.pk, agency().pk, -1):
        with pytest.raises(NotFound):
            figures_below(viewer, since=DAY, until=DAY, at=NOON, under=under)
    with pytest.raises(NotAllowed):
        figures_below(viewer_in(top, Role.SPECIALIST), since=DAY, until=DAY, at=NOON)
    client = client_as(Role.LEADER, middle)
    page = reverse("office:below_statistics")
    assert client.get(page, {"under": top.pk}).status_code == 404
    assert client.get(page, {"under": "x"}).status_code == 404
    assert client.get(page, {"under": top.pk, "as": "xlsx"}).status_code == 404


@pytest.mark.parametrize("name", ["outgoing_statistics", "below_statistics"])
def test_both_are_given_out_for_paper_and_as_a_spreadsheet(name: str) -> None:
    top = agency(name="=Tỉnh")
    below(top, "=Sở")
    issued(top, 1, at=now())
    client = client_as(Role.AUDITOR, top)
    page = reverse(f"office:{name}")
    pdf = client.get(page, {"as": "pdf"})
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    file = client.get(page, {"as": "xlsx"})
    with zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content))) as parts:  # type: ignore[attr-defined]
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "=Tỉnh" in sheet
    assert "<f>" not in sheet
    assert client.get(page, {"since": "2026-03-02", "until": "2026-03-01"}).status_code == 422
    said = text_of(client.get(page, {"as": "exe"}))
    assert "<table" in said


def _many(top: Agency, count: int) -> None:
    """So many agencies below, each with a document, and so many issued ones, made in sets."""
    places = Agency.objects.bulk_create(
        [
            Agency(
                code=f"M{top.pk}.{one}",
                name=f"Xã {one}",
                short_name="X",
                kind="commune",
                parent=top,
                valid_from=BEGINNING,
            )
            for one in range(count)
        ]
    )
    sample = incoming_document(top, at=now())
    fields = {
        field.attname: getattr(sample, field.attname)
        for field in IncomingDocument._meta.concrete_fields
        if not field.generated and field.attname not in {"id", "delivery_id", "agency_id"}
    }
    IncomingDocument.objects.bulk_create(
        [IncomingDocument(**fields, agency=place, delivery_id=uuid7()) for place in places]
    )
    first = issued(top, 1, at=now())
    signer, pdf = first.document.signer, first.document.pdf
    papers = OfficialDocument.objects.bulk_create(
        [
            OfficialDocument(
                agency=top,
                type="QD",
                number=one + 2,
                year=2026,
                notation="X",
                subject="A",
                state=DocumentState.ISSUED,
                pdf=pdf,
                signer=signer,
                promulgated_on=DAY,
                drafted_at=now(),
                issued_at=now(),
            )
            for one in range(count)
        ]
    )
    OutgoingDocument.objects.bulk_create(
        [
            OutgoingDocument(
                agency=top,
                document=paper,
                state="issued",
                prepared_by=signer,
                prepared_at=now(),
                issued_at=now(),
                subject="A",
            )
            for paper in papers
        ]
    )


@pytest.mark.parametrize("count", [10, 1000])
def test_the_pages_take_as_many_queries_for_many_as_for_few(count: int, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    top = agency()
    _many(top, count)
    client = client_as(Role.CLERK, top)
    sent, under = reverse("office:outgoing_statistics"), reverse("office:below_statistics")
    assert str(count + 1) in text_of(client.get(sent))
    assert f"Xã {count - 1}" in text_of(client.get(under))
    with django_assert_num_queries(
        9
    ):  # the session, the account, its post, the bell; all, ways, three groups
        client.get(sent)
    with django_assert_num_queries(7):  # the same four; the own path, the agencies, the counts
        client.get(under)
