"""Identifiers that sort by time."""

import time
from uuid import RFC_4122, UUID

import pytest

from lienthong.kernel.identifiers import uuid7


def test_an_identifier_is_a_uuid_of_version_7() -> None:
    made = uuid7()
    assert isinstance(made, UUID)
    assert made.version == 7
    assert made.variant == RFC_4122


def test_an_identifier_tells_its_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert before <= made.int >> 80 <= after


def test_identifiers_sort_in_the_order_they_were_made() -> None:
    made = [uuid7() for _ in range(10_000)]
    assert made == sorted(made)


def test_identifiers_still_sort_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = uuid7()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000)
    assert first < uuid7() < uuid7()


def test_identifiers_do_not_repeat() -> None:
    assert len({uuid7() for _ in range(10_000)}) == 10_000
