"""The bad inputs that the issue of incoming documents names: each has a sentence of its own."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from lienthong.documents.public import check_word, store_received
from lienthong.documents.tests.factories import EICAR, FakeScanner
from lienthong.identity.tests.factories import at_noon
from lienthong.kernel.errors import Refusal
from lienthong.office.actions.addressing import ClosedRecipients, DueInPast
from lienthong.office.scanning import assemble
from lienthong.office.tests.scans import blank
from lienthong.tasks.public import NamedTwice


def scan(content: bytes) -> None:
    assemble([("a.pdf", io.BytesIO(content))])


def virus() -> None:
    store_received([EICAR], at=at_noon(), max_bytes=1000, scanner=FakeScanner())


def refuse(refusal: Refusal) -> None:
    raise refusal


BAD: dict[str, tuple[Callable[[], None], str]] = {
    "broken DOCX": (lambda: check_word(b"PK\x03\x04 no more"), "Word"),
    "500 pages": (lambda: scan(blank(500)), "500"),
    "password": (lambda: scan(blank(password="x")), "mật khẩu"),
    "virus": (virus, "mã độc"),
    # That these three are raised where they belong is tested with their actions.
    "deadline in the past": (lambda: refuse(DueInPast(due="24/11/2026")), "24/11/2026"),
    "lead twice": (lambda: refuse(NamedTwice(name="Nguyễn Văn A")), "Nguyễn Văn A"),
    "recipient closed yesterday": (lambda: refuse(ClosedRecipients(names="Sở X")), "Sở X"),
}


@pytest.mark.parametrize("bad", BAD)
def test_each_has_its_own_sentence_in_vietnamese_and_english(bad: str) -> None:
    act, word = BAD[bad]
    with pytest.raises(Refusal) as raised:
        act()
    assert word in raised.value.say("vi")
    assert raised.value.say("en") != raised.value.say("vi")


def test_no_two_have_the_same_code() -> None:
    codes = set()
    for act, _word in BAD.values():
        with pytest.raises(Refusal) as raised:
            act()
        codes.add(raised.value.code)
    assert len(codes) == len(BAD)
