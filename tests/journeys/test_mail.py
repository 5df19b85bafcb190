"""The clerk's mails in a real browser: looked at, taken over, set aside."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import PASSWORD, agency, official_in
from lienthong.kernel.clock import now
from lienthong.office.mail_models import MailFile
from lienthong.office.tests.mails import received_mail

from .conftest import PageAt, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Check = Callable[[Page], None]


@pytest.mark.parametrize(("width", "language"), [(1280, "vi"), (360, "en")])
def test_a_mail_is_taken_over_and_another_set_aside(
    site: Site,
    page_at: PageAt,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
    width: int,
    language: str,
    settings: Any,
) -> None:
    var = Path(site.environment["LIENTHONG_VAR"])  # the files go to where the server looks for them
    settings.ENV = settings.ENV.model_copy(update={"var": var, "blobs_url": ""})
    with site.data(), transaction.atomic():
        ours = agency(name="Sở Nội vụ tỉnh Thái Nguyên")
        mail, other = (
            received_mail(ours, at=now(), text="Kính gửi quý cơ quan.\n\nTrân trọng.") for _ in "ab"
        )
        why = {"vi": "Không lưu: tệp này là chương trình.", "en": "Not kept: this is a program."}
        MailFile.objects.create(mail=mail, position=2, name="hoa-don.exe", size=2048, refused=why)
        clerk = official_in(ours, Role.CLERK, name="Nông Thị Bích", title="Văn thư").username
    page = page_at(width, "light", language)
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(clerk)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)

    def look(name: str) -> None:
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=Path(folder, f"mail-{name}-{width}-{language}.png"), full_page=True)
        assert_accessible(page)
        assert_no_sideways_scrolling(page)

    page.goto("/office/incoming/mail/")
    look("list")
    page.goto(f"/office/incoming/mail/{mail.id}/")
    look("one")
    page.locator("input[name=checked]").check()
    page.locator("button[value=register]").click()
    page.wait_for_url("**/office/incoming/*-*/")
    look("taken")
    page.goto(f"/office/incoming/mail/{other.id}/")
    page.locator("input[name=reason]").fill("Quảng cáo")
    page.locator("form[action$='/aside/'] button").click()
    expect(page.locator("form[action$='/back/'] button")).to_be_visible()
    look("aside")
