"""The slips as PDF: what they say, that hostile text stays text, and who may see them."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from pypdf import PdfReader

from lienthong.dossiers.actions.apologising import apologise
from lienthong.dossiers.actions.drawing import drawn_slip
from lienthong.dossiers.actions.ending import stop_dossier
from lienthong.dossiers.actions.receiving import decline_dossier
from lienthong.dossiers.actions.supplements import ask_supplement
from lienthong.dossiers.contracts import GivenPaper, Supplement
from lienthong.dossiers.models import Slip
from lienthong.dossiers.queries import tasks_of
from lienthong.dossiers.slip_pdf import control_slip_pdf, slip_pdf
from lienthong.dossiers.tests.factories import (
    LATE,
    NOON,
    applicant,
    official,
    received,
    receptionist,
    submitted,
)
from lienthong.identity.public import NotFound, Role
from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import read_blob
from lienthong.procedures.public import process_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
EVIL = '#panic("x") $x$ *a* @b \\ <c> `d` #read("/etc/passwd") = 你好 '


def text_of(pdf: bytes, name: str = "") -> str:
    if name and (folder := os.environ.get("KEEP_SLIPS")):
        (Path(folder) / f"{name}.pdf").write_bytes(pdf)
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u200b", "").split())


def test_the_receipt_lists_sixty_papers_and_says_who_when_and_how_much() -> None:
    papers = tuple(GivenPaper(f"Giấy tờ thứ {n} {'rất dài ' * 20}", originals=n, copies=1) for n in range(60))
    name = "Công ty trách nhiệm hữu hạn một thành viên " + "Thương mại " * 15
    dossier = received(papers=papers, applicant=applicant(name=name.strip()), answers=LATE)
    said = text_of(slip_pdf(dossier.slips.get()), "01")
    assert "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ" in said
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in said
    for part in (dossier.code, name.strip(), "Giấy tờ thứ 59", "8.000 đồng", "Trực tiếp tại", "Người nộp"):
        assert part.casefold() in said.casefold()
    assert f"{dossier.due_at.astimezone():%d/%m/%Y}" in said  # type: ignore[union-attr]


def test_hostile_words_stay_words_on_every_slip() -> None:
    reason = EVIL + "#" * 10_000
    first, second, third = received(), received(), submitted()
    leader = official(first.agency, Role.LEADER)
    assert first.due_at is not None
    until = first.due_at + timedelta(days=3)
    apologise(dossier_id=first.pk, until=until, reason=reason, viewer=leader, at=NOON + HOUR)
    stop_dossier(dossier_id=first.pk, reason=reason, viewer=leader, at=NOON + HOUR)
    asked = Supplement(("Bản sao #căn cước",), reason)
    specialist = official(second.agency, Role.SPECIALIST)
    ask_supplement(dossier_id=second.pk, asked=asked, viewer=specialist, at=NOON + HOUR)
    decline_dossier(dossier_id=third.pk, reason=reason, viewer=receptionist(third.agency), at=NOON + HOUR)
    slips = {slip.kind: slip for slip in Slip.objects.exclude(kind="01")}
    titles = {"02": "YÊU CẦU BỔ SUNG", "03": "TỪ CHỐI", "04": "XIN LỖI", "05": "THÔNG BÁO DỪNG"}
    assert slips.keys() == titles.keys()
    for kind, title in titles.items():
        said = text_of(slip_pdf(slips[kind]), kind)
        assert title in said
        assert '#panic("x") $x$ *a* @b \\ <c> `d` #read("/etc/passwd") = ?? #' in said
        assert said.count("#") >= 10_000
    assert f"{until:%d/%m/%Y}" in text_of(slip_pdf(slips["04"]))
    assert "Bản sao #căn cước" in text_of(slip_pdf(slips["02"]))


def test_a_slip_is_drawn_once_and_the_neighbour_finds_none() -> None:
    slip = received().slips.get()
    viewer = official(slip.dossier.agency, Role.LEADER)
    first = drawn_slip(slip_id=slip.pk, viewer=viewer, at=NOON)
    Slip.objects.filter(pk=slip.pk).update(facts={**slip.facts, "applicant": "Người khác"})
    again = drawn_slip(slip_id=slip.pk, viewer=viewer, at=NOON + HOUR)
    assert first.blob is not None
    assert again.blob == first.blob
    assert slip.facts["applicant"] in text_of(read_blob(first.blob))
    with pytest.raises(NotFound):
        drawn_slip(slip_id=slip.pk, viewer=official(agency(), Role.LEADER), at=NOON)
    assert reverse("dossiers:slip", args=[slip.pk]).endswith(f"/dossiers/slips/{slip.pk}.pdf")


def test_the_control_slip_has_every_step_with_who_and_how_long() -> None:
    dossier = received()
    process = process_of(dossier.version.process_id)  # type: ignore[arg-type]
    said = text_of(control_slip_pdf(dossier, tasks_of(dossier), process, at=NOON + HOUR), "06")
    assert "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ" in said
    for task in tasks_of(dossier):
        assert process.step[task.step].name in said
        assert str(task.minutes) in said
    assert "Đã xong" in said
    assert "Đang thực hiện" in said
