"""Versions of drafts: each save kept, nothing overwritten unseen, differences word by word."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import agency, official_in, official_of, viewer_in
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import now
from lienthong.ledger.public import Subject, timeline
from lienthong.office.actions import annexing
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions.versions import ChangedMeanwhile
from lienthong.office.annex_models import VersionAnnex
from lienthong.office.drafting_models import DraftVersion
from lienthong.office.models import OutgoingDocument
from lienthong.office.tests.factories import BODY, NOON, SUBJECT, composition, draft
from lienthong.office.tests.pages import client_as, client_of, text_of
from lienthong.office.tests.scans import written
from lienthong.office.versions import Content, Kind, differences


def _pdf() -> bytes:
    writer, file = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(file)
    return file.getvalue()


def _words(old: str, new: str) -> list[tuple[str, str]]:
    (change,) = differences(Content(subject=old), Content(subject=new))
    return [(piece.kind.value, piece.text) for line in change.lines for piece in line]


def test_a_difference_names_the_words_that_came_and_went_and_no_others() -> None:
    assert _words("gửi báo cáo trước ngày 15", "gửi báo cáo tuần trước ngày 20") == [
        ("same", "gửi báo cáo"),
        ("added", "tuần"),
        ("same", "trước ngày"),
        ("removed", "15"),
        ("added", "20"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [("", "mới"), ("cũ", ""), ("a b c", "c b a"), ("một hai", "một hai ba"), ("x y", "z x y")],
)
def test_a_difference_gives_both_texts_back(old: str, new: str) -> None:
    pieces = _words(old, new)
    assert " ".join(text for kind, text in pieces if kind != Kind.ADDED) == old
    assert " ".join(text for kind, text in pieces if kind != Kind.REMOVED) == new


def test_the_same_content_has_no_difference() -> None:
    content = Content(type_code="CV", subject="a", body=("b",), recipients=("c",), urgency=1)
    assert differences(content, Content.from_json(content.as_json())) == []


def test_a_paragraph_put_in_leaves_its_neighbours_alone() -> None:
    old = Content(body=("Một.", "Hai.", "Ba.", "Bốn.", "Năm."))
    (change,) = differences(old, Content(body=("Một.", "Hai.", "Ba.", "Bốn.", "Chen vào.", "Năm.")))
    assert [(piece.kind, piece.text) for line in change.lines for piece in line] == [
        (Kind.SAME, "Một."),
        (Kind.SAME, "…"),
        (Kind.SAME, "Bốn."),
        (Kind.ADDED, "Chen vào."),
        (Kind.SAME, "Năm."),
    ]


def test_texts_too_long_to_compare_are_shown_as_a_whole() -> None:
    """Otherwise two long hostile texts would hold a process for minutes."""
    pieces = _words(" ".join(f"a{n}" for n in range(400)), " ".join(f"b{n}" for n in range(400)))
    assert [kind for kind, _text in pieces] == ["removed", "added"]


def _revise(outgoing: OutgoingDocument, viewer: Viewer, place: Agency, **fields: Any) -> OutgoingDocument:
    based_on = fields.pop("based_on", None)
    return actions.revise(
        outgoing_id=outgoing.id,
        composition=composition(place, **fields),
        viewer=viewer,
        at=NOON,
        based_on=based_on,
    )


@pytest.mark.django_db
def test_every_save_is_a_version_with_who_when_and_what() -> None:
    sender, place = agency(), agency()
    Agency.objects.filter(id=agency().id).update(kind="province")
    outgoing = draft(sender, place)
    clerk = viewer_in(sender, Role.CLERK, at=NOON)
    _revise(outgoing, clerk, place, subject="Khác", based_on=1)
    _revise(outgoing, clerk, place, subject="Khác nữa", groups=("provinces",), based_on=2)
    versions = list(outgoing.versions.order_by("number"))
    assert [version.number for version in versions] == [1, 2, 3]
    assert [version.content["subject"] for version in versions] == [SUBJECT, "Khác", "Khác nữa"]
    assert versions[0].content["recipients"] == [place.name]
    assert versions[2].content["recipients"][0].startswith("Ủy ban nhân dân các tỉnh")
    assert (versions[1].saved_by_id, versions[1].saved_title) == (clerk.official_id, clerk.post_title)
    assert timeline(Subject("office.outgoing", str(outgoing.id)))[-1].data["version"] == 3


@pytest.mark.django_db
def test_an_uploaded_file_stays_with_its_version() -> None:
    sender, place = agency(), agency()
    clerk = viewer_in(sender, Role.CLERK, at=NOON)
    outgoing = actions.compose(composition=composition(place, body=""), pdf=[_pdf()], viewer=clerk, at=NOON)
    _revise(outgoing, clerk, place)
    first, second = outgoing.versions.order_by("number")
    assert first.uploaded_id == first.content["file"] != ""
    assert second.uploaded_id is None
    assert second.content["file"] == ""


@pytest.mark.django_db
def test_who_saves_over_anothers_version_is_told_who_saved_and_nothing_changes() -> None:
    sender, place = agency(), agency()
    outgoing = draft(sender, place)
    first, second = (viewer_in(sender, Role.CLERK, at=NOON) for _ in range(2))
    _revise(outgoing, first, place, subject="Của người thứ nhất", based_on=1)
    with pytest.raises(ChangedMeanwhile) as refusal:
        _revise(outgoing, second, place, subject="Của người thứ hai", based_on=1)
    assert first.name in refusal.value.say("vi")
    assert "12:00 02/03/2026" in refusal.value.say("vi")
    outgoing.refresh_from_db()
    assert outgoing.subject == "Của người thứ nhất"
    _revise(outgoing, second, place, subject="Của người thứ hai", based_on=2)
    assert outgoing.versions.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_a_version_of_an_issued_document(act: str) -> None:
    outgoing = draft(agency(), agency())
    versions = DraftVersion.objects.filter(outgoing=outgoing)
    if act == "update":
        with pytest.raises(DatabaseError), transaction.atomic():
            versions.update(content={})
        return
    packet = store_blob([b"<x/>"], at=NOON, max_bytes=10)
    OutgoingDocument.objects.update(state="waiting", edxml=packet)
    with pytest.raises(DatabaseError), transaction.atomic():
        versions.delete()
    assert versions.exists()


@pytest.mark.django_db
def test_a_discarded_draft_takes_its_versions_with_it() -> None:
    sender = agency()
    outgoing = draft(sender, agency())
    actions.discard(outgoing_id=outgoing.id, viewer=viewer_in(sender, Role.CLERK, at=NOON), at=NOON)
    assert not DraftVersion.objects.exists()


def _form(place: Agency, **changes: Any) -> dict[str, Any]:
    values = {
        "type_code": "CV",
        "subject": SUBJECT,
        "place": "Hà Nội",
        "urgency": "0",
        "steering_type": "0",
        "source": "template",
        "body": BODY,
        "recipients": [str(place.id)],
        "action": "save",
    }
    return values | changes


@pytest.mark.django_db
def test_the_page_of_a_conflict_keeps_what_was_typed_and_shows_what_differs() -> None:
    ours, place = agency(), agency()
    outgoing = draft(ours, place, at=now())
    address = reverse("office:revise", args=[outgoing.id])
    faster = official_in(ours, Role.CLERK)
    client_of(faster).post(address, _form(place, subject="Bản của người nhanh", version="1"))
    slower = client_as(Role.CLERK, ours)
    answer = slower.post(address, _form(place, subject="Bản của người chậm", version="1"))
    page = text_of(answer)
    assert answer.status_code == 409
    assert official_of(faster).full_name in page
    assert "Bản của người chậm</textarea>" in page
    assert '<del><span class="unseen">deleted: </span>nhanh</del>' in page
    assert '<ins><span class="unseen">added: </span>chậm</ins>' in page
    assert 'name="version" value="2"' in page
    assert slower.post(address, _form(place, subject="Bản của người chậm", version="2")).status_code == 302
    outgoing.refresh_from_db()
    assert outgoing.subject == "Bản của người chậm"
    assert outgoing.versions.get(number=2).content["subject"] == "Bản của người nhanh"


@pytest.mark.django_db
def test_the_page_of_versions_compares_the_two_asked_for() -> None:
    ours, place = agency(), agency()
    outgoing = draft(ours, place, at=now())
    clerk = viewer_in(ours, Role.CLERK)
    for number in range(2, 5):
        _revise(outgoing, clerk, place, subject=f"Bản số {number}")
    reader = client_as(Role.CLERK, ours)
    address = reverse("office:versions", args=[outgoing.id])
    assert "From version 3 to version 4" in text_of(reader.get(address))
    asked = text_of(reader.get(address, {"old": "2", "new": "4"}))
    assert "From version 2 to version 4" in asked
    assert "</span>2</del>" in asked
    for old, new in (("99", "4"), ("2", "5"), ("9" * 30, "77")):
        assert reader.get(address, {"old": old, "new": new}).status_code == 404
    assert reader.get(address, {"old": "x", "new": "١"}).status_code == 200


@pytest.mark.django_db
def test_the_page_of_versions_costs_the_same_however_many_there_are() -> None:
    ours, place = agency(), agency()
    outgoing = draft(ours, place, at=now())
    clerk = viewer_in(ours, Role.CLERK)
    reader = client_as(Role.CLERK, ours)
    counts = []
    for number in range(8):
        _revise(outgoing, clerk, place, subject=f"Bản số {number}")
        with CaptureQueriesContext(connection) as queries:
            reader.get(reverse("office:versions", args=[outgoing.id]))
        counts.append(len(queries))
    assert len(set(counts[1:])) == 1


@pytest.mark.django_db
def test_a_specialist_reads_no_versions_of_others() -> None:
    ours = agency()
    outgoing = draft(ours, agency(), at=now())
    for place in (ours, agency()):
        stranger = client_as(Role.SPECIALIST, place)
        assert stranger.get(reverse("office:versions", args=[outgoing.id])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_from_the_same_version_one_is_told() -> None:
    from lienthong.office.tests.test_concurrency import at_once

    ours, place = agency(), agency()
    outgoing = draft(ours, place)
    clerks = [viewer_in(ours, Role.CLERK, at=NOON) for _ in range(3)]
    results = at_once(
        *(
            lambda clerk=clerk: _revise(outgoing, clerk, place, subject=clerk.name, based_on=1)  # type: ignore[misc]
            for clerk in clerks
        )
    )
    assert sorted(type(result).__name__ for result in results) == [
        "ChangedMeanwhile",
        "ChangedMeanwhile",
        "OutgoingDocument",
    ]
    assert list(outgoing.versions.order_by("number").values_list("number", flat=True)) == [1, 2]


def _annexed(document: OutgoingDocument, name: str, words: str, viewer: Viewer) -> None:
    annexing.add_annex(outgoing_id=document.id, name=name, file=[written(words)], viewer=viewer, at=NOON)


@pytest.mark.django_db
def test_a_version_has_its_annexes_and_the_difference_names_them() -> None:
    ours = agency()
    clerk, document = viewer_in(ours, Role.CLERK), draft(ours, agency())
    _annexed(document, "Phụ lục I", "mot", clerk)
    _annexed(document, "Phụ lục II", "hai", clerk)
    annexing.remove_annex(outgoing_id=document.id, position=1, viewer=clerk, at=NOON)
    _annexed(document, "Phụ lục II", "hai, sua lai", clerk)
    versions = list(document.versions.order_by("number"))
    names = [[annex.name for annex in version.annexes.all()] for version in versions]
    assert names == [
        [],
        ["Phụ lục I"],
        ["Phụ lục I", "Phụ lục II"],
        ["Phụ lục II"],
        ["Phụ lục II", "Phụ lục II"],
    ]
    contents = [Content.from_json(version.content) for version in versions]
    (added,) = differences(contents[0], contents[1])
    assert str(added.label) in {"Annexes", "Phụ lục"}
    assert [piece.kind for line in added.lines for piece in line] == [Kind.ADDED]
    (removed,) = differences(contents[2], contents[3])
    assert Kind.REMOVED in {piece.kind for line in removed.lines for piece in line}
    (same_name,) = differences(contents[3], contents[4])
    assert {piece.kind for line in same_name.lines for piece in line} == {Kind.SAME, Kind.ADDED}


@pytest.mark.django_db
def test_a_file_taken_off_stays_with_the_version_that_had_it() -> None:
    ours = agency()
    clerk, document = viewer_in(ours, Role.CLERK), draft(ours, agency())
    _annexed(document, "Phụ lục I", "mot", clerk)
    annexing.remove_annex(outgoing_id=document.id, position=1, viewer=clerk, at=NOON)
    kept = VersionAnnex.objects.get()
    assert kept.given is not None
    assert kept.version.number == 2
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        VersionAnnex.objects.update(name="khác")


def test_versions_from_before_annexes_were_recorded_are_not_compared_in_them() -> None:
    before, after = Content(subject="x"), Content(subject="x", annexes=("Phụ lục I (abc)",))
    assert differences(before, after) == []


@pytest.mark.django_db
def test_a_draft_with_annexes_is_discarded_with_all_its_versions() -> None:
    ours = agency()
    clerk, document = viewer_in(ours, Role.CLERK), draft(ours, agency())
    _annexed(document, "Phụ lục I", "mot", clerk)
    actions.discard(outgoing_id=document.id, viewer=clerk, at=NOON)
    assert not VersionAnnex.objects.exists()
