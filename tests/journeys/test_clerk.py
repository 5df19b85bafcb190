"""The clerk's day in a real browser: by keyboard alone, and with a telephone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import PASSWORD, agency, official_in
from lienthong.kernel.clock import now
from lienthong.office.tests.factories import book, incoming_document
from lienthong.office.tests.scans import photo

from .conftest import PageAt, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Check = Callable[[Page], None]


@pytest.fixture
def clerk(site: Site) -> str:
    """The user name of a clerk whose agency has twelve arrivals and two registers."""
    with site.data(), transaction.atomic():
        ours = agency(name="Sở Nội vụ tỉnh Thái Nguyên")
        for number in range(12):
            incoming_document(ours, at=now(), subject=f"Về việc báo cáo công tác tháng {number + 1}")
        book(ours, "petitions", name="Sổ đơn thư", senders=["citizen"])
        return official_in(ours, Role.CLERK, name="Nông Thị Bích", title="Văn thư").username


def _sign_in(page: Page, username: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Tên đăng nhập").or_(page.get_by_label("Username")).fill(username)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)


def test_two_documents_are_registered_without_touching_the_mouse(
    site: Site, clerk: str, page_at: PageAt, assert_accessible: Check
) -> None:
    page = page_at(1280)
    _sign_in(page, clerk)
    page.goto("/office/incoming/")
    assert_accessible(page)
    page.keyboard.press("?")
    expect(page.get_by_text("văn bản kế tiếp, trước đó")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("?")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.get_by_text("Đã vào sổ với số")).to_contain_text("1")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/incoming/*-*/")
    assert_accessible(page)
    here = page.url
    page.keyboard.press("r")
    page.wait_for_url(lambda url: url != here and "/register/" not in url)
    expect(page.locator("#alerts")).to_contain_text("2")
    page.keyboard.press("b")
    expect(page.get_by_label("Lý do")).to_be_focused()
    page.keyboard.type("jkrx?/")  # letters, not keys, while one writes
    expect(page.get_by_label("Lý do")).to_have_value("jkrx?/")


def test_a_pile_is_registered_with_a_bar_and_a_result_for_each(
    site: Site, clerk: str, page_at: PageAt, assert_accessible: Check
) -> None:
    page = page_at(1280, "dark", "en")
    _sign_in(page, clerk)
    page.goto("/office/incoming/")
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Register those chosen").press("Enter")
    expect(page.locator("#pile li")).to_have_count(12)
    assert page.locator("#pile progress").evaluate("bar => bar.value") == 12
    assert_accessible(page)
    page.locator("#pile").get_by_role("link", name="Back to the list").click()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()


def test_paper_is_photographed_page_by_page_and_entered_on_a_telephone(
    site: Site,
    clerk: str,
    page_at: PageAt,
    tmp_path: Path,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
) -> None:
    picture = tmp_path / "page.jpg"
    picture.write_bytes(photo())
    page = page_at(360)
    _sign_in(page, clerk)
    page.goto("/office/incoming/")
    assert_no_sideways_scrolling(page)
    page.goto("/office/incoming/paper/")
    assert_no_sideways_scrolling(page)
    assert_accessible(page)
    for place in range(3):
        page.locator("[data-camera] input[type=file]").nth(place).set_input_files(picture)
    page.locator("[name=sender]").fill("Nguyễn Văn A")
    page.locator("[name=sender_kind]").select_option("citizen")
    page.locator("[name=subject]").fill("Đơn kiến nghị về đất đai")
    page.get_by_role("button", name="Nhập và vào sổ").click()
    expect(page.locator("#alerts")).to_contain_text("số đến 1")
    page.goto("/office/incoming/?tab=registered&text=kien+nghi")
    page.get_by_role("link", name="Đơn kiến nghị về đất đai").click()
    expect(page.get_by_text("Sổ đơn thư")).to_be_visible()
    assert_accessible(page)
    assert_no_sideways_scrolling(page)


def test_registers_are_opened_and_printed(
    site: Site, clerk: str, page_at: PageAt, assert_accessible: Check, assert_no_sideways_scrolling: Check
) -> None:
    page = page_at(360)
    _sign_in(page, clerk)
    page.goto("/office/registers/")
    assert_accessible(page)
    assert_no_sideways_scrolling(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="In", exact=True).click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
