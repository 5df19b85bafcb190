"""Signing in, second factors and the pages of identity in a real browser, under the real content policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from lienthong.identity.public import Role, acting_viewer, grant_role, switch_post
from lienthong.identity.tests.factories import PASSWORD, agency, official_in, official_of, post_of
from lienthong.kernel.clock import now

from .conftest import PageAt, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def sign_in(page: Page, username: str, *, base: str = "") -> None:
    page.goto(f"{base}/accounts/login/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page).not_to_have_url(re.compile("/accounts/login/"))


def test_a_passkey_is_added_and_signs_in_alone(site: Site, page_at: PageAt) -> None:
    with site.data():
        username = official_in(agency(name="Sở Khóa truy cập"), Role.CLERK, name="Lê Thị Khóa").username
    page, base = page_at(), site.url.replace("127.0.0.1", "localhost")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    sign_in(page, username, base=base)
    page.goto(f"{base}/accounts/2fa/webauthn/add/")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Xác nhận").click()
    page.get_by_label("Đăng nhập không cần mật khẩu").check()
    page.get_by_role("button", name="Thêm khóa").click()
    expect(page.get_by_role("heading", name="Mã khôi phục")).to_be_visible()
    page.goto(f"{base}/accounts/logout/")
    page.locator("main").get_by_role("button", name="Đăng xuất").click()
    page.goto(f"{base}/accounts/login/")
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    expect(page).not_to_have_url(re.compile("/accounts/login/"))
    page.goto(f"{base}/acting/")
    expect(page.locator("body")).to_contain_text("Lê Thị Khóa")


def test_a_passkey_that_is_not_there_is_said_on_the_page(site: Site, page_at: PageAt) -> None:
    page, base = page_at(), site.url.replace("127.0.0.1", "localhost")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY | {"automaticPresenceSimulation": True}})
    page.goto(f"{base}/accounts/login/")
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    expect(page.locator("#passkey-error")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), list(product((360, 1280), ("light", "dark"))))
def test_every_page_is_accessible_and_fits(
    site: Site,
    page_at: PageAt,
    assert_accessible: Callable[[Page], None],
    assert_no_sideways_scrolling: Callable[[Page], None],
    width: int,
    scheme: str,
) -> None:
    with site.data(), transaction.atomic():
        office = agency(name="Sở Thông tin và Truyền thông")
        account = official_in(office, Role.ADMINISTRATOR, Role.AUDITOR, name="Trần Thị Quản")
        other = official_in(office, Role.CLERK, name="Nguyễn Văn Thư")
        grant_role(post_of(account), Role.LEADER)
        switch_post(viewer=acting_viewer(account, at=now()), post_id=post_of(account).pk, at=now())
        official_id, username = official_of(other).pk, account.username
    page = page_at(width, scheme)
    page.goto("/accounts/login/")
    assert_accessible(page)
    sign_in(page, username)
    for address in (
        "/acting/",
        "/accounts/2fa/",
        "/accounts/password/change/",
        "/accounts/2fa/webauthn/",
        "/accounts/reauthenticate/",
        "/administration/",
        "/administration/officials/new/",
        f"/administration/officials/{official_id}/",
        "/administration/posts/",
        "/audit/",
    ):
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        assert_accessible(page)
        assert_no_sideways_scrolling(page)
