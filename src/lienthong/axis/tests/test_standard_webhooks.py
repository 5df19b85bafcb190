"""Signatures as other implementations make and check them, and every way to be wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lienthong.axis import standard_webhooks
from lienthong.axis.client import verify_webhook
from lienthong.axis.standard_webhooks import WebhookInvalid, read_secret, sign, write_secret

# The vector that libraries of the specification are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)
HEADERS = {
    "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "Webhook-Timestamp": "1614265330",
    "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_the_published_vector_is_made_and_verified() -> None:
    made = sign([read_secret(SECRET)], message_id=HEADERS["Webhook-Id"], body=BODY, at=AT)
    assert made == {name.lower(): value for name, value in HEADERS.items()}
    assert standard_webhooks.verify(HEADERS, BODY, SECRET, AT).id == HEADERS["Webhook-Id"]


def test_a_secret_is_read_as_it_was_written() -> None:
    assert read_secret(write_secret(b"x" * 32)) == b"x" * 32


def test_one_matching_signature_of_several_is_enough() -> None:
    old, new = b"o" * 32, b"n" * 32
    headers = sign([new, old], message_id="1", body=BODY, at=AT)
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (old, new):
        assert standard_webhooks.verify(headers, BODY, write_secret(secret), AT)


@pytest.mark.parametrize(
    ("changes", "body", "secret", "later", "code"),
    [
        ({}, BODY + b" ", SECRET, 0, "signature-wrong"),
        ({}, BODY, write_secret(b"another secret of its own"), 0, "signature-wrong"),
        ({"Webhook-Id": "msg_other"}, BODY, SECRET, 0, "signature-wrong"),
        ({"Webhook-Timestamp": "1614265331"}, BODY, SECRET, 0, "signature-wrong"),
        ({"Webhook-Signature": ""}, BODY, SECRET, 0, "signature-wrong"),
        ({"Webhook-Signature": HEADERS["Webhook-Signature"].replace("v1", "v2")}, BODY, SECRET, 0,
         "signature-wrong"),
        ({"Webhook-Signature": "v1,é\udcff"}, BODY, SECRET, 0, "signature-wrong"),
        ({}, BODY, SECRET, 301, "too-old"),
        ({}, BODY, SECRET, -301, "too-new"),
        ({}, BODY, "whsec_!", 0, "secret-unreadable"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_not_trusted(
    changes: dict[str, str], body: bytes, secret: str, later: int, code: str
) -> None:
    with pytest.raises(WebhookInvalid) as caught:
        standard_webhooks.verify(HEADERS | changes, body, secret, AT + timedelta(seconds=later))
    assert caught.value.code == code


@pytest.mark.parametrize("name", HEADERS)
def test_a_missing_header_is_not_trusted(name: str) -> None:
    with pytest.raises(WebhookInvalid, match="header-missing"):
        standard_webhooks.verify({key: HEADERS[key] for key in HEADERS if key != name}, BODY, SECRET, AT)


@pytest.mark.parametrize("timestamp", ["", "-1", "1.5", "yesterday", "9" * 30, "١"])
def test_a_time_that_is_no_number_is_not_trusted_though_signed(timestamp: str) -> None:
    signature = standard_webhooks._signature(read_secret(SECRET), "1", timestamp, BODY)
    headers = {"webhook-id": "1", "webhook-timestamp": timestamp, "webhook-signature": signature}
    with pytest.raises(WebhookInvalid, match="timestamp-unreadable"):
        standard_webhooks.verify(headers, BODY, SECRET, AT)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"type": "delivery.waiting", "data": {}}', b"\xff"])
def test_a_signed_body_that_cannot_be_read_is_told(body: bytes) -> None:
    headers = sign([read_secret(SECRET)], message_id="1", body=body, at=AT)
    with pytest.raises(WebhookInvalid, match="body-unreadable"):
        verify_webhook(headers, body, SECRET, AT)


def test_other_types_of_messages_have_no_item() -> None:
    body = b'{"type": "webhook.test", "timestamp": "x", "data": {}}'
    headers = sign([read_secret(SECRET)], message_id="1", body=body, at=AT)
    received = verify_webhook(headers, body, SECRET, AT)
    assert (received.id, received.type, received.item) == ("1", "webhook.test", None)
