"""The operator's pages of the axis in a real browser: accessible, fitting, and of use without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import pytest
from django.db import transaction
from playwright.sync_api import Browser, Page, expect

from lienthong.axis.tests.factories import dead_letter
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import PASSWORD, agency, official_in

from .conftest import PageAt, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Check = Callable[[Page], None]


@dataclass(frozen=True)
class Axis:
    """An operator, and a dead letter of the connected system `system_id`."""

    operator: str
    system_id: int
    code: str


@pytest.fixture
def axis(site: Site) -> Axis:
    with site.data(), transaction.atomic():
        letter = dead_letter(agency(name="Bộ Khoa học và Công nghệ"), agency(name="Sở Y tế"))
        operator = official_in(agency(name="Cục Chuyển đổi số"), Role.OPERATOR)
        code = letter.delivery.packet.code
        return Axis(operator.username, letter.webhook.system_id, code)


def _sign_in(page: Page, username: str) -> Page:
    page.goto("/accounts/login/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page).not_to_have_url(re.compile("/accounts/login/"))
    return page


@pytest.mark.parametrize(("width", "scheme"), list(product((360, 1280), ("light", "dark"))))
def test_every_page_of_receiving_is_accessible_and_fits(
    page_at: PageAt,
    axis: Axis,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
    width: int,
    scheme: str,
) -> None:
    page = _sign_in(page_at(width, scheme), axis.operator)

    def check() -> None:
        for details in page.locator("main details").all():
            details.evaluate("each => { each.open = true }")
        expect(page.locator("h1")).to_be_visible()
        assert_accessible(page)
        assert_no_sideways_scrolling(page)

    for address in ("/axis/dead-letters/", "/axis/systems/", f"/axis/systems/{axis.system_id}/"):
        page.goto(address)
        check()
    page.get_by_role("button", name="Tạo khóa bí mật mới").click()
    expect(page.get_by_text(re.compile("whsec_"))).to_be_visible()
    check()


def test_an_operator_decides_on_a_dead_letter_without_javascript(
    site: Site, browser: Browser, axis: Axis
) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=site.url, locale="vi-VN")
    page = _sign_in(context.new_page(), axis.operator)
    page.goto("/axis/dead-letters/")
    row = page.get_by_role("row").filter(has_text=axis.code)
    row.locator("summary").click()
    row.get_by_label("Lý do").fill("Đơn vị đã có máy chủ mới")
    row.get_by_role("button", name="Thôi gửi").click()
    expect(page.get_by_role("row").filter(has_text=axis.code)).to_have_count(0)
    context.close()
