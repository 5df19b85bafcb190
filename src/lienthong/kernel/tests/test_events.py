"""Events: told in order, inside the transaction."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction

from lienthong.kernel import events


@dataclass(frozen=True)
class BellRung:
    times: int


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """What two subscribers heard, in order."""
    told: list[str] = []

    @events.subscribe(BellRung)
    def first(event: BellRung) -> None:
        told.append(f"first {event.times}")

    @events.subscribe(BellRung)
    def second(event: BellRung) -> None:
        told.append(f"second {event.times}")
        if event.times > 12:
            raise ValueError("there is no such hour")

    yield told
    del events._subscribers[BellRung]


@pytest.mark.django_db
def test_every_subscriber_hears_the_event_in_order(heard: list[str]) -> None:
    with transaction.atomic():
        events.publish(BellRung(3))
    assert heard == ["first 3", "second 3"]


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused(heard: list[str]) -> None:
    with pytest.raises(events.PublishedOutsideTransaction):
        events.publish(BellRung(3))
    assert heard == []


@pytest.mark.django_db
def test_a_failing_subscriber_undoes_the_whole(heard: list[str]) -> None:
    with pytest.raises(ValueError, match="no such hour"), transaction.atomic():
        events.publish(BellRung(13))


@pytest.mark.django_db
def test_an_event_nobody_asked_for_is_no_error() -> None:
    with transaction.atomic():
        events.publish(BellRung(1))


@pytest.mark.django_db
def test_subscribing_twice_is_hearing_once() -> None:
    told: list[int] = []

    def handler(event: BellRung) -> None:
        told.append(event.times)

    events.subscribe(BellRung)(handler)
    events.subscribe(BellRung)(handler)
    with transaction.atomic():
        events.publish(BellRung(5))
    del events._subscribers[BellRung]
    assert told == [5]
