"""A citizen comes in on a telephone: an account by a code, then a passkey, under the real content policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lienthong.identity.actions.codes import code_to_send
from lienthong.identity.models import OneTimeCode
from lienthong.kernel.clock import now

from .conftest import PageAt, Site
from .test_identity import KEY

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def code_of(site: Site) -> str:
    """The digits that would have been sent last."""
    with site.data():
        waiting = code_to_send(OneTimeCode.objects.latest("made_at").pk, at=now())
        assert waiting is not None
        return waiting.code


def test_an_account_is_opened_by_a_code_and_comes_in_by_a_passkey(
    site: Site,
    page_at: PageAt,
    assert_accessible: Callable[[Page], None],
    assert_no_sideways_scrolling: Callable[[Page], None],
) -> None:
    page, base = page_at(360, errors_meant=True), site.url.replace("127.0.0.1", "localhost")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})

    def fits() -> None:
        assert_accessible(page)
        assert_no_sideways_scrolling(page)

    page.goto(f"{base}/sign-in/")
    fits()
    page.get_by_role("link", name="Mở tài khoản").click()
    page.get_by_role("button", name="Gửi mã cho tôi").click()
    expect(page.get_by_label("Số định danh cá nhân")).to_have_attribute("aria-invalid", "true")
    fits()
    page.get_by_label("Số định danh cá nhân").fill("001 099 000 001")
    page.get_by_label("Họ và tên").fill("Lê Thị Mới")
    page.get_by_label("Ngày sinh").fill("1990-05-01")
    page.get_by_label("Thư điện tử hoặc số điện thoại").fill("moi@example.vn")
    page.get_by_role("button", name="Gửi mã cho tôi").click()
    expect(page.get_by_role("heading", name="Nhập mã")).to_be_visible()
    fits()
    page.get_by_label("Mã gồm sáu chữ số").fill(code_of(site))
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_role("heading", name="Thông tin của tôi")).to_be_visible()
    expect(page.locator("main")).to_contain_text("chưa được xác nhận")
    fits()
    page.get_by_role("link", name="Thêm khóa truy cập").click()
    fits()
    page.get_by_label("Tên khóa truy cập").fill("Điện thoại của tôi")
    page.get_by_role("button", name="Thêm khóa truy cập").click()
    expect(page.locator("main")).to_contain_text("Điện thoại của tôi")
    page.get_by_role("button", name="Đăng xuất khỏi mọi thiết bị").click()
    expect(page).not_to_have_url(f"{base}/me/")
    page.goto(f"{base}/sign-in/")
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    expect(page).not_to_have_url(f"{base}/sign-in/")
    for address in ("/me/", "/me/act-for/", "/me/mandates/", "/me/mandates/new/", "/me/contact/"):
        page.goto(f"{base}{address}")
        expect(page.locator("h1")).to_be_visible()
        fits()
