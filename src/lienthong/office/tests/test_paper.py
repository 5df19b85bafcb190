"""Documents on paper: entering them, and those that seem to be here already."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lienthong.directory.public import Agency
from lienthong.documents.public import SecretDocument
from lienthong.identity.public import NotAllowed, Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.blobs import read_blob
from lienthong.ledger.public import Subject, timeline
from lienthong.office.actions.incoming import refuse_incoming
from lienthong.office.actions.paper import (
    DatedAhead,
    SeemsToBeHere,
    SenderMissing,
    SubjectMissing,
    keep_scan,
    receive_paper,
)
from lienthong.office.actions.registering import register_incoming
from lienthong.office.contracts import PaperFacts
from lienthong.office.models import IncomingDocument
from lienthong.office.states import Source, State
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.scans import blank, scanned

pytestmark = pytest.mark.django_db
FACTS = PaperFacts(
    subject="Về việc đề nghị cấp điện",
    sender_name="Công ty Điện lực",
    code="15/CV-ĐL",
    promulgated_on=date(2026, 2, 28),
)


def _enter(place: Agency, content: bytes = b"", **fields: Any) -> IncomingDocument:
    clerk = viewer_in(place, Role.CLERK)
    kept = keep_scan(files=[("a.pdf", io.BytesIO(content or blank(2)))], viewer=clerk, at=NOON)
    return receive_paper(facts=replace(FACTS, **fields), scan=kept, viewer=clerk, at=NOON)


def test_a_document_on_paper_arrives_with_its_scan_and_the_clerks_word() -> None:
    ours, pdf = agency(), scanned()
    document = _enter(ours, pdf)
    document.refresh_from_db()
    assert (document.state, document.source, document.delivery_id) == (State.ARRIVED, Source.PAPER, None)
    assert (document.authentic, document.pages, document.came_by) == (True, 1, "post")
    assert "checked seal and signature" in document.verdict["sentences"]["en"]
    file = document.files.get()
    assert file.blob is not None
    assert (file.name, read_blob(file.blob), file.verdict) == ("15_CV-ĐL.pdf", pdf, None)
    assert [event.verb for event in timeline(Subject("office.incoming", str(document.id)))] == [
        "incoming.enter"
    ]


def test_it_is_registered_and_returned_as_any_other_and_no_axis_is_told() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK)
    registered = register_incoming(document_id=_enter(ours).id, viewer=clerk, at=NOON)
    returned = _enter(ours, code="16/CV-ĐL")
    refuse_incoming(document_id=returned.id, viewer=clerk, reason="Thiếu dấu", at=NOON)
    assert registered.register_number == 1
    assert not registered.statuses.exists()
    assert not returned.statuses.exists()


def test_by_mail_is_a_source_of_its_own() -> None:
    assert _enter(agency(), came_by="mail").source == Source.MAIL


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"code": "015 / cv-đl"},
        {"sender_name": "CÔNG TY ĐIỆN LỰC"},
        {"subject": "Một trích yếu khác"},
    ],
)
def test_the_same_sender_number_and_date_is_shown_and_entered_only_with_a_reason(
    same: dict[str, Any],
) -> None:
    ours = agency()
    _enter(ours)
    with pytest.raises(SeemsToBeHere) as raised:
        _enter(ours, **same)
    assert FACTS.subject in raised.value.say("vi")
    again = _enter(ours, **same, duplicate_reason="Bản gốc đến sau bản chụp")
    assert again.duplicate_reason == "Bản gốc đến sau bản chụp"
    event = timeline(Subject("office.incoming", str(again.id)))[0]
    assert event.data["reason"] == "Bản gốc đến sau bản chụp"


@pytest.mark.parametrize(
    "other",
    [
        {"code": "115/CV-ĐL"},
        {"sender_name": "Điện lực"},
        {"promulgated_on": date(2026, 2, 27)},
        {"promulgated_on": None},
    ],
)
def test_another_number_sender_or_date_is_another_document(other: dict[str, Any]) -> None:
    ours = agency()
    _enter(ours)
    assert _enter(ours, **other).duplicate_reason == ""


def test_a_letter_without_a_number_is_the_same_by_its_summary() -> None:
    ours = agency()
    letter: dict[str, Any] = {"code": "", "sender_name": "Nguyễn Văn A", "subject": "Đơn kiến nghị"}
    _enter(ours, **letter)
    with pytest.raises(SeemsToBeHere):
        _enter(ours, **letter)
    _enter(ours, **letter | {"subject": "Đơn tố cáo"})


def test_what_another_agency_holds_is_no_duplicate() -> None:
    _enter(agency())
    assert _enter(agency()).duplicate_reason == ""


@pytest.mark.parametrize("role", [Role.LEADER, Role.SPECIALIST, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_a_clerk_enters(role: Role) -> None:
    with pytest.raises(NotAllowed):
        keep_scan(files=[("a.pdf", io.BytesIO(blank()))], viewer=viewer_in(agency(), role), at=NOON)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"subject": ""}, SubjectMissing),
        ({"sender_name": ""}, SenderMissing),
        ({"promulgated_on": date(2026, 3, 3)}, DatedAhead),
        ({"subject": "TỐI MẬT"}, SecretDocument),
        ({"code": "Độ mật: Mật"}, SecretDocument),
    ],
)
def test_what_lacks_a_part_or_is_secret_is_not_entered(facts: dict[str, Any], refusal: type) -> None:
    with pytest.raises(refusal):
        _enter(agency(), **facts)
    assert not IncomingDocument.objects.exists()
