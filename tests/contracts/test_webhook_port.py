"""What every sender of webhooks must do, and what the real one does with receivers that fail."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from lienthong.axis.adapters.fake import FakeWebhooks
from lienthong.axis.adapters.webhook_http import HttpWebhooks
from lienthong.axis.ports import Failed, Taken, WebhookPort
from lienthong.axis.tests.receivers import Receiver, receiver

__all__ = ["receiver"]
LOOPBACK = [ip_network("127.0.0.0/8")]
HEADERS = {"webhook-id": "1", "webhook-timestamp": "2", "webhook-signature": "v1,x"}
QUICK = 1.5  # seconds for a whole message


@pytest.fixture(params=["fake", "http"])
def port(request: pytest.FixtureRequest) -> WebhookPort:
    return FakeWebhooks() if request.param == "fake" else HttpWebhooks(allowed=LOOPBACK)


def sender(**changes: object) -> HttpWebhooks:
    return HttpWebhooks(**{"allowed": LOOPBACK, "total_seconds": QUICK, **changes})  # type: ignore[arg-type]


def test_what_is_taken_is_said_and_arrives_as_it_was_given(port: WebhookPort, receiver: Receiver) -> None:
    answer = port.post(receiver.address("ok"), headers=HEADERS, body=b'{"a": 1}')
    assert answer == Taken(204)
    if isinstance(port, HttpWebhooks):
        got = receiver.next()
        assert (got.path, got.body) == ("/ok", b'{"a": 1}')
        assert HEADERS.items() <= got.headers.items()
        assert got.headers["Content-Type"] == "application/json"


def test_the_fake_fails_on_demand() -> None:
    fake = FakeWebhooks(failing=Failed("webhook-refused", "HTTP 500"))
    assert fake.post("https://a.example/", headers=HEADERS, body=b"") == Failed("webhook-refused", "HTTP 500")


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("500", "webhook-refused"),
        ("410", "webhook-refused"),
        ("redirect", "webhook-redirected"),
        ("hang", "webhook-timed-out"),
        ("drip", "webhook-timed-out"),
        ("cut", "webhook-unreachable"),
    ],
)
def test_receivers_that_fail_are_told_apart(receiver: Receiver, path: str, problem: str) -> None:
    answer = sender().post(receiver.address(path), headers=HEADERS, body=b"{}")
    assert isinstance(answer, Failed)
    assert answer.problem == problem
    assert receiver.next().path == f"/{path}"
    assert receiver.messages.empty(), "a redirect is not followed"


@pytest.mark.parametrize("path", ["huge", "slow-body"])
def test_the_body_of_an_answer_is_not_waited_for(receiver: Receiver, path: str) -> None:
    assert sender().post(receiver.address(path), headers=HEADERS, body=b"{}") == Taken(200)


def test_a_port_where_nothing_listens_is_unreachable() -> None:
    answer = sender().post("http://127.0.0.1:9/", headers=HEADERS, body=b"{}")
    assert isinstance(answer, Failed)
    assert answer.problem == "webhook-unreachable"


def test_a_name_that_has_no_address_is_unreachable() -> None:
    def fail(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    answer = sender(resolver=fail).post("https://a.example/", headers=HEADERS, body=b"{}")
    assert isinstance(answer, Failed)
    assert answer.problem == "webhook-unreachable"


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"]])
def test_a_name_that_stands_for_an_address_inside_is_not_called(
    receiver: Receiver, addresses: list[str]
) -> None:
    inside = sender(allowed=[], resolver=lambda host, port: addresses)
    answer = inside.post(f"http://office.example:{receiver.port}/ok", headers=HEADERS, body=b"{}")
    assert isinstance(answer, Failed)
    assert answer.problem == "webhook-address-forbidden"
    assert receiver.messages.empty()


def test_what_was_checked_is_what_is_called_though_the_name_changes_meanwhile(receiver: Receiver) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    checked = sender(resolver=rebinding)
    address = f"http://office.example:{receiver.port}/ok"
    assert checked.post(address, headers=HEADERS, body=b"{}") == Taken(204)
    assert asked == ["office.example"]
    assert receiver.next().headers["Host"] == f"office.example:{receiver.port}"


def test_a_receiver_without_a_valid_certificate_is_not_told(receiver: Receiver) -> None:
    answer = sender().post(f"https://127.0.0.1:{receiver.port}/ok", headers=HEADERS, body=b"{}")
    assert isinstance(answer, Failed)
    assert receiver.messages.empty()
