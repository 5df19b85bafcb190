"""The commands of the pages for who joins, run as they stand against a live axis."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.models import ConnectedSystem, Delivery, Packet, Webhook
from lienthong.axis.tests.factories import SECRET, World, edxml_packet, signed
from lienthong.kernel.clock import now

HOWTO = Path(__file__).resolve().parents[4] / "docs" / "howto"
pytestmark = [
    pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed"),
    pytest.mark.django_db(transaction=True),
]


def run(page: str, system: ConnectedSystem, live_server: object, folder: Path) -> str:
    """What all commands of the page print, run by the system in the folder."""
    text = (HOWTO / page).read_text("utf-8")
    commands = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    environment = {
        **os.environ,
        "AXIS": live_server.url,  # type: ignore[attr-defined]
        "CLIENT_ID": system.client_id,
        "CLIENT_SECRET": SECRET,
    }
    script = "set -euo pipefail\n" + "".join(commands)
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_large_packet_is_sent_in_pieces(world: World, live_server: object, tmp_path: Path) -> None:
    xml = signed(edxml_packet(), world.office)
    (tmp_path / "packet.edxml").write_bytes(xml)
    printed = run("send-large-packets.md", world.system, live_server, tmp_path)
    assert json.loads(printed)["sha256"] == hashlib.sha256(xml).hexdigest()
    assert Packet.objects.count() == 1


def test_documents_are_received(world: World, live_server: object, tmp_path: Path) -> None:
    xml = signed(edxml_packet(), world.office)
    submit_packet(xml, system=world.system, at=now())
    printed = run("receive-documents.md", world.receiver, live_server, tmp_path)
    assert (tmp_path / "packet.edxml").read_bytes() == xml
    assert "whsec_" in printed
    assert Delivery.objects.get().state == "01"
    assert not Webhook.objects.exists()
