"""A birth is registered on a small phone without JavaScript, from the first page to its acceptance."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from lienthong.dossiers.public import Dossier, DossierState, accept_dossiers
from lienthong.dossiers.tests.factories import receptionist
from lienthong.kernel.clock import now
from lienthong.portal.tests.applying import online
from tests.journeys.conftest import Site

pytestmark = pytest.mark.browser
PageAt = Callable[..., Page]
MOST_BYTES = 30 * 1024  # of one page, beside what the browser keeps


@pytest.fixture
def phone(site: Site, browser: Browser) -> Iterator[Page]:
    """An old phone: small, and its browser runs no scripts."""
    context = browser.new_context(
        java_script_enabled=False,
        base_url=site.url,
        locale="vi-VN",
        viewport={"width": 360, "height": 640},
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def picture() -> dict[str, Any]:
    """A photographed paper."""
    content = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(content, "JPEG")
    return {"name": "giay-chung-sinh.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def go_on(phone: Page, button: str = "Lưu và tiếp tục") -> str:
    """Press the page's button; the address that it was on."""
    left = phone.url
    phone.get_by_role("button", name=button, exact=True).click()
    return left


def fill_in(phone: Page) -> list[str]:
    """Every page up to the review, a mistake on the way; the addresses of the pages."""
    visited = [go_on(phone, "Bắt đầu")]
    expect(phone.get_by_text("Bước 1 trên 5")).to_be_visible()
    phone.get_by_label("Child_name").fill("Trần Bé Journey")
    phone.get_by_label("Nữ").check()
    phone.get_by_label("Born_on").fill("31/2/2026")
    visited.append(go_on(phone))
    phone.get_by_role("alert").get_by_role("link", name="Born_on").click()
    phone.get_by_label("Born_on").fill("10/2/2026")
    go_on(phone)
    phone.get_by_role("radio", name="Không").check()
    phone.get_by_label("Father_name").fill("Trần Cha")
    visited.append(go_on(phone))
    phone.get_by_label("Chụp ảnh hoặc chọn tệp").set_input_files(picture())  # type: ignore[arg-type]
    go_on(phone, "Giữ các ảnh này và thêm ảnh khác")
    expect(phone.get_by_text("giay-chung-sinh.jpg")).to_be_visible()
    visited.append(go_on(phone))
    phone.get_by_label("Họ và tên của bạn").fill("Lê Thị Mẹ")
    phone.get_by_label("Số định danh cá nhân của bạn").fill("001199000123")
    phone.get_by_label("Điện thoại").fill("0912345678")
    visited.append(go_on(phone))
    expect(phone.get_by_role("heading", name="Kiểm tra và gửi")).to_be_visible()
    return [*visited, phone.url]


def test_a_birth_is_registered_on_an_old_phone_without_an_account(
    phone: Page,
    site: Site,
    page_at: PageAt,
    assert_accessible: Callable[[Page], None],
    assert_no_sideways_scrolling: Callable[[Page], None],
) -> None:
    with site.data():
        offer = online()
    answer = phone.goto(f"/apply/{offer.pk}/")
    assert answer is not None
    assert len(answer.body()) < MOST_BYTES
    expect(phone.get_by_text("Giấy chứng sinh")).to_be_visible()
    visited = fill_in(phone)
    phone.locator("a[href*='/form/child/']").click()
    phone.get_by_label("Child_name").fill("Trần Bé Sửa")
    go_on(phone)
    expect(phone.get_by_text("Trần Bé Sửa")).to_be_visible()
    looking = page_at(360)
    looking.context.add_cookies(phone.context.cookies())  # type: ignore[arg-type]

    def look_at(url: str) -> None:
        looking.goto(url)
        assert_accessible(looking)
        assert_no_sideways_scrolling(looking)

    for url in [*visited, f"{site.url}/drafts/", f"{site.url}/drafts/resume/", f"{site.url}/sign/"]:
        look_at(url)
    phone.get_by_role("button", name="Gửi hồ sơ").click()
    expect(phone.get_by_role("heading", name="Hồ sơ của bạn đã được gửi")).to_be_visible()
    look_at(phone.url)
    with site.data():
        dossier = Dossier.objects.get(applicant_name="Lê Thị Mẹ")
        assert dossier.application.answers["child_name"] == "Trần Bé Sửa"
        expect(phone.get_by_text(dossier.code)).to_be_visible()
        desk = receptionist(offer.agency)
        (accepted,) = accept_dossiers(dossier_ids=[dossier.pk], viewer=desk, at=now())
        assert accepted.state == DossierState.ACCEPTED
