"""What every payment provider must do: the page in memory, and the real adapter with the page over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from lienthong.kernel.clock import now
from lienthong.payments.adapters.fake import FAIL, PAY, PAY_AND_REPEAT, PAY_LATER, PAY_TWICE, FakePage, Sent
from lienthong.payments.adapters.hosted_page import HostedPage
from lienthong.payments.contracts import Order, Outcome, ProviderAccount
from lienthong.payments.ports import PaymentPort
from lienthong.payments.providers import secret_of
from lienthong.payments.refusals import BadCallback, BadSignature, ProviderAway
from lienthong.payments.signatures import sign

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Provider:
    """A provider with its payer: `press` does what a person does on the page and answers the callbacks."""

    port: PaymentPort
    secret: str
    press: Callable[[str, str], list[Sent]]
    notify_url: str = "https://us.example/callback/"


@dataclass
class Receiver:
    """Keeps the callbacks that come."""

    sent: list[Sent] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.sent.append(Sent(dict(self.headers), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield kept, f"http://127.0.0.1:{server.server_port}/callback/"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["fake", "http"])
def provider(request: pytest.FixtureRequest, settings: Any, receiver: tuple[Receiver, str]) -> Provider:
    if request.param == "fake":
        page = FakePage()
        return Provider(page, page.secret, lambda url, button: page.press(url, button, at=now()))
    live = request.getfixturevalue("live_server")
    settings.ENV = settings.ENV.model_copy(update={"payment_fake_gateway": True})
    settings.BASE_URL = live.url
    kept, notify_url = receiver
    secret = secret_of("page")

    def press(url: str, button: str) -> list[Sent]:
        """As a browser does: open the page, press a button of its form."""
        kept.sent.clear()
        with httpx.Client() as browser:
            shown = browser.get(url)
            assert shown.status_code == 200, shown.text
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.text)
            assert token
            form = {
                "csrfmiddlewaretoken": token[1],
                "query": url.partition("?")[2],
                "button": button,
            }
            done = browser.post(f"{live.url}/payments/gateway/press/", data=form, headers={"Referer": url})
            assert done.status_code == 200, done.text
        return list(kept.sent)

    return Provider(HostedPage(f"{live.url}/payments/gateway", secret), secret, press, notify_url)


def order(provider: Provider, at: datetime) -> Order:
    return Order(
        reference="LT0123456789ABC",
        amount=20_000,
        description="LT0123456789ABC H15.50-260302-0001",
        account=ProviderAccount(merchant="H15.50"),
        return_url="https://us.example/",
        notify_url=provider.notify_url,
        expires_at=at + timedelta(minutes=15),
    )


def test_what_is_pressed_is_told_by_callback_and_by_statement(provider: Provider) -> None:
    at = now()
    qr_text, url = provider.port.start(order(provider, at), at=at)
    assert qr_text == ""
    told = {
        button: provider.press(url, button) for button in (PAY, PAY_AND_REPEAT, PAY_TWICE, PAY_LATER, FAIL)
    }
    assert {button: len(sent) for button, sent in told.items()} == {
        PAY: 1,
        PAY_AND_REPEAT: 2,
        PAY_TWICE: 2,
        PAY_LATER: 0,
        FAIL: 1,
    }
    read = {
        button: [provider.port.read_callback(each.headers, each.body, at=now()) for each in sent]
        for button, sent in told.items()
    }
    assert read[PAY_AND_REPEAT][0] == read[PAY_AND_REPEAT][1]
    assert read[PAY_TWICE][0].transaction != read[PAY_TWICE][1].transaction
    assert read[FAIL][0].outcome is Outcome.FAILED
    assert (read[PAY][0].reference, read[PAY][0].amount) == ("LT0123456789ABC", 20_000)
    hour = timedelta(hours=1)
    found = list(provider.port.statement(since=at - hour, until=at + hour, at=now()))
    by_callback = {one.transaction for button in (PAY, PAY_AND_REPEAT, PAY_TWICE) for one in read[button]}
    assert len(found) == 5
    assert by_callback < {one.transaction for one in found}
    assert list(provider.port.statement(since=at - 2 * hour, until=at - hour, at=now())) == []


def test_a_callback_is_believed_only_as_it_was_signed(provider: Provider) -> None:
    at = now()
    [sent] = provider.press(provider.port.start(order(provider, at), at=at)[1], PAY)
    for headers, body, moment in (
        ({}, sent.body, now()),
        (sent.headers, sent.body.replace(b"20000", b"20001"), now()),
        (sent.headers, sent.body, now() + timedelta(minutes=6)),
    ):
        with pytest.raises(BadSignature):
            provider.port.read_callback(headers, body, at=moment)
    with pytest.raises(BadCallback):
        provider.port.read_callback(sign(b"[]", secret=provider.secret, at=at), b"[]", at=at)


def test_an_address_that_was_changed_is_refused_by_the_page(provider: Provider) -> None:
    at = now()
    _qr, url = provider.port.start(order(provider, at), at=at)
    changed = url.replace("amount=20000", "amount=1")
    assert changed != url
    if isinstance(provider.port, FakePage):
        with pytest.raises(BadSignature):
            provider.press(changed, PAY)
    else:
        assert httpx.get(changed).status_code == 403


def test_a_statement_that_nobody_gives_or_that_another_signed_is_no_statement(provider: Provider) -> None:
    at = now()
    if isinstance(provider.port, FakePage):
        provider.port.failing = lambda: ProviderAway(problem="HTTP 500")
        ports: list[PaymentPort] = [provider.port]
    else:
        assert isinstance(provider.port, HostedPage)
        ports = [
            HostedPage("http://127.0.0.1:9", provider.secret),
            HostedPage(provider.port.address, "another-secret-of-nobody"),
            HostedPage(f"{provider.port.address}/nowhere", provider.secret),
        ]
    for port in ports:
        with pytest.raises(ProviderAway):
            list(port.statement(since=at, until=at, at=at))
