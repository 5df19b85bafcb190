"""Every page that anyone may see looks right: on a phone and a desk, by day and by night, in both."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request

from tests.journeys.gallery import render_gallery

pytestmark = pytest.mark.browser

PAGES = ["/", "/accounts/login/", "/verify", "/directory/"]
FIRST_PAGE_BYTES = 100 * 1024
LOOKS = [(360, "light", "vi"), (1280, "dark", "en"), (360, "dark", "en"), (1280, "light", "vi")]


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_is_accessible_and_fits(
    path: str,
    width: int,
    scheme: str,
    language: str,
    page_at: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    assert_no_sideways_scrolling: Callable[[Page], None],
) -> None:
    page = page_at(width, scheme, language)
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1
    assert_accessible(page)
    assert_no_sideways_scrolling(page)


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_every_component_is_accessible_and_fits(
    width: int,
    scheme: str,
    language: str,
    page_at: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    assert_no_sideways_scrolling: Callable[[Page], None],
) -> None:
    page = page_at(width, scheme, language)
    html = render_gallery(language)
    page.route("**/gallery/", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto("/gallery/")
    if width < 600:
        page.locator(".nav-toggle").click()
    assert page.get_by_role("navigation").first.is_visible()
    page.locator(".header-tools .menu summary").click()
    assert page.locator(".header-tools .menu-sheet").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".header-tools .menu-sheet").is_visible()
    page.locator(".confirm summary").click()
    assert page.get_by_label("Lý do").is_visible()
    assert_accessible(page)
    assert_no_sideways_scrolling(page)


def test_the_policy_lets_nothing_inline_through(page_at: Callable[..., Page]) -> None:
    page = page_at(errors_meant=True)
    answer = page.goto("/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_first_page_weighs_little(page_at: Callable[..., Page]) -> None:
    page = page_at()
    sizes: dict[str, int] = {}

    def weigh(request: Request) -> None:
        sizes[request.url] = request.sizes()["responseBodySize"]

    page.on("requestfinished", weigh)
    page.goto("/", wait_until="networkidle")
    assert len(sizes) <= 14, list(sizes)
    assert sum(sizes.values()) <= FIRST_PAGE_BYTES, sizes


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS[1:3])
def test_the_page_of_a_missing_address_says_what_to_do(
    width: int,
    scheme: str,
    language: str,
    page_at: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    assert_no_sideways_scrolling: Callable[[Page], None],
) -> None:
    page = page_at(width, scheme, language, errors_meant=True)
    answer = page.goto("/there/is/nothing/")
    assert answer is not None
    assert answer.status == 404
    assert page.get_by_text("not-found").is_visible()
    assert_accessible(page)
    assert_no_sideways_scrolling(page)
    page.locator("main a.ds-button").last.click()
    assert page.url.endswith("/")


def test_the_language_is_switched_and_kept(page_at: Callable[..., Page]) -> None:
    page = page_at(language="vi")
    page.goto("/accounts/login/")
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.url.endswith("/accounts/login/")
    page.goto("/")
    assert page.get_by_role("link", name="Sign in").first.is_visible()


def test_the_colours_are_switched_and_kept(page_at: Callable[..., Page]) -> None:
    page = page_at(scheme="light", language="en")
    page.goto("/")
    assert page.get_by_role("button", name="Light colours").count() == 0
    page.get_by_role("button", name="Dark colours").click()
    assert page.locator("html").get_attribute("data-color-scheme") == "dark"
    page.goto("/accounts/login/")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(int(part) for part in background.strip("rgb()").split(",")) < 200
    assert page.get_by_role("button", name="Dark colours").count() == 0
    assert page.get_by_role("button", name="Light colours").is_visible()


def test_a_keyboard_reaches_everything_and_shows_where_it_is(page_at: Callable[..., Page]) -> None:
    page = page_at(language="en")
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().height > 20")
    seen = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        where = page.evaluate("document.activeElement.outerHTML.slice(0, 80)")
        if page.evaluate("document.activeElement === document.body"):
            break
        assert outline == "3px", where
        seen.add(where)
    assert len(seen) >= 4


def test_the_skip_link_leads_to_the_content(page_at: Callable[..., Page]) -> None:
    page = page_at()
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize("path", ["/", "/accounts/login/"])
def test_what_is_touched_is_big_enough(path: str, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    page.goto(path)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .ds-button, input:not([type=hidden]), summary")]
          .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 40
            && !(e.type === "checkbox" && e.closest("label")))
          .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert not small


def test_the_pages_work_without_javascript(site: object, browser: object) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=site.url)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    context.close()


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_the_verdict_on_an_evidence_file_is_accessible_and_fits(
    width: int,
    scheme: str,
    language: str,
    page_at: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    assert_no_sideways_scrolling: Callable[[Page], None],
) -> None:
    page = page_at(width, scheme, language)
    page.goto("/verify")
    file = {"name": "packet.evidence.json", "mimeType": "application/json", "buffer": EVIDENCE}
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main form button").click()
    assert page.locator("#verdict").is_visible()
    assert page.locator("table.cards tbody tr").count() == 2
    assert_accessible(page)
    assert_no_sideways_scrolling(page)


def _evidence() -> bytes:
    """An evidence file that nobody signed: one statement to be read, one that cannot be."""
    facts = {"packet_id": "1", "sha256": "0" * 64, "stage": "arrived", "sequence": 3, "by": "H55.09.01"}
    said = json.dumps({**facts, "at": "2026-03-02T09:30:00+07:00", "previous": "0" * 64})
    line = {"statement": said, "signature": "x..x", "batch": None, "position": None, "path": None}
    packet = {"id": "018f0000-0000-7000-8000-000000000000", "sha256": "0" * 64}
    file = {"format": "lienthong-evidence/1", "complete": False, "packet": packet, "certificates": {}}
    return json.dumps({**file, "statements": [{**line, "pending": "batch"}, None], "batches": []}).encode()


EVIDENCE = _evidence()
