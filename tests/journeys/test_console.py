"""The console of the axis in a real browser: readable, live, and quiet while nobody looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from lienthong.axis.actions.fetching import note_failed_fetch
from lienthong.axis.actions.figures import count_everything, count_refusals
from lienthong.axis.models import Delivery, Packet, StatusEvent
from lienthong.axis.models.fetching import SHOWN_AFTER
from lienthong.axis.tests.factories import agency, stored_packet, system_for
from lienthong.directory.public import Agency
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import official_in
from lienthong.kernel.clock import now
from tests.journeys.conftest import PageAt, Site
from tests.journeys.test_look import LOOKS
from tests.journeys.test_story import _sign_in

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
FAILED = UUID(int=7)


@pytest.fixture(scope="module")
def operator(site: Site) -> str:
    """An operator, and an axis on which things happened: sent, collected, refused, forgotten."""
    at = now()
    with site.data():
        ministry = agency("K01", name="Bộ Thử nghiệm")
        # No provinces: the story, on the same site, writes to all there are.
        places = [agency(f"K{n}", name=f"Ủy ban nhân dân tỉnh số {n}") for n in range(10, 14)]
        for place in places:
            system_for(place)
        for hours in range(40):
            packet = stored_packet(ministry, *places, at=at - timedelta(minutes=hours * hours))
            moved = packet.deliveries.exclude(recipient=places[hours % 4])
            moved.update(state="01", collected_at=packet.received_at + timedelta(minutes=3))
            StatusEvent.objects.bulk_create(
                StatusEvent(
                    delivery=delivery,
                    system=packet.system,
                    code="01",
                    at=at,
                    received_at=packet.received_at + timedelta(minutes=3),
                )
                for delivery in moved
            )
        count_refusals(["signature-invalid"] * 3 + ["invalid-value"], system=system_for(ministry), at=at)
        count_refusals(["token-invalid"] * 7, system=None, at=at)
        count_everything(at=at)
        for attempt in range(SHOWN_AFTER):
            note_failed_fetch(
                FAILED,
                sender="Bộ Thử nghiệm",
                recipient="Ủy ban nhân dân tỉnh số 10",
                document="12/BTN-VP",
                problem="5 attempts, the last: ReadError('peer closed connection')",
                at=at - timedelta(hours=SHOWN_AFTER - attempt),
            )
        return str(official_in(ministry, Role.OPERATOR, name="Trần Vận Hành").username)


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_every_page_of_the_console_is_accessible_and_fits(
    site: Site,
    operator: str,
    page_at: PageAt,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
    width: int,
    scheme: str,
    language: str,
) -> None:
    with site.data():
        packet = Packet.objects.filter(sender__code="K01").order_by("-received_at").first()
        delivery = Delivery.objects.filter(packet=packet, state="01").first()
    assert packet is not None
    assert delivery is not None
    page = _sign_in(page_at(width, scheme), operator)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
    addresses = (
        "",
        "health/",
        f"packets/{packet.pk}/",
        f"deliveries/{delivery.pk}/replay/",
        "packets/",
        "dead-letters/",
    )
    for address in addresses:
        page.goto(f"/axis/{address}")
        expect(page.locator("h1")).to_be_visible()
        assert page.locator("html").get_attribute("lang") == language
        if not address:
            expect(page.locator(".chart canvas")).to_have_count(4)
            page.locator("details.chart-table summary").first.click()
        assert_accessible(page)
        assert_no_sideways_scrolling(page)


def test_figures_come_in_while_the_page_stands_open_and_leave_it_as_it_was(
    site: Site, operator: str, page_at: PageAt
) -> None:
    page = _sign_in(page_at(), operator)
    page.goto("/axis/")
    page.locator("#summary-minutes").click()
    first = page.locator(".figures strong").first
    before = int(first.inner_text())
    with site.data():
        _send_one_more()
    page.evaluate("htmx.trigger('#figures', 'refresh')")
    expect(first).to_have_text(str(before + 1))
    expect(page.locator("#table-minutes")).to_have_attribute("open", "")
    assert page.evaluate("document.activeElement.id") == "summary-minutes"
    expect(page.locator(".chart canvas")).to_have_count(4)


def test_a_hidden_tab_asks_for_nothing_and_catches_up_when_it_is_seen(
    site: Site, operator: str, page_at: PageAt
) -> None:
    page = _sign_in(page_at(), operator)
    page.goto("/axis/")
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request.url) if "figures" in request.url else None)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.evaluate("htmx.trigger('#figures', 'refresh')")
    page.wait_for_timeout(300)
    assert not asked
    page.evaluate("Object.defineProperty(document, 'hidden', { value: false })")
    with page.expect_response("**/axis/figures/"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert len(asked) == 1


def test_only_the_console_loads_the_charts(operator: str, page_at: PageAt) -> None:
    page = _sign_in(page_at(), operator)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto("/axis/packets/", wait_until="networkidle")
    assert not [url for url in loaded if "echarts" in url]


def _send_one_more() -> None:
    sender = Agency.objects.get(code="K01")
    stored_packet(sender, Agency.objects.get(code="K10"), at=now())
