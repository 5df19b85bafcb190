"""Notifications in a real browser: readable, reachable by keyboard, live, and quiet while nobody looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override
from playwright.sync_api import Page, expect

from lienthong.directory.public import Official
from lienthong.identity.public import Account, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.notifications.actions.commenting import withdraw_comment, write_comment
from lienthong.notifications.commenting import comments_context
from lienthong.notifications.kinds import MENTIONED
from lienthong.notifications.models import Mail
from lienthong.notifications.states import MailState
from lienthong.notifications.tests.factories import tell, thread
from tests.journeys.conftest import PageAt, Site
from tests.journeys.test_look import LOOKS
from tests.journeys.test_story import _sign_in

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
TITLE = "Báo cáo tình hình thực hiện chuyển đổi số quý I năm 2026 của các sở, ban, ngành và địa phương"


@pytest.fixture(scope="module")
def account(site: Site) -> Account:
    """An operator who was told five things, with a mail that could not be sent."""
    at = now()
    with site.data():
        account = official_in(
            agency(name="Sở Thông báo"), Role.OPERATOR, Role.SPECIALIST, name="Trần Thị Bình"
        )
        assert account.official_id
        Official.objects.filter(pk=account.official_id).update(email="binh@example.vn")
        for number in range(5):
            tell(
                account.official_id,
                key=str(number),
                kind=MENTIONED.code,
                urgent=number == 4,
                link="/notifications/choices/",
                due_at=at + timedelta(days=number) if number % 2 else None,
                params={"author": "Lê Văn Cường", "about": f"{TITLE} ({number})"},
                at=at - timedelta(hours=number),
            )
        Mail.objects.create(
            official_id=account.official_id,
            day=at.date(),
            state=MailState.DEAD,
            problem="550 5.1.1 <binh@example.vn>: Recipient address rejected: User unknown",
            attempts=1,
            created_at=at,
            next_attempt_at=at,
        )
    return account


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_every_page_is_accessible_and_fits(
    site: Site,
    account: Account,
    page_at: PageAt,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
    width: int,
    scheme: str,
    language: str,
) -> None:
    page = _sign_in(page_at(width, scheme), account.username)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
    for address in ("", "?unread=1", "?cursor=IjEi", "choices/", "dead-mails/"):
        page.goto(f"/notifications/{address}")
        expect(page.locator("h1")).to_be_visible()
        assert page.locator("html").get_attribute("lang") == language
        assert_accessible(page)
        assert_no_sideways_scrolling(page)
    page.goto("/notifications/choices/")
    page.locator("#calendar ~ .actions button").first.click()
    expect(page.locator("p.mono")).to_contain_text("/calendar/")
    assert_accessible(page)
    assert_no_sideways_scrolling(page)


def test_a_keyboard_reads_everything_and_takes_it_back(site: Site, account: Account, page_at: PageAt) -> None:
    page = _sign_in(page_at(), account.username)
    page.goto("/")
    page.locator("[data-tool]").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/notifications/")
    before = page.locator(".tool-count").inner_text()
    page.get_by_role("button", name="Đánh dấu tất cả đã đọc").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tool-count")).to_have_count(0)
    page.get_by_role("button", name="Hoàn tác").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tool-count")).to_have_text(before)


def test_the_bell_catches_up_by_itself_keeps_the_focus_and_is_quiet_while_hidden(
    site: Site, account: Account, page_at: PageAt
) -> None:
    page = _sign_in(page_at(), account.username)
    page.goto("/notifications/choices/")
    bell = page.locator("#tool-bell")
    before = int(page.locator(".tool-count").inner_text())
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request.url) if "count" in request.url else None)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.evaluate("htmx.trigger('#tool-bell', 'seen')")
    page.wait_for_timeout(300)
    assert not asked
    assert account.official_id
    with site.data():
        tell(account.official_id, key="later", link="/notifications/choices/", at=now())
    bell.focus()
    page.evaluate("Object.defineProperty(document, 'hidden', { value: false })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".tool-count")).to_have_text(str(before + 1))
    assert page.evaluate("document.activeElement.id") == "tool-bell"


def test_a_session_that_ended_does_not_throw_anyone_off_a_page(account: Account, page_at: PageAt) -> None:
    page = _sign_in(page_at(errors_meant=True), account.username)
    page.goto("/notifications/choices/")
    page.locator("#id_digest_at").fill("06:15")
    page.context.clear_cookies()
    with page.expect_response("**/notifications/count/") as answer:
        page.evaluate("htmx.trigger('#tool-bell', 'seen')")
    assert answer.value.status == 401
    page.wait_for_timeout(300)
    expect(page.locator("#id_digest_at")).to_have_value("06:15")
    assert page.url.endswith("/notifications/choices/")


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_comments_are_accessible_and_fit(
    site: Site,
    account: Account,
    page_at: PageAt,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
    width: int,
    scheme: str,
    language: str,
) -> None:
    with site.data():
        viewer = acting_viewer(account, at=now())
        html = _commented(viewer, language)
    page = page_at(width, scheme, language)
    page.route(
        "**/comments/", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8")
    )
    page.goto("/comments/")
    for summary in page.locator("#comments summary").all():
        summary.click()
    assert_accessible(page)
    assert_no_sideways_scrolling(page)


def _commented(viewer: Viewer, language: str) -> str:
    """A page with comments as the viewer sees it: an own one, a stranger's, one withdrawn."""
    other = acting_viewer(official_in(agency(), Role.SPECIALIST, name="Lê Văn Cường"), at=now())
    here = thread(viewer, other)
    write_comment(here, viewer=other, text=f"@Trần Thị Bình xem giúp.\n{TITLE}", at=now())
    write_comment(here, viewer=viewer, text="Đã xem, đề nghị bổ sung số liệu.", at=now())
    gone = write_comment(here, viewer=other, text="Nhầm", at=now())
    withdraw_comment(here, gone.pk, viewer=other, at=now())
    request = RequestFactory().get("/comments/")
    request.user, request.viewer = Account(username="x"), viewer  # type: ignore[attr-defined]
    with override(language):
        return render_to_string("notifications/comments_page.html", comments_context(request, here), request)
