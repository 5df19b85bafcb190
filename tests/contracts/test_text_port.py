"""What every gateway for short texts must do: in memory, and the real adapters with a server of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.contracts.text_gateway import (
    BLOCKED,
    BROKEN,
    BUSY,
    LARGE,
    LOST,
    MOVED,
    NO_MONEY,
    SECRET,
    SLOW,
    TOKEN,
)

from lienthong.notifications.adapters.absent import Absent
from lienthong.notifications.adapters.esms import EsmsSender
from lienthong.notifications.adapters.fake import FakeTexts
from lienthong.notifications.adapters.zalo import ZaloSender
from lienthong.notifications.channels import text_sender
from lienthong.notifications.contracts import ShortText
from lienthong.notifications.ports import Accepted, Failed, TextSender
from lienthong.notifications.states import Channel
from lienthong.notifications.tests.factories import gateways

FINE, OTHER = "84912345678", "84912345679"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The gateway, in a process of its own."""
    script = Path(__file__).with_name("text_gateway.py")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def esms(address: str, **changes: Any) -> EsmsSender:
    values: dict[str, Any] = {"account": "tai-khoan", "secret": SECRET, "brand": "LIENTHONG", "seconds": 1.0}
    return EsmsSender(address, **values | changes)


def zalo(address: str, **changes: Any) -> ZaloSender:
    values: dict[str, Any] = {"token": TOKEN, "seconds": 1.0}
    return ZaloSender(address, **values | changes)


@pytest.fixture(params=["fake", "esms", "zalo"])
def sender(request: pytest.FixtureRequest, address: str) -> TextSender:
    if request.param == "esms":
        return esms(address)
    if request.param == "zalo":
        return zalo(address)
    failing = {
        BLOCKED: Failed("99", permanent=True),
        BUSY: Failed("150"),
        NO_MONEY: Failed("103", server=True),
    }
    return FakeTexts(failing=failing)


def text(to: str, key: str = "", **changes: Any) -> ShortText:
    values: dict[str, Any] = {
        "text": "Ho so H01-1: den quay",
        "template": "300123",
        "values": {"code": "H01-1"},
    }
    return ShortText(key or f"0198a0e2-{to}", to, **values | changes)


def outcome(answer: Accepted | Failed) -> str:
    """Sent, refused for good, later, or nothing gets through."""
    if isinstance(answer, Accepted):
        return "sent"
    return "refused" if answer.permanent else "away" if answer.server else "later"


def test_each_text_has_an_answer_and_one_that_fails_holds_up_no_other(sender: TextSender) -> None:
    answers = sender.send([text(FINE), text(BLOCKED), text(BUSY), text(OTHER)])
    assert [outcome(one) for one in answers] == ["sent", "refused", "later", "sent"]
    assert sender.send([]) == []


def test_once_nothing_gets_through_the_rest_is_left_for_later(sender: TextSender) -> None:
    answers = sender.send([text(FINE, "a"), text(NO_MONEY), text(OTHER, "b")])
    assert [outcome(one) for one in answers] == ["sent", "away", "away"]


@pytest.mark.parametrize("to", [SLOW, BROKEN, LARGE, MOVED])
@pytest.mark.parametrize("make", [esms, zalo])
def test_a_gateway_that_fails_is_away_and_no_text_is_in_the_problem(make: Any, to: str, address: str) -> None:
    [answer] = make(address).send([text(to)])
    assert outcome(answer) == "away"
    assert "H01" not in answer.detail
    assert to not in answer.detail


@pytest.mark.parametrize(
    "make",
    [
        lambda address: esms(address, secret="sai"),
        lambda address: zalo(address, token="sai"),
        lambda _address: esms("http://127.0.0.1:1"),
        lambda _address: zalo("http://127.0.0.1:1"),
        lambda _address: zalo("khong phai dia chi"),
        lambda _address: Absent("SMS"),
        lambda _address: FakeTexts(down=True),
    ],
)
def test_without_account_or_gateway_everything_waits(make: Any, address: str) -> None:
    answers = make(address).send([text(FINE, "c"), text(OTHER, "d")])
    assert [outcome(one) for one in answers] == ["away", "away"]
    assert all(one.detail for one in answers)


def test_a_repeat_after_a_lost_answer_reaches_the_telephone_once(address: str) -> None:
    for gateway in (esms(address), FakeTexts(unanswered={LOST})):
        assert [outcome(one) for one in gateway.send([text(LOST)])] == ["away"]
        assert [outcome(one) for one in gateway.send([text(LOST)])] == ["sent"]
    assert len([one for one in httpx.get(f"{address}/got").json() if one["to"] == LOST]) == 1


def test_what_arrives_is_what_was_written(address: str) -> None:
    plain, marked = text("84912345670", "e"), text("84912345671", "f", text="Hồ sơ H01-1: đến quầy")
    esms(address).send([plain, marked])
    zalo(address).send([text("84912345672", "g")])
    got = {one["to"]: one for one in httpx.get(f"{address}/got").json()}
    assert (got["84912345670"]["text"], got["84912345670"]["unicode"]) == ("Ho so H01-1: den quay", "0")
    assert (got["84912345671"]["text"], got["84912345671"]["unicode"]) == ("Hồ sơ H01-1: đến quầy", "1")
    assert (got["84912345672"]["template"], got["84912345672"]["values"]) == ("300123", {"code": "H01-1"})


def test_zalo_is_not_asked_without_a_template() -> None:
    [answer] = zalo("http://127.0.0.1:1").send([text(FINE, template="")])
    assert outcome(answer) == "refused"


def test_which_adapter_serves_is_said_by_the_settings_and_secrets_stay_hidden(
    settings: Any, tmp_path: Path
) -> None:
    secret, token = tmp_path / "sms", tmp_path / "zalo"
    secret.write_text(f"{SECRET}\n")
    gateways(settings, sms_url="", zalo_url="", text_fake=False)
    assert [type(text_sender(one)) for one in (Channel.SMS, Channel.ZALO)] == [Absent, Absent]
    gateways(settings, sms_account="tai-khoan", sms_secret_file=secret, zalo_token_file=token)
    found = text_sender(Channel.SMS)
    assert isinstance(found, EsmsSender)
    assert found.secret == SECRET
    assert SECRET not in repr(found)
    missing = text_sender(Channel.ZALO)
    assert missing == Absent("Zalo: its token cannot be read")
    token.write_text(TOKEN)
    assert isinstance(text_sender(Channel.ZALO), ZaloSender)
