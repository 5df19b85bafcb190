"""A document that the axis cannot read, in a real browser: a key, a box to tick, the clear PDF at the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from lienthong.axis.public import ConnectedSystem, Serves, connect_system
from lienthong.directory.public import Agency
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in, official_of
from lienthong.kernel.clock import now
from lienthong.ledger.public import Actor
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

from .conftest import PageAt, Site
from .test_identity import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SUBJECT = "Về việc thẩm định hồ sơ nhân sự"
Check = Callable[[Page], None]


@dataclass(frozen=True)
class Cast:
    """User names, and the agency that receives."""

    leader: str
    administrator: str
    clerk: str
    receiver: Agency


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """A sender, and a receiver that has no key for encryption yet."""
    with site.data(), transaction.atomic():
        sender, receiver = agency(name="Ban Gửi kín"), agency(name="Sở Nhận kín")
        leader = official_in(sender, Role.LEADER, name="Đỗ Văn Trưởng", title="Trưởng ban")
        administrator = official_in(receiver, Role.ADMINISTRATOR, name="Vũ Thị Quản")
        clerk = official_in(receiver, Role.CLERK, name="Hà Thị Thư")
        ensure_agency_certificates([sender.pk, receiver.pk], at=now())
        ensure_official_certificates([official_of(leader).pk], at=now())
        if not ConnectedSystem.objects.filter(serves=Serves.ALL).exists():
            actor = Actor(kind="job", id="test", name="test")
            connect_system(name="Office", agency=sender, serves=Serves.ALL, actor=actor, at=now())
        return Cast(leader.username, administrator.username, clerk.username, receiver)


def compose(page: Page, receiver: Agency) -> None:
    """Write to the receiver and tick the box."""
    page.goto(f"/office/compose/?recipients={receiver.pk}")
    page.get_by_label("Trích yếu").fill(SUBJECT)
    page.get_by_label("Địa danh").fill("Hà Nội")
    page.locator("#id_body").fill("Kính đề nghị thẩm định.")
    page.get_by_label("Mã hóa cho nơi nhận").check()
    page.get_by_role("button", name="Ký và gửi").click()


def test_a_document_goes_encrypted_and_is_read_at_the_end(
    site: Site,
    cast: Cast,
    page_at: PageAt,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
) -> None:
    leader = page_at(1280, errors_meant=True)
    sign_in(leader, cast.leader)
    compose(leader, cast.receiver)
    expect(leader.get_by_text(re.compile("Sở Nhận kín chưa có chứng thư mã hóa"))).to_be_visible()
    assert_accessible(leader)

    administrator = page_at(360)
    sign_in(administrator, cast.administrator)
    administrator.goto("/axis/mine/")
    administrator.get_by_role("button", name="Cấp chứng thư mã hóa").click()
    expect(administrator.get_by_role("button", name="Thay khóa mã hóa")).to_be_visible()
    assert_accessible(administrator)
    assert_no_sideways_scrolling(administrator)

    compose(leader, cast.receiver)
    expect(leader.get_by_text("Đã mã hóa cho nơi nhận")).to_be_visible()
    assert_accessible(leader)

    site.manage("procrastinate", "worker", "--one-shot")
    clerk = page_at(360)
    sign_in(clerk, cast.clerk)
    clerk.goto("/office/incoming/")
    clerk.get_by_role("link", name=SUBJECT).click()
    expect(clerk.get_by_text("Đến ở dạng mã hóa")).to_be_visible()
    expect(clerk.get_by_text("Chữ ký hợp lệ")).to_be_visible()
    assert_accessible(clerk)
    assert_no_sideways_scrolling(clerk)
