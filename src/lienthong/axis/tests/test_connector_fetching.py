"""Packets that the connector cannot fetch: the others are collected, the folder tells after five attempts."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from lienthong.axis.client import AxisUnreachable
from lienthong.axis.connector import Tally
from lienthong.axis.connector.rounds import FIRST_REST, SHOWN_AFTER
from lienthong.axis.models import Delivery
from lienthong.axis.tests.factories import World
from lienthong.axis.tests.test_connector import Change, Local, local, names, sent_to

__all__ = ["local"]
pytestmark = pytest.mark.usefixtures("one_connection")


def test_a_packet_without_end_does_not_fill_the_disk(world: World, local: Local) -> None:
    sent_to(world)
    given = []

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                given.append(len(given))
                yield b"x" * (1 << 20)

    def endless(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if not request.url.path.endswith("/packet"):
            return response
        return httpx.Response(200, stream=Endless(), request=request)

    local.transport.change = endless
    assert local.work() == Tally(failed=1)
    assert len(given) < 3
    assert names(local.folder.arriving) == []


class Breaking(httpx.SyncByteStream):
    """A body whose line breaks in the middle."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"<"
        raise httpx.ReadError("the line broke")


def breaking(delivery_id: object) -> Change:
    """The packet of the delivery breaks off; all else goes well."""

    def change(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.url.path.endswith(f"{delivery_id}/packet"):
            return httpx.Response(200, stream=Breaking(), request=request)
        return response

    return change


def test_a_packet_that_breaks_off_holds_up_nobody_and_lands_once_it_is_whole(
    world: World, local: Local
) -> None:
    for _packet in range(3):
        sent_to(world)
    first = Delivery.objects.order_by("pk").first()
    assert first
    local.transport.change = breaking(first.pk)
    assert local.work() == Tally(collected=2, failed=1)
    assert local.work() == Tally(), "it rests"
    local.transport.change = None
    local.now += FIRST_REST
    assert local.work() == Tally(collected=1)
    assert names(local.folder.failing) == names(local.folder.unfetched) == []
    assert Delivery.objects.filter(state="01").count() == 3


def test_after_five_attempts_the_reason_lies_in_the_folder_until_it_waits_no_more(
    world: World, local: Local
) -> None:
    sent_to(world)
    delivery = Delivery.objects.get()
    local.transport.change = breaking(delivery.pk)
    tried = 0
    for _quarter in range(200):
        tried += local.work().failed
        assert (names(local.folder.unfetched) != []) == (tried >= SHOWN_AFTER)
        local.now += FIRST_REST
    assert tried == 8, "ever more rarely: 15 s, 30 s, 60 s …"
    reason = (local.folder.unfetched / f"{delivery.pk}.reason.txt").read_text()
    assert "ReadError" in reason
    assert f"from: {world.office.name}" in reason
    assert "vi: Gói tin này không tải về được" in reason
    Delivery.objects.update(state="06")
    local.work()
    assert names(local.folder.failing) == names(local.folder.unfetched) == []


def test_if_the_axis_is_away_no_packet_is_to_blame(world: World, local: Local) -> None:
    sent_to(world)
    listed = []

    def away(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if listed or request.url.path.endswith("/packet"):
            raise httpx.ConnectError("away")
        if request.url.path.endswith("/inbox"):
            listed.append(request)
        return response

    local.transport.change = away
    with pytest.raises(AxisUnreachable):
        local.work()
    assert names(local.folder.failing) == []
