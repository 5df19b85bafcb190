"""A work file in a real browser: from a document's page into a file, closed, handed in, accepted, checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from lienthong.directory.public import Agency, Division
from lienthong.identity.public import Role, acting_viewer
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.office.public import State, verify_package
from lienthong.office.tests.factories import incoming_document, led_by
from lienthong.signing.public import ensure_agency_certificates

from .conftest import PageAt, Site
from .test_identity import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Check = Callable[[Page], None]
SUBJECT = "Về việc rà soát danh mục hồ sơ năm 2026"
TITLE = "Hồ sơ rà soát danh mục hồ sơ năm 2026"


@dataclass(frozen=True)
class Cast:
    """User names, and the agency."""

    keeper: str
    clerk: str
    agency: Agency


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """A specialist who finished the work on a document, and the clerk who keeps the archive."""
    with site.data(), transaction.atomic():
        ours = agency(name="Sở Lưu trữ thử")
        division = Division.objects.create(agency=ours, name="Phòng Tổng hợp", short_name="TH")
        keeper = official_in(
            ours, Role.SPECIALIST, name="Phạm Thị Hồ", title="Chuyên viên", division=division
        )
        clerk = official_in(ours, Role.CLERK, name="Trần Văn Lưu", title="Văn thư, lưu trữ")
        ensure_agency_certificates([ours.pk], at=now())
        document = incoming_document(
            ours, at=now(), state=State.FINISHED, subject=SUBJECT, code="45/BNV-VTLT"
        )
        led_by(document, acting_viewer(keeper, at=now()), at=now())
        return Cast(keeper.username, clerk.username, ours)


def test_a_work_file_is_filled_closed_handed_in_and_accepted(
    cast: Cast, page_at: PageAt, assert_accessible: Check, assert_no_sideways_scrolling: Check, tmp_path: Path
) -> None:
    keeper = page_at(360)
    sign_in(keeper, cast.keeper)
    keeper.goto("/office/incoming/?tab=all")
    keeper.get_by_role("link", name=SUBJECT).click()
    expect(keeper.get_by_text("chưa nằm trong hồ sơ nào")).to_be_visible()
    assert_accessible(keeper)
    assert_no_sideways_scrolling(keeper)
    keeper.get_by_role("link", name="Mở hồ sơ cho văn bản này").click()
    assert_accessible(keeper)
    assert_no_sideways_scrolling(keeper)
    keeper.get_by_label("Tiêu đề hồ sơ").fill(TITLE)
    rule = keeper.locator("option", has_text="Hồ sơ trao đổi và hướng dẫn nghiệp vụ thường xuyên")
    keeper.get_by_label("Thời hạn bảo quản").select_option(rule.get_attribute("value"))
    keeper.get_by_role("button", name="Mở hồ sơ").click()
    expect(keeper.get_by_text("Đã mở hồ sơ 01.TH.")).to_be_visible()
    assert_accessible(keeper)
    assert_no_sideways_scrolling(keeper)
    keeper.locator("summary", has_text="Kết thúc hồ sơ").click()
    keeper.get_by_role("button", name="Kết thúc hồ sơ ngay").click()
    keeper.locator("summary", has_text="Nộp lưu").click()
    keeper.get_by_role("button", name="Nộp lưu ngay").click()
    expect(keeper.get_by_text("Đã nộp lưu, có chữ ký số của cơ quan")).to_be_visible()

    clerk = page_at(1280)
    sign_in(clerk, cast.clerk)
    clerk.goto("/office/work-files/?tab=all")
    clerk.get_by_label("Số, ký hiệu hoặc tiêu đề").fill("ra soat DANH muc")
    clerk.get_by_role("button", name="Tìm kiếm").click()
    assert_accessible(clerk)
    clerk.get_by_role("link", name=TITLE).click()
    clerk.get_by_role("button", name="Tiếp nhận vào lưu trữ").click()
    expect(clerk.get_by_text("Đã tiếp nhận vào lưu trữ.")).to_be_visible()
    assert_accessible(clerk)
    assert_no_sideways_scrolling(clerk)
    with clerk.expect_download() as downloading:
        clerk.get_by_role("link", name="Tải gói hồ sơ").click()
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    found = verify_package(file)
    assert found.valid
    assert found.sealed is not None
    assert found.sealed.agency_name == cast.agency.name
