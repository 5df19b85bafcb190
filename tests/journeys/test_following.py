"""On a small phone: by the QR code of the slip without an account; signed in, a supplement and the result."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from lienthong.dossiers.public import Supplement, ask_supplement, follow_address
from lienthong.dossiers.tests.factories import applicant, decided, offered, official, received
from lienthong.dossiers.tests.processes import BIRTH
from lienthong.identity.public import Account, Role
from lienthong.identity.tests.factories import a_citizen, agency
from lienthong.kernel.clock import now
from lienthong.procedures.tests.factories import definition, published

from .conftest import PageAt, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE, TELEPHONE = 360, "0208 3855 123"
MISSING = "Giấy chứng nhận kết hôn (bản sao)"
PHOTO = {"name": "ket-hon.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n1 0 obj\nendobj\n"}
Check = Callable[[Page], None]


@pytest.fixture
def look(assert_accessible: Check, assert_no_sideways_scrolling: Check) -> Check:
    """What every page must pass."""

    def check(page: Page) -> None:
        expect(page.locator("h1")).to_be_visible()
        assert_accessible(page)
        assert_no_sideways_scrolling(page)

    return check


def _signed_in(page: Page, site: Site, account: Account) -> Page:
    """The page of who is signed in already: how one signs in is another journey."""
    client = Client()
    client.force_login(account)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}])
    return page


def test_a_dossier_is_followed_by_its_slip_supplemented_and_its_result_taken(
    site: Site, page_at: PageAt, look: Check
) -> None:
    with site.data():
        commune = agency(name="Ủy ban nhân dân phường Phan Đình Phùng")
        commune.telephone = TELEPHONE
        commune.save(update_fields=["telephone"])
        offer = offered(published(says=definition(process=BIRTH, limit_minutes=5 * 480)), commune)
        account, party = a_citizen(name="Trần Thị Nhân Dân")
        facts = applicant(name=party.name, number=party.number)
        dossier = received(offer, at=now(), applicant=facts)
        worker = official(commune, Role.SPECIALIST, at=now())
        asked = Supplement((MISSING,), "Để ghi tên cha trên giấy khai sinh")
        ask_supplement(dossier_id=dossier.pk, asked=asked, viewer=worker, at=now())
        phone = _signed_in(page_at(PHONE, errors_meant=True), site, account)

    stranger, slip = page_at(PHONE), urlsplit(follow_address(dossier.code))
    stranger.goto(f"{slip.path}?{slip.query}")
    expect(stranger.get_by_text("Yêu cầu bổ sung").first).to_be_visible()
    expect(stranger.get_by_role("link", name=TELEPHONE)).to_be_visible()
    expect(stranger.get_by_text(party.name)).to_have_count(0)
    look(stranger)

    phone.goto("/my/dossiers/")
    look(phone)
    phone.get_by_role("link", name="Đăng ký khai sinh").first.click()
    look(phone)
    phone.get_by_role("link", name="Gửi phần còn thiếu").click()
    look(phone)
    phone.get_by_role("button", name="Gửi tất cả").click()
    expect(phone.get_by_role("alert")).to_contain_text(MISSING)
    phone.get_by_label("Ảnh chụp hoặc tệp").set_input_files(PHOTO)
    phone.get_by_role("button", name="Gửi tất cả").click()
    expect(phone.get_by_text("Đã gửi. Cơ quan giải quyết tiếp")).to_be_visible()
    expect(phone.get_by_role("link", name="Gửi phần còn thiếu")).to_have_count(0)
    with site.data():
        decided(dossier, at=now())
    phone.reload()
    look(phone)
    with phone.expect_download() as taken:
        phone.get_by_role("link", name="Tải tệp về").click()
    assert taken.value.suggested_filename == "khai-sinh.pdf"
    phone.get_by_role("link", name="Ai đã mở hồ sơ của tôi?").click()
    expect(phone.get_by_text("Yêu cầu bổ sung phần còn thiếu").first).to_be_visible()
    look(phone)
    phone.goto("/my/documents/")
    expect(phone.get_by_text(MISSING)).to_be_visible()
    look(phone)
