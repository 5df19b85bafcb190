"""The desk in a real browser: where the day begins, by keyboard, on a telephone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from lienthong.identity.public import Role, acting_viewer
from lienthong.identity.tests.factories import PASSWORD, agency, official_in
from lienthong.kernel.clock import now
from lienthong.office.tests.factories import incoming_document
from lienthong.tasks.public import TaskState
from lienthong.tasks.tests.factories import task

from .conftest import PageAt, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Check = Callable[[Page], None]


@pytest.fixture
def clerk(site: Site) -> str:
    """The user name of a clerk with tasks, arrivals, and a task sent back."""
    at = now()
    with site.data(), transaction.atomic():
        ours = agency(name="Sở Nội vụ tỉnh Thái Nguyên")
        account = official_in(ours, Role.CLERK, name="Nông Thị Bích", title="Văn thư")
        leader = acting_viewer(official_in(ours, Role.LEADER, name="Hoàng Văn Giám"), at=at)
        clerk = acting_viewer(account, at=at)
        works = ["Báo cáo kết quả kết nối, liên thông văn bản quý I", "Rà soát danh mục hồ sơ", "Lập hồ sơ"]
        for number, work in enumerate(works):
            task(
                leader,
                clerk,
                at=at - timedelta(days=4),
                due_at=at + timedelta(days=number * 3 - 1),
                work=work,
            )
        task(clerk, leader, at=at, state=TaskState.RETURNED, work="Góp ý dự thảo quy chế")
        incoming_document(ours, at=at, subject="Về việc báo cáo công tác cải cách hành chính")
        incoming_document(ours, at=at - timedelta(days=6), subject="Về việc tổ chức hội nghị trực tuyến")
        return account.username


def _sign_in(page: Page, username: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Tên đăng nhập").or_(page.get_by_label("Username")).fill(username)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/")


@pytest.mark.parametrize(("width", "language"), [(1280, "vi"), (360, "en")])
def test_the_day_begins_with_what_is_due_and_goes_on_by_keyboard(
    site: Site, clerk: str, page_at: PageAt, assert_accessible: Check, width: int, language: str
) -> None:
    page = page_at(width, "light", language)
    _sign_in(page, clerk)
    assert_accessible(page)
    rows = page.locator("tr[data-row]")
    expect(rows).to_have_count(6)
    expect(rows.nth(0)).to_contain_text("Về việc tổ chức hội nghị trực tuyến")
    expect(rows.nth(1)).to_contain_text("Báo cáo kết quả kết nối")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/*-*/")
    assert_accessible(page)
    page.go_back()
    page.get_by_role("link", name="(2)").click()
    expect(rows).to_have_count(2)
    assert_accessible(page)
