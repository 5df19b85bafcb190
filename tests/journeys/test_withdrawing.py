"""A leader signs a list with a PIN and revokes what went inside and on paper; who got it learns of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from lienthong.directory.public import Division
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import PASSWORD, agency, official_in
from lienthong.kernel.clock import now
from lienthong.office.tests.factories import draft
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates
from lienthong.tasks.public import PartyKey, PartyKind

from .conftest import PageAt, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Check = Callable[[Page], None]
Look = Callable[[Page, str], None]
PICTURES = os.environ.get("LIENTHONG_PICTURES", "")
PIN, REASON = "27-thang-2", "Ban hành nhầm bản chưa được thẩm định"


@dataclass(frozen=True)
class House:
    """User names of an agency, two drafts that wait for the leader, and many agencies to write to."""

    leader: str
    clerk: str
    reader: str
    drafts: tuple[str, ...]
    agencies: tuple[int, ...]


@pytest.fixture
def house(site: Site) -> House:
    with site.data(), transaction.atomic():
        ours = agency(name="Sở Tài chính tỉnh Thái Nguyên")
        ensure_agency_certificates([ours.id], at=now())
        division = Division.objects.create(agency=ours, name="Phòng Kinh tế tổng hợp", short_name="KT")
        reader = official_in(
            ours, Role.SPECIALIST, name="Ma Thị Hồng", title="Chuyên viên", division=division
        )
        leader = official_in(ours, Role.LEADER, name="Hoàng Văn Lãnh", title="Giám đốc")
        ensure_official_certificates([leader.official_id or 0], at=now())
        inside = (PartyKey(PartyKind.DIVISION, division.id),)
        subjects = ("Về việc báo cáo thu ngân sách quý III", "Về việc rà soát tài sản công")
        drafts = [
            draft(ours, at=now(), subject=subject, inside=inside, paper=("Ông Nguyễn Văn An",))
            for subject in subjects
        ]
        others = [agency(name=f"Ủy ban nhân dân xã Tân Thành {number}") for number in range(1, 63)]
        others.append(agency(name="Ủy ban nhân dân phường Phan Đình Phùng"))
        clerk = official_in(ours, Role.CLERK, name="Nông Thị Bích", title="Văn thư")
        return House(
            leader.username,
            clerk.username,
            reader.username,
            tuple(str(row.id) for row in drafts),
            tuple(row.id for row in others),
        )


def _signed_in(page: Page, username: str) -> Page:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    return page


@pytest.mark.parametrize(("width", "language"), [(1280, "vi"), (360, "en")])
def test_a_list_is_signed_with_one_pin_and_a_document_revoked_for_all_who_got_it(
    site: Site,
    house: House,
    page_at: PageAt,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
    width: int,
    language: str,
) -> None:
    def look(page: Page, name: str) -> None:
        assert_accessible(page)
        assert_no_sideways_scrolling(page)
        if PICTURES:
            picture = Path(PICTURES) / f"withdraw-{name}-{width}-{language}.png"
            page.screenshot(path=str(picture), full_page=True)

    leader, clerk, reader = (
        _signed_in(page_at(width, "light", language), name)
        for name in (house.leader, house.clerk, house.reader)
    )
    _sign_with_one_pin(leader, house, look)
    _revoke_for_all(leader, clerk, reader, house.drafts[0], look)
    _write_to_many(clerk, house, look)
    if width > 600:
        _open_the_rest_of_the_navigation(clerk, look)


def _sign_with_one_pin(leader: Page, house: House, look: Look) -> None:
    leader.goto("/office/to-sign/key/")
    look(leader, "key")
    for name in ("pin", "again"):
        leader.locator(f"input[name={name}]").fill(PIN)
    leader.locator("main form button").click()
    expect(leader.locator("input[name=old]")).to_be_visible()
    leader.goto("/office/to-sign/")
    for key in house.drafts:
        leader.locator(f"input[value='{key}']").check()
    leader.locator("input[name=pin]").fill(PIN)
    look(leader, "list")
    leader.locator("main form button").click()
    expect(leader.locator("#how-far")).to_contain_text("2", timeout=60_000)
    expect(leader.locator("progress")).to_have_attribute("value", "2", timeout=60_000)
    look(leader, "signed")


def _revoke_for_all(leader: Page, clerk: Page, reader: Page, document: str, look: Look) -> None:
    clerk.goto(f"/office/outgoing/{document}/")
    clerk.locator(f"a[href*='/outgoing/{document}/paper/']").click()
    clerk.locator("main form button").click()
    clerk.wait_for_url(f"**/office/outgoing/{document}/")

    leader.goto(f"/office/outgoing/{document}/")
    leader.locator("section[aria-labelledby=withdraw] summary").click()
    leader.locator("#take_back_reason").fill(REASON)
    look(leader, "revoking")
    leader.locator("button[formaction$='/revoke/']").click()
    expect(leader.get_by_text(REASON).first).to_be_visible()
    look(leader, "revoked")

    reader.goto(f"/office/outgoing/{document}/")
    expect(reader.get_by_text(REASON).first).to_be_visible()
    expect(reader.locator("a[href*='/pdf/']")).to_have_count(0)
    look(reader, "reader")

    clerk.goto(f"/office/outgoing/{document}/")
    clerk.locator("a[href*='/notice/']").click()
    look(clerk, "notice")
    clerk.locator("main form button").click()
    clerk.wait_for_url(f"**/office/outgoing/{document}/")
    look(clerk, "told")


def _write_to_many(clerk: Page, house: House, look: Look) -> None:
    chosen = "&".join(f"recipients={key}" for key in house.agencies)
    clerk.goto(f"/office/compose/?{chosen}")
    expect(clerk.locator("[data-count]")).to_have_text("63")
    clerk.locator("#among").fill("phan dinh")
    expect(clerk.locator(".chosen > label:visible")).to_have_count(1)
    clerk.locator(".chosen > label:visible input").uncheck()
    expect(clerk.locator("[data-count]")).to_have_text("62")
    clerk.locator("#among").fill("")
    look(clerk, "compose")
    clerk.goto("/office/outgoing/?q=")
    look(clerk, "outgoing")
    clerk.goto("/office/outgoing/?signer=hoang+van")
    expect(clerk.locator(".row-title")).to_have_count(2)
    look(clerk, "filters")


def _open_the_rest_of_the_navigation(clerk: Page, look: Look) -> None:
    clerk.locator(".nav-more summary").click()
    look(clerk, "more")
    bars = clerk.locator(".navigation > ul > li:visible").evaluate_all(
        "items => new Set(items.map((item) => item.getBoundingClientRect().top)).size"
    )
    assert bars == 1
    clerk.keyboard.press("Escape")
    expect(clerk.locator(".nav-more .menu-sheet")).to_be_hidden()
