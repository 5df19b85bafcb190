"""Dispatch inside the agency and on paper, and electronic copies, in a real browser, on a telephone too."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from pypdf import PdfWriter

from lienthong.directory.public import Division
from lienthong.documents.public import CopyOrder, Original, issue_document, make_copy
from lienthong.identity.public import Role, acting_viewer
from lienthong.identity.tests.factories import PASSWORD, agency, official_in
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.clock import now
from lienthong.office.models import OutgoingDocument
from lienthong.office.states import OutState
from lienthong.office.tests.factories import draft
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

from .conftest import PageAt, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Check = Callable[[Page], None]
PICTURES = os.environ.get("LIENTHONG_PICTURES", "")


@pytest.fixture
def clerk(site: Site) -> tuple[str, str, str]:
    """A clerk whose agency has a division, and an issued document that a person gets on paper."""
    with site.data(), transaction.atomic():
        ours = agency(name="Sở Tài chính tỉnh Thái Nguyên")
        ensure_agency_certificates([ours.id], at=now())
        division = Division.objects.create(agency=ours, name="Phòng Kinh tế tổng hợp", short_name="KT")
        official_in(ours, Role.SPECIALIST, name="Ma Thị Hồng", title="Chuyên viên", division=division)
        leader = official_in(ours, Role.LEADER, name="Hoàng Văn Lãnh", title="Giám đốc")
        ensure_official_certificates([leader.official_id or 0], at=now())
        outgoing = draft(ours, at=now(), paper=("Ông Nguyễn Văn An, số 12 phố Đội Cấn",))
        issued = issue_document(document=outgoing.document, viewer=acting_viewer(leader, at=now()), at=now())
        OutgoingDocument.objects.filter(id=outgoing.id).update(
            state=OutState.ISSUED, issued_at=now(), code=issued.code
        )
        assert issued.pdf is not None
        make_copy(
            original=Original(
                read_blob(issued.pdf), issued.code, ours.name, issued.subject, issued.sha256, issued.pk
            ),
            order=CopyOrder("TrS", first_page=1, last_page=1, extract="Nội dung đề nghị phối hợp"),
            viewer=acting_viewer(leader, at=now()),
            at=now(),
        )
        username = official_in(ours, Role.CLERK, name="Nông Thị Bích", title="Văn thư").username
        return username, str(outgoing.id), str(draft(ours, agency(), at=now()).id)


@pytest.mark.parametrize(("width", "language"), [(1280, "vi"), (360, "en")])
def test_a_clerk_dispatches_beside_the_axis_and_copies(
    site: Site,
    clerk: tuple[str, str, str],
    page_at: PageAt,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
    width: int,
    language: str,
) -> None:
    username, document, waiting = clerk
    page = page_at(width, "light", language)

    def look(name: str) -> None:
        assert_accessible(page)
        assert_no_sideways_scrolling(page)
        if PICTURES:
            picture = Path(PICTURES) / f"dispatch-{name}-{width}-{language}.png"
            page.screenshot(path=str(picture), full_page=True)

    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(f"/office/outgoing/{document}/dispatch/")
    page.locator("#inside-picker summary").click()
    page.get_by_label("Phòng Kinh tế tổng hợp", exact=True).check()
    page.locator("textarea[name=paper]").fill("Bà Lê Thị Cúc")
    look("more")
    page.locator("button[value=save]").click()
    page.wait_for_url(f"**/office/outgoing/{document}/")
    expect(page.get_by_text("Bà Lê Thị Cúc").first).to_be_visible()
    page.locator(f"a[href*='/outgoing/{document}/paper/']").first.click()
    page.locator("input[name=receipt_number]").fill("EB 123 456 789 VN")
    look("paper")
    page.locator("main form button").click()
    page.wait_for_url(f"**/office/outgoing/{document}/")
    look("document")
    page.goto(f"/office/outgoing/{document}/copies/")
    expect(page.get_by_text("01/TrS-").first).to_be_visible()
    look("copies")
    page.goto("/office/copies/")
    look("register")
    page.goto("/office/compose/")
    page.locator("#inside-picker summary").click()
    look("compose")
    page.goto(f"/office/outgoing/{waiting}/")
    page.locator("section[aria-labelledby=annexes-title] summary").click()
    page.locator("#annex-name").fill("Phụ lục I. Danh mục chỉ tiêu báo cáo")
    page.locator("#annex-file").set_input_files(
        {"name": "phu-luc.pdf", "mimeType": "application/pdf", "buffer": _blank_page()}
    )
    look("annex")
    page.locator(f"form[action$='/{waiting}/annexes/'] button").first.click()
    expect(page.get_by_role("link", name="Phụ lục I. Danh mục chỉ tiêu báo cáo")).to_be_visible()
    look("annexed")


def _blank_page() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()
