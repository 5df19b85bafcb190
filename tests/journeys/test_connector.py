"""Two connectors on a real server, each killed again and again while it works: all arrives, and once."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction

from lienthong.axis.public import (
    ConnectedSystem,
    Delivery,
    Packet,
    Serves,
    StatusEvent,
    connect_system,
    edxml,
)
from lienthong.directory.public import Agency
from lienthong.kernel.clock import now
from lienthong.ledger.public import Actor
from lienthong.signing.public import ensure_agency_certificates, sign_packet

from .conftest import Site

pytestmark = pytest.mark.slow

SENDER, RECEIVER = "T71", "T72"
PACKETS, KILLS = 60, 12
# A connector is up after some 0.4 s on this machine: most of these moments are within its work.
ALIVE_SECONDS = (0.35, 1.1)


@dataclass
class LocalSystem:
    """What stands behind a folder: it takes deliveries away at once and says that they are registered."""

    folder: Path
    got: Counter[str] = field(default_factory=Counter)
    hashes: set[str] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.over.wait(0.01):
            for path in list((self.folder / "inbox").glob("*.edxml")):
                self.hashes.add(hashlib.sha256(path.read_bytes()).hexdigest())
                self.got[path.stem] += 1
                path.unlink()
                self._say(path.stem)

    def _say(self, delivery: str) -> None:
        written = self.folder / "status" / f".{uuid4()}"
        written.write_text("Đã vào sổ")
        written.rename(self.folder / "status" / f"{delivery}.03.txt")


@dataclass(frozen=True)
class Ends:
    """The folder and the credentials of each side, and the packets to be sent."""

    site: Site
    folders: dict[str, Path]
    credentials: dict[str, Path]
    packets: list[bytes]

    def start(self, code: str, *options: str) -> subprocess.Popen[bytes]:
        """A connector as a process of its own, without any setting of the installation."""
        command = [Path(sys.executable).with_name("lienthong"), "connect", self.folders[code]]
        command += ["--url", self.site.url, "--credentials", self.credentials[code], *options]
        environment = {"PATH": os.environ["PATH"]}
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def finish(self, code: str) -> None:
        """Let a connector do what is left."""
        done = self.start(code, "--once")
        output, _ = done.communicate(timeout=120)
        assert done.returncode == 0, output.decode()


@pytest.fixture
def ends(site: Site, tmp_path: Path) -> Ends:
    credentials = {}
    with site.data():
        with transaction.atomic():
            places = [_agency(code) for code in (SENDER, RECEIVER)]
            ensure_agency_certificates([place.pk for place in places], at=now())
            for place in places:
                actor = Actor(kind="job", id="test", name="test")
                _system, made = connect_system(
                    name=place.code, agency=place, serves=Serves.AGENCY, actor=actor, at=now()
                )
                file = tmp_path / f"{place.code}.credentials"
                file.write_text(f"client_id={made.client_id}\nclient_secret={made.client_secret}\n")
                file.chmod(0o600)
                credentials[place.code] = file
        packets = [_packet(number, places[0]) for number in range(PACKETS)]
    folders = {code: tmp_path / code for code in (SENDER, RECEIVER)}
    return Ends(site, folders, credentials, packets)


def _agency(code: str) -> Agency:
    return Agency.objects.create(
        code=code,
        old_code=code,
        name=f"Cơ quan {code}",
        short_name=code,
        kind="ministry",
        valid_from=now().date().replace(year=2020, day=1),
    )


def _packet(number: int, sender: Agency) -> bytes:
    code, today = f"{number}/CV", now().date()
    packet = edxml.EdxmlPacket(
        sender=edxml.Party(organ_id=SENDER),
        recipients=(edxml.Party(organ_id=RECEIVER),),
        number=str(number),
        notation="CV",
        promulgated_on=today,
        subject="Về việc kiểm tra đầu nối",
        document_id=edxml.document_id_of(SENDER, today, code),
        type_name="Công văn",
    )
    return sign_packet(edxml.build_packet(packet), agency_id=sender.pk, at=now())


def test_killed_at_any_moment_nothing_is_lost_and_nothing_comes_twice(ends: Ends) -> None:
    chance = random.Random(20)
    for code in ends.folders:
        ends.finish(code)
    local = LocalSystem(ends.folders[RECEIVER])
    threading.Thread(target=local.run, daemon=True).start()
    try:
        for number in range(KILLS):
            for place in range(number, PACKETS, KILLS):
                file = ends.folders[SENDER] / "outbox" / f"{place}.edxml"
                file.with_suffix(".tmp").write_bytes(ends.packets[place])
                file.with_suffix(".tmp").rename(file)
            running = [ends.start(code, "--interval", "0.02") for code in (SENDER, RECEIVER)]
            for process in running:
                time.sleep(chance.uniform(*ALIVE_SECONDS) / len(running))
                process.send_signal(signal.SIGKILL)
                process.communicate()
                assert process.returncode == -signal.SIGKILL, "it was still at work"
        for code in (SENDER, RECEIVER):
            ends.finish(code)
        time.sleep(0.2)
        ends.finish(RECEIVER)
    finally:
        local.over.set()
    _audit(ends, local)


def _audit(ends: Ends, local: LocalSystem) -> None:
    """Compare what was sent with what was got, file by file and row by row."""
    sent = ends.folders[SENDER] / "sent"
    assert len(list(sent.glob("*.edxml"))) == len(list(sent.glob("*.receipt.json"))) == PACKETS
    assert local.hashes == {hashlib.sha256(packet).hexdigest() for packet in ends.packets}
    assert set(local.got.values()) == {1}, "a delivery came twice"
    with ends.site.data():
        mine = ConnectedSystem.objects.get(name=SENDER)
        packets = Packet.objects.filter(system=mine)
        deliveries = Delivery.objects.filter(packet__in=packets)
        codes = Counter(StatusEvent.objects.filter(delivery__in=deliveries).values_list("code", flat=True))
        assert packets.count() == PACKETS
        assert {str(key) for key in deliveries.values_list("pk", flat=True)} == set(local.got)
        assert set(deliveries.values_list("state", flat=True)) == {"03"}
        assert codes["03"] == PACKETS
        assert codes["01"] <= PACKETS
