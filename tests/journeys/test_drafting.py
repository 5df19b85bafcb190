"""A draft on its way to the signature, in a real browser: versions, a conflict, a return, agreement."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pypdf
import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from lienthong.directory.public import Agency, Division
from lienthong.identity.public import Account, Role
from lienthong.identity.tests.factories import PASSWORD, official_in, official_of
from lienthong.kernel.clock import now
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

from .conftest import PageAt, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SUBJECT = "Về việc rà soát thủ tục hành chính năm 2026"
BODY = "Đề nghị các cơ quan rà soát thủ tục hành chính.\n\nBáo cáo trước ngày 15 tháng 12./."
REASON = "Chưa nêu căn cứ pháp lý."
Check = Callable[[Page], None]


@dataclass(frozen=True)
class Cast:
    """User names of the people of the story."""

    drafter: str
    chief: str
    office: str
    leader: str
    clerk: str


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """A department with two divisions, their heads, a clerk and a leader who can sign."""
    with site.data(), transaction.atomic():
        ours, other = (
            _agency("H77", "Sở Nội vụ tỉnh Thái Nguyên"),
            _agency("H78", "Sở Tư pháp tỉnh Thái Nguyên"),
        )
        assert other
        unit = Division.objects.create(agency=ours, name="Phòng Cải cách hành chính", short_name="CCHC")
        office = Division.objects.create(agency=ours, name="Văn phòng", short_name="VP")
        people = {
            "drafter": _person(ours, Role.SPECIALIST, "Triệu Thị Yến", "Chuyên viên", unit),
            "chief": _person(ours, Role.HEAD, "Dương Văn Lâm", "Trưởng phòng", unit),
            "office": _person(ours, Role.HEAD, "Đoàn Ngọc Ánh", "Chánh Văn phòng", office),
            "leader": _person(ours, Role.LEADER, "Phạm Hồng Vân", "Giám đốc"),
            "clerk": _person(ours, Role.CLERK, "Mai Thu Thảo", "Văn thư", office),
        }
        ensure_agency_certificates([ours.id], at=now())
        ensure_official_certificates([official_of(people["leader"]).id], at=now())
        return Cast(**{part: account.username for part, account in people.items()})


def _agency(code: str, name: str) -> Agency:
    return Agency.objects.create(
        code=code,
        old_code=f"000.00.00.{code}",
        name=name,
        short_name="SNV",
        kind="department",
        valid_from=now().date().replace(year=2020, day=1),
    )


def _person(place: Agency, role: Role, name: str, title: str, unit: Division | None = None) -> Account:
    return official_in(place, role, name=name, title=title, division=unit)


def _sign_in(page: Page, username: str) -> Page:
    page.goto("/accounts/login/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page).not_to_have_url(re.compile("/accounts/login/"))
    return page


def _picture(page: Page, name: str) -> None:
    """A picture of the page, where `PICTURES` names a folder for them."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def _give(page: Page, address: str, opinion: str, remarks: str = "") -> None:
    page.goto("/office/reviews/")
    page.get_by_role("link", name=SUBJECT).first.click()
    page.get_by_label(opinion, exact=True).check()
    page.get_by_label("Góp ý hoặc lý do").fill(remarks)
    page.get_by_role("button", name="Gửi ý kiến").click()
    expect(page.get_by_text("Đã ghi nhận ý kiến của bạn.")).to_be_visible()


def _compose(drafter: Page, assert_accessible: Check) -> None:
    """Write the draft, look at its pages while writing, and save it."""
    drafter.goto("/office/compose/")
    drafter.get_by_label("Loại văn bản").select_option("KH")
    drafter.get_by_label("Trích yếu").fill(SUBJECT)
    drafter.get_by_label("Địa danh").fill("Thái Nguyên")
    drafter.get_by_label("Tìm cơ quan").fill("Sở Tư pháp")
    drafter.get_by_role("button", name="Tìm", exact=True).click()
    drafter.get_by_role("checkbox", name="Sở Tư pháp tỉnh Thái Nguyên").check()
    drafter.locator("#id_body").fill(BODY)
    expect(drafter.locator("#pictures img")).to_have_count(1)
    assert_accessible(drafter)
    _picture(drafter, "preview-1280")
    drafter.get_by_role("button", name="Lưu dự thảo").click()


def _compare(drafter: Page, assert_accessible: Check, assert_no_sideways_scrolling: Check) -> None:
    """Look at what changed between the last two versions, on a desk and on a telephone."""
    drafter.get_by_role("link", name="Các phiên bản và nội dung thay đổi").click()
    expect(drafter.get_by_role("heading", name="Từ phiên bản 2 đến phiên bản 3")).to_be_visible()
    assert_accessible(drafter)
    _picture(drafter, "versions-1280")
    drafter.set_viewport_size({"width": 360, "height": 740})
    assert_no_sideways_scrolling(drafter)
    _picture(drafter, "versions-360")


def test_a_draft_is_returned_changed_in_conflict_agreed_and_signed(
    site: Site,
    page_at: PageAt,
    cast: Cast,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
) -> None:
    drafter = _sign_in(page_at(errors_meant=True), cast.drafter)
    _compose(drafter, assert_accessible)
    address = drafter.url
    expect(drafter.get_by_text("Trưởng phòng, Phòng Cải cách hành chính")).to_be_visible()
    assert_accessible(drafter)
    _picture(drafter, "submit-1280")
    drafter.get_by_role("button", name="Trình xin ý kiến").click()

    chief = _sign_in(page_at(360), cast.chief)
    _give(chief, address, "Trả lại người soạn thảo", REASON)

    drafter.goto("/office/reviews/")
    expect(drafter.get_by_text(REASON)).to_be_visible()
    assert_accessible(drafter)
    drafter.get_by_role("link", name=SUBJECT).click()
    drafter.get_by_role("link", name="Sửa dự thảo").click()

    clerk = _sign_in(page_at(), cast.clerk)
    clerk.goto(address)
    clerk.get_by_role("link", name="Sửa dự thảo").click()
    clerk.locator("#id_body").fill(BODY.replace("15 tháng 12", "20 tháng 12"))
    clerk.get_by_role("button", name="Lưu dự thảo").click()

    drafter.locator("#id_body").fill("Căn cứ Nghị định số 61/2018/NĐ-CP;\n\n" + BODY)
    drafter.get_by_role("button", name="Lưu dự thảo").click()
    expect(drafter.get_by_text("Mai Thu Thảo đã lưu dự thảo này")).to_be_visible()
    expect(drafter.locator("ins").filter(has_text="Căn cứ Nghị định")).to_be_visible()
    assert_accessible(drafter)
    _picture(drafter, "conflict-1280")
    drafter.get_by_role("button", name="Lưu dự thảo").click()
    _compare(drafter, assert_accessible, assert_no_sideways_scrolling)
    drafter.goto(address)
    drafter.get_by_role("button", name="Trình xin ý kiến").click()

    chief.goto(address)
    assert_accessible(chief)
    assert_no_sideways_scrolling(chief)
    _picture(chief, "opinion-360")
    _give(chief, address, "Đồng ý")
    office = _sign_in(page_at(), cast.office)
    _give(office, address, "Đồng ý, kèm góp ý", "Bổ sung nơi nhận.")

    leader = _sign_in(page_at(360), cast.leader)
    leader.goto(address)
    assert_no_sideways_scrolling(leader)
    _picture(leader, "leader-360")
    leader.locator("summary").filter(has_text="Ký và gửi").click()
    leader.get_by_role("button", name="Ký và gửi ngay").click()
    expect(leader.get_by_text(re.compile("ban hành"))).not_to_have_count(0)
    assert_accessible(leader)


def test_an_upload_with_errors_of_form_is_signed_only_with_a_reason(
    page_at: PageAt, cast: Cast, assert_accessible: Check
) -> None:
    clerk = _sign_in(page_at(), cast.clerk)
    clerk.goto("/office/review-chains/")
    assert_accessible(clerk)
    clerk.get_by_role("link", name="Giấy mời").click()
    clerk.get_by_label("Người đứng đầu đơn vị soạn thảo").select_option("0")
    clerk.get_by_label("Người đứng đầu Văn phòng").select_option("0")
    assert_accessible(clerk)
    _picture(clerk, "chain-1280")
    clerk.get_by_role("button", name="Lưu quy trình").click()

    clerk.goto("/office/compose/")
    clerk.get_by_label("Loại văn bản").select_option("GM")
    clerk.get_by_label("Trích yếu").fill("Mời dự hội nghị")
    clerk.get_by_label("Địa danh").fill("Thái Nguyên")
    clerk.get_by_label("Tải lên").check()
    clerk.locator("#id_pdf").set_input_files(
        files=[{"name": "giay-moi.pdf", "mimeType": "application/pdf", "buffer": _letter_paper()}]
    )
    clerk.get_by_role("button", name="Lưu dự thảo").click()

    leader = _sign_in(page_at(360), cast.leader)
    leader.goto(clerk.url)
    expect(leader.get_by_text("Đặt khổ giấy A4")).to_be_visible()
    leader.locator("summary").filter(has_text="Ký và gửi").click()
    expect(leader.get_by_label("Lý do vẫn ký khi thể thức còn 1 lỗi")).to_be_visible()
    assert_accessible(leader)
    _picture(leader, "form-360")

    leader.goto("/office/to-sign/")
    leader.get_by_role("checkbox", name="Mời dự hội nghị").check()
    assert_accessible(leader)
    _picture(leader, "to-sign-360")
    leader.get_by_role("button", name="Ký và gửi văn bản đã chọn").click()
    expect(leader.get_by_text("Đã xong cả 1 văn bản, 1 văn bản chưa ký")).to_be_visible()
    expect(leader.get_by_text("Thể thức văn bản có 1 lỗi")).to_be_visible()
    assert_accessible(leader)
    _picture(leader, "signed-360")


def _letter_paper() -> bytes:
    writer, file = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(612, 792)
    writer.write(file)
    return file.getvalue()
