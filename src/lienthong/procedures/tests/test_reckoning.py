"""What is to be paid: the rule, and that nothing can break it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.procedures.definition import Definition, Exemption
from lienthong.procedures.reckoning import GrantedExemptions, OwnAmount, reckon, to_pay
from lienthong.procedures.tests.factories import exemption, fee

KEYS = ["a", "b", "c", "d", "e"]


exemptions = st.lists(
    st.builds(
        exemption,
        st.sampled_from(KEYS),
        st.sampled_from([1, 33, 50, 99, 100]),  # few, so that equal shares meet
        fee=st.sampled_from(["", "x", "y"]),
        when=st.sampled_from(["", "poor", "not poor", 'channel == "counter"']),
    ),
    max_size=5,
    unique_by=lambda one: one.key,
)
amounts = st.integers(0, 10**12)
facts = st.fixed_dictionaries({"poor": st.booleans(), "channel": st.sampled_from(["counter", "post"])})
granted = st.builds(GrantedExemptions, st.frozensets(st.sampled_from(KEYS)), st.just("Sổ số 12"))


@given(exemptions, st.randoms(use_true_random=False), amounts, amounts, facts, granted)
def test_it_is_never_negative_never_above_and_whatever_the_order(
    rows: list[Exemption], random: Any, x: int, y: int, known: dict[str, Any], given_: GrantedExemptions
) -> None:
    fees = (fee("x", x), fee("y", y, when="poor"))
    lines = reckon(Definition(fees=fees, exemptions=tuple(rows)), known, granted=given_)
    assert [line.key for line in lines] == (["x", "y"] if known["poor"] else ["x"])
    for line in lines:
        assert 0 <= line.amount <= line.tariff
        assert line.amount + line.reduced == line.tariff
        share = line.exemption.share if line.exemption else 0
        exactly = Fraction(line.tariff * (100 - share), 100)
        assert line.amount <= exactly < line.amount + 1, "rounded down, by less than a đồng"
        assert (line.exemption is None) == (line.reduced == 0)
        assert not line.reason or (line.exemption and line.exemption.by_hand)
    random.shuffle(rows)
    assert reckon(Definition(fees=fees, exemptions=tuple(rows)), known, granted=given_) == lines


@given(exemptions, amounts, facts, granted, st.sampled_from(KEYS))
def test_one_more_exemption_never_costs_the_payer(
    rows: list[Exemption], amount: int, known: dict[str, Any], given_: GrantedExemptions, key: str
) -> None:
    says = Definition(fees=(fee("x", amount),), exemptions=tuple(rows))
    [before] = reckon(says, known, granted=given_)
    [after] = reckon(says, known, granted=GrantedExemptions(given_.keys | {key}, "x"))
    assert after.amount <= before.amount


@pytest.mark.parametrize(
    ("amount", "share", "left"),
    [
        (8_000, 50, 4_000),
        (15_001, 50, 7_500),
        (99, 33, 66),
        (1, 1, 0),
        (7, 100, 0),
        (0, 50, 0),
        (10**12, 1, 99 * 10**10),
    ],
)
def test_what_is_left_is_rounded_down_for_the_payer(amount: int, share: int, left: int) -> None:
    assert to_pay(amount, share) == left


def test_the_largest_of_several_counts_and_is_named_with_its_reason() -> None:
    says = Definition(
        fees=(fee("x", 10_000), fee("y", 20_000)),
        exemptions=(
            exemption("online", 20, when='channel != "counter"'),
            exemption("near_poor", 50),
            exemption("child", 100, fee="y", when="age < 6"),
        ),
    )
    known = {"channel": "online-whole", "age": 5}
    first, second = reckon(says, known, granted=GrantedExemptions(frozenset({"near_poor"}), "GCN 12"))
    assert (first.amount, first.why) == (5_000, "NEAR_POOR: GCN 12"), "not 20 and 50 together"
    assert (second.amount, second.why) == (0, "CHILD"), "what applies by itself needs no words"
    plain, other = reckon(says, {"channel": "counter", "age": 7})
    assert (plain.amount, plain.exemption, other.amount) == (10_000, None, 20_000)


def test_an_agencys_own_amount_stands_in_place_of_the_general_one_and_is_reduced_too() -> None:
    says = Definition(fees=(fee("x", 10_000, law="TT 1"),), exemptions=(exemption("half", 50, when="poor"),))
    [line] = reckon(says, {"poor": True}, own={"x": OwnAmount(6_000, "NQ 12"), "z": OwnAmount(1, "NQ")})
    assert (line.tariff, line.amount, line.law) == (6_000, 3_000, "NQ 12")
    [free] = reckon(says, {"poor": True}, own={"x": OwnAmount(0, "NQ 13")})
    assert (free.tariff, free.amount, free.exemption) == (0, 0, None)
