"""The catalogue in a real browser: an officer drafts a new version, a leader publishes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import PASSWORD, agency, official_in
from lienthong.kernel.clock import now
from lienthong.procedures.tests.factories import procedure, published

from .conftest import PageAt, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Check = Callable[[Page], None]


@dataclass(frozen=True)
class People:
    """User names, and the address of a procedure in force."""

    officer: str
    leader: str
    address: str


@pytest.fixture
def people(site: Site) -> People:
    with site.data():
        ours = agency(name="Bộ Tư pháp")
        officer = official_in(ours, Role.CATALOGUER, name="Hoàng Minh Châu")
        leader = official_in(ours, Role.LEADER, name="Mai Đình Việt")
        version = published(procedure(ours, name_en="Registration of a birth"), at=now())
        return People(officer.username, leader.username, f"/procedures/{version.procedure_id}/")


def _sign_in(page: Page, username: str, address: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Tên đăng nhập").or_(page.get_by_label("Username")).fill(username)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    page.goto(address)


def _try_the_form(page: Page, address: str, look: Check) -> None:
    """Questions that follow come at once, entries are added, Enter sends the whole."""
    page.goto(address)
    look(page)
    page.locator("[name=answer-married][value=no]").check()
    expect(page.locator("[name=answer-father_name]")).to_be_visible()
    page.locator("[value=add-siblings]").click()
    expect(page.locator("[name=answer-siblings-1-sibling_name]")).to_be_visible()
    look(page)
    page.locator("[name=answer-child_name]").press("Enter")
    expect(page.locator("[data-color=success]")).to_be_visible()
    look(page)


def _edit_questions(page: Page, look: Check) -> None:
    """By keyboard alone: a row goes and comes back, and what is written is drawn beside."""
    page.locator("#editing a[href='child/']").click()
    page.wait_for_url("**/edit/questions/child/")
    page.locator("button[value^=remove-]").first.press("Enter")
    expect(page.locator("button[value^=restore-]")).to_be_focused()
    look(page)
    page.keyboard.press("Enter")
    expect(page.locator("button[value^=remove-]").first).to_be_focused()
    page.locator("[name$='-0-label']").fill("Trẻ tên gì?")
    page.keyboard.press("Tab")
    expect(page.locator("#look")).to_contain_text("Trẻ tên gì?")
    page.locator("tr.more summary").first.press("Enter")
    look(page)


@pytest.mark.parametrize(("width", "language"), [(1280, "vi"), (360, "en")])
def test_a_new_version_is_drafted_compared_rehearsed_and_published(
    people: People,
    page_at: PageAt,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
    width: int,
    language: str,
) -> None:
    def look(page: Page) -> None:
        assert_accessible(page)
        assert_no_sideways_scrolling(page)

    page = page_at(width, "light", language)
    _sign_in(page, people.officer, "/procedures/")
    look(page)
    page.goto(people.address)
    # The process, and the mark that the licence asks for.
    expect(page.locator("[data-drawn] svg")).to_have_count(2)
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Soạn phiên bản mới").or_(
        page.get_by_role("button", name="Begin a new version")
    ).click()
    page.wait_for_url("**/edit/about/")
    page.locator("[name=limit_days]").fill("3")
    page.locator("main form .actions button").first.click()
    for part in ("about", "papers", "fees", "results", "process", "questions"):
        page.locator(f".tabs a[href$='/edit/{part}/']").click()
        page.wait_for_url(f"**/edit/{part}/")
        look(page)
    _edit_questions(page, look)
    page.goto(people.address)
    page.locator("section[aria-labelledby=versions] a").first.click()
    address = page.url
    look(page)
    page.goto(address + "differences/")
    expect(page.locator("tbody tr")).to_have_count(1)
    look(page)
    _try_the_form(page, address + "form/?invented=1", look)
    page.goto(address + "rehearse/")
    for _step in range(3):
        page.locator("button[name=done]").click()
        page.wait_for_load_state()
    expect(page.locator("[data-color=success]")).to_be_visible()
    look(page)
    page.context.clear_cookies()
    _sign_in(page, people.leader, address)
    page.locator("form[action$='/publish/'] button").click()
    page.wait_for_url("**" + people.address)
    expect(page.locator("section[aria-labelledby=versions] li")).to_have_count(2)
    look(page)
