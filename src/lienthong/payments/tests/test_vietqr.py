"""The text of a VietQR code: what others publish as right is right here too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.payments.banks import banks
from lienthong.payments.vietqr import (
    NotAQr,
    plain_letters,
    read_objects,
    read_text,
    transfer_text,
    with_check,
)

# From NAPAS' own specification, and what a published generator and a shop's code have.
PUBLISHED = [
    "00020101021238600010A00000072701300006970403011697040311012345670208QRIBFTTC530370454061800005802VN"
    "62340107NPS68690819thanh toan don hang6304A203",
    "00020101021238570010A0000007270127000697041501130011001932418"
    "0208QRIBFTTA530370454061200005802VN62170813ung ho lu lut6304C15C",
    "00020101021238540010A00000072701240006970436011010234567890208QRIBFTTA530370454071943000"
    "5802VN62120808TT0000696304A8E5",
]


@pytest.mark.parametrize("text", PUBLISHED)
def test_published_codes_have_the_check_that_is_computed_here(text: str) -> None:
    assert with_check(text[:-8]) == text
    assert read_text(text)["58"] == "VN"
    broken = text.replace("5303704", "5303705")
    with pytest.raises(NotAQr):
        read_text(broken)


def test_a_transfer_is_written_as_a_published_one() -> None:
    wanted = PUBLISHED[1]
    text = transfer_text(bank_bin="970415", account="0011001932418", amount=120_000, words="ủng hộ lũ lụt")
    assert text == wanted


@given(
    amount=st.integers(1, 10**12),
    account=st.from_regex(r"[0-9A-Z]{4,19}", fullmatch=True),
    words=st.text(min_size=1, max_size=60),
    name=st.text(max_size=60),
)
def test_whatever_is_written_is_read_back(amount: int, account: str, words: str, name: str) -> None:
    text = transfer_text(bank_bin="970436", account=account, amount=amount, words=words, name=name)
    found = read_text(text)
    receiver = read_objects(read_objects(found["38"])["01"])
    assert (int(found["54"]), receiver["00"], receiver["01"]) == (amount, "970436", account)
    said = plain_letters(words)[:25].strip()
    assert read_objects(found.get("62", "")).get("08", "") == said
    assert len(text) <= 512


def test_vietnamese_is_written_in_letters_that_banks_keep() -> None:
    assert plain_letters("Lệ phí đăng ký: H15.50-260302") == "Le phi dang ky H15 50 260302"


def test_banks_are_named_by_six_figures_once() -> None:
    assert len(banks()) > 30
    assert all(len(number) == 6 and number.isdigit() for number in banks())
    assert banks()["970436"].startswith("Vietcombank")
