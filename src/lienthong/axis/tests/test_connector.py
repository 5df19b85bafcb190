"""The connector: what it does with the files of a folder, and that it may die between any two steps."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from django.core.wsgi import get_wsgi_application

from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.client import UPLOAD_ABOVE, AxisClient, AxisUnreachable
from lienthong.axis.connector import Connector, Event, ExchangeFolder, FolderInUse, NotAnAxis, Tally
from lienthong.axis.connector.rounds import LONGEST_REST
from lienthong.axis.connector.unpacking import safe_name
from lienthong.axis.models import Delivery, Packet, StatusEvent, Upload
from lienthong.axis.tests.factories import AT, SECRET, World, attachment, edxml_packet, signed

pytestmark = pytest.mark.usefixtures("one_connection")
WSGI = httpx.WSGITransport(app=get_wsgi_application())


Change = Callable[[httpx.Request, httpx.Response], httpx.Response]


class Killed(BaseException):
    """The process is gone."""


class Changing(httpx.BaseTransport):
    """The axis, with answers changed on their way by the function, if there is one."""

    def __init__(self, change: Change | None = None) -> None:
        self.change = change

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = WSGI.handle_request(request)
        return self.change(request, response) if self.change else response


class Local:
    """A folder, the connector on it, and the local system that takes away what arrives."""

    def __init__(self, root: Path, system: str) -> None:
        self.folder, self.events = ExchangeFolder(root), list[Event]()
        self.system, self.secret, self.transport, self.unpacks = system, SECRET, Changing(), False
        self.got: list[str] = []
        self.now = 1_000_000_000.0
        self.upload_above, self.seen = UPLOAD_ABOVE, list[str]()
        self.folder.prepare()

    def work(self) -> Tally:
        """One round of a new process."""
        client = AxisClient(
            "http://127.0.0.1",
            self.system,
            self.secret,
            transport=self.transport,
            attempts=1,
            upload_above=self.upload_above,
            sleep=lambda seconds: None,
        )
        with client, self.folder.locked():
            self.folder.prepare()
            connector = Connector(self.folder, client, self.events.append, unpacks=self.unpacks)
            connector.clock = lambda: self.now
            connector.progress = lambda work, done, total: self.seen.append(f"{work} {done}/{total}")
            return connector.work()

    def take_away(self) -> None:
        """What a local system does with its inbox."""
        for path in sorted(self.folder.inbox.glob("*.edxml")):
            self.got.append(path.stem)
            path.unlink()

    def drop(self, name: str, content: bytes) -> Path:
        path = self.folder.root / name
        path.write_bytes(content)
        return path


@pytest.fixture
def local(tmp_path: Path, world: World) -> Local:
    """The folder of the receiving system of H55."""
    return Local(tmp_path / "exchange", world.receiver.client_id)


@pytest.fixture
def sender(tmp_path: Path, world: World) -> Local:
    """The folder of the sending system of G22."""
    return Local(tmp_path / "sender", world.system.client_id)


def sent_to(world: World, **changes: object) -> bytes:
    xml = signed(edxml_packet(**changes), world.office)
    submit_packet(xml, system=world.system, at=AT)
    return xml


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_a_large_packet_goes_in_pieces_and_tells_how_far_it_is(sender: Local, world: World) -> None:
    xml = signed(edxml_packet(), world.office)
    sender.drop("outbox/a.edxml", xml)
    sender.upload_above = 1000
    assert sender.work().sent == 1
    assert Packet.objects.get().sha256 == hashlib.sha256(xml).hexdigest()
    assert Upload.objects.get().packet == Packet.objects.get()
    assert f"Sending a.edxml {len(xml)}/{len(xml)}" in sender.seen


def test_a_packet_is_sent_and_its_receipt_lies_beside_it(world: World, sender: Local) -> None:
    xml = signed(edxml_packet(), world.office)
    sender.drop("outbox/cong-van.edxml", xml)
    assert sender.work() == Tally(sent=1)
    assert names(sender.folder.outbox) == []
    assert names(sender.folder.sent) == ["cong-van.edxml", "cong-van.receipt.json"]
    receipt = json.loads((sender.folder.sent / "cong-van.receipt.json").read_text())
    assert receipt["sha256"] == hashlib.sha256(xml).hexdigest()
    assert receipt["packet_id"] == str(Packet.objects.get().pk)
    assert sender.work().total == 0


def test_files_of_one_name_keep_apart(world: World, sender: Local) -> None:
    for _ in range(2):
        sender.drop("outbox/a.edxml", signed(edxml_packet(), world.office))
        sender.work()
    assert names(sender.folder.sent) == ["a-2.edxml", "a-2.receipt.json", "a.edxml", "a.receipt.json"]


def test_a_refused_packet_gets_its_reason_in_both_languages(world: World, sender: Local) -> None:
    sender.drop("outbox/a.edxml", signed(edxml_packet(recipients=("H99",)), world.office))
    sender.drop("outbox/b.edxml", b"")
    assert sender.work() == Tally(refused=2)
    reason = (sender.folder.refused / "a.reason.txt").read_text()
    assert reason.startswith("code: unknown-recipient\nfield: To/OrganId\nvi: ")
    assert "en: Recipients not in the directory" in reason
    assert names(sender.folder.refused) == ["a.edxml", "a.reason.txt", "b.edxml", "b.reason.txt"]


def test_a_delivery_lands_whole_and_only_then_counts_as_arrived(world: World, local: Local) -> None:
    xml = sent_to(world)
    assert local.work() == Tally(collected=1)
    delivery = Delivery.objects.get()
    assert (local.folder.inbox / f"{delivery.pk}.edxml").read_bytes() == xml
    assert delivery.state == "01"
    assert names(local.folder.taken) == names(local.folder.arriving) == []
    assert local.work().total == 0


def test_bytes_other_than_announced_are_not_kept(world: World, local: Local) -> None:
    xml = sent_to(world)

    def broken(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if not request.url.path.endswith("/packet"):
            return response
        return httpx.Response(200, content=xml[:-1] + b"x", request=request)

    local.transport.change = broken
    assert local.work() == Tally(failed=1)
    assert (names(local.folder.inbox), names(local.folder.arriving)) == ([], [])
    assert not StatusEvent.objects.exists()
    local.transport.change = None
    local.now += LONGEST_REST
    assert local.work() == Tally(collected=1)


def test_a_receipt_for_another_packet_is_not_believed(world: World, sender: Local) -> None:
    def other(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if not request.url.path.endswith("/packets"):
            return response
        return httpx.Response(202, json=json.loads(response.read()) | {"sha256": "0" * 64}, request=request)

    sender.transport.change = other
    sender.drop("outbox/a.edxml", signed(edxml_packet(), world.office))
    assert sender.work() == Tally(failed=1)
    assert names(sender.folder.outbox) == ["a.edxml"]


def test_attachments_are_unpacked_under_harmless_names(world: World, local: Local) -> None:
    files = (
        attachment(b"1", name="../../etc/passwd", content_id="a"),
        attachment(b"2", name="passwd", content_id="b"),
        attachment(b"3", name="Công văn.txt", content_id="c"),
    )
    sent_to(world, attachments=files)
    local.unpacks = True
    local.work()
    folder = local.folder.inbox / str(Delivery.objects.get().pk)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "passwd": b"1",
        "passwd (2)": b"2",
        "Công văn.txt": b"3",
    }


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("a.pdf", "a.pdf"),
        ("..", "tep-dinh-kem"),
        ("", "tep-dinh-kem"),
        (".ssh", "ssh"),
        ("C:\\Windows\\win.ini", "win.ini"),
        ("a\x00b\n.pdf", "a_b_.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("hóa đơn\u202egpj.exe", "hóa đơn_gpj.exe"),
        ("x" * 300 + ".pdf", "x" * 150 + ".pdf"),
        ("ế" * 300, "ế" * 50),
    ],
)
def test_a_name_is_made_safe(given: str, safe: str) -> None:
    assert safe_name(given, set()) == safe
    assert safe_name(given, {safe.casefold()}) != safe


def test_statuses_are_reported_in_the_order_of_their_files_and_moved(world: World, local: Local) -> None:
    sent_to(world)
    local.work()
    delivery = Delivery.objects.get()
    for number, code in enumerate(("05", "03")):
        path = local.drop(f"status/{delivery.pk}.{code}.txt", b"ghi ch\xc3\xba\n")
        os.utime(path, (1_700_000_000 - number, 1_700_000_000 - number))
    assert local.work() == Tally(reported=2)
    events = StatusEvent.objects.order_by("received_at", "id").values_list("code", "description")
    assert list(events) == [("01", ""), ("03", "ghi chú"), ("05", "ghi chú")]
    assert names(local.folder.status) == []
    assert len(names(local.folder.reported)) == 2


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("notes.txt", "<delivery id>.<status code>.txt"),
        ("018f0000-0000-7000-8000-000000000000.03.txt", "not-found"),
        ("{delivery}.99.txt", "invalid-request"),
        ("{delivery}.02.txt", "field-missing"),
    ],
)
def test_a_status_that_cannot_be_reported_gets_its_reason(
    world: World, local: Local, name: str, code: str
) -> None:
    sent_to(world)
    name = name.format(delivery=Delivery.objects.get().pk)
    local.drop(f"status/{name}", b"")
    assert local.work().refused == 1
    assert code in next(local.folder.unreported.glob("*.reason.txt")).read_text()
    assert (local.folder.unreported / name).exists()


def test_two_connectors_do_not_share_a_folder(local: Local) -> None:
    with local.folder.locked(), pytest.raises(FolderInUse), local.folder.locked():
        pass


def test_wrong_credentials_and_wrong_addresses_leave_everything_in_place(world: World, sender: Local) -> None:
    sender.drop("outbox/a.edxml", signed(edxml_packet(), world.office))
    sender.secret = "wrong"
    with pytest.raises(NotAnAxis):
        sender.work()
    sender.secret = SECRET
    sender.transport.change = lambda request, response: (
        response if "token" in request.url.path else httpx.Response(404, text="<html>", request=request)
    )
    with pytest.raises(NotAnAxis):
        sender.work()
    assert names(sender.folder.outbox) == ["a.edxml"]


def test_an_axis_that_is_away_leaves_everything_in_place(world: World, sender: Local) -> None:
    sender.drop("outbox/a.edxml", signed(edxml_packet(), world.office))
    sender.transport.change = lambda request, response: httpx.Response(503, request=request)
    with pytest.raises(AxisUnreachable):
        sender.work()
    assert names(sender.folder.outbox) == ["a.edxml"]
    sender.transport.change = None
    assert sender.work() == Tally(sent=1)


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """`dying(n)`: the process ends before its n-th rename, flush or removal from now on; -1 for never."""
    left, real = [-1], {name: getattr(os, name) for name in ("rename", "fsync", "unlink")}

    def counting(name: str) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return real[name](*arguments, **named)

        return call

    for name in real:
        monkeypatch.setattr(os, name, counting(name))
    yield lambda number: left.__setitem__(0, number)
    left[0] = -1


@pytest.mark.parametrize("taken_at_once", [True, False])
def test_killed_before_any_step_nothing_is_lost_and_nothing_comes_twice(
    world: World, tmp_path: Path, dying: Callable[[int], None], taken_at_once: bool
) -> None:
    """Each step of a round in turn is the last one; the round after it finishes the work."""
    step, finished = 0, False
    while not finished:
        step += 1
        sent_to(world, attachments=(attachment(),))
        delivery = Delivery.objects.order_by("-id")[0]
        local = Local(tmp_path / f"in-{step}", world.receiver.client_id)
        local.unpacks = True
        answering = signed(edxml_packet(recipients=("H26",)), world.office)
        sender = Local(tmp_path / f"out-{step}", world.system.client_id)
        sender.drop("outbox/a.edxml", answering)
        finished = True
        for place in (local, sender):
            dying(step)
            try:
                place.work()
            except Killed:
                finished = False
            dying(-1)
            if taken_at_once:
                place.take_away()
            place.work()
            place.take_away()
            place.work()
            place.take_away()
        assert local.got == [str(delivery.pk)], f"killed before step {step}"
        assert StatusEvent.objects.filter(delivery=delivery, code="01").count() == 1
        assert (local.folder.inbox / str(delivery.pk) / "van-ban.txt").exists()
        assert names(sender.folder.sent) == ["a.edxml", "a.receipt.json"]
        assert Packet.objects.filter(blob=hashlib.sha256(answering).hexdigest()).count() == 1
    assert step > 12
