"""The commands of `docs/howto/receive-documents.md`, run as they stand against a live axis."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.models import Delivery, Webhook
from lienthong.axis.tests.factories import SECRET, World, edxml_packet, signed
from lienthong.kernel.clock import now

PAGE = Path(__file__).resolve().parents[4] / "docs" / "howto" / "receive-documents.md"
COMMANDS = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.django_db(transaction=True)
def test_every_command_works(world: World, live_server: object, tmp_path: Path) -> None:
    xml = signed(edxml_packet(), world.office)
    submit_packet(xml, system=world.system, at=now())
    environment = {
        **os.environ,
        "AXIS": live_server.url,  # type: ignore[attr-defined]
        "CLIENT_ID": world.receiver.client_id,
        "CLIENT_SECRET": SECRET,
    }
    script = "set -euo pipefail\n" + "".join(COMMANDS)
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "packet.edxml").read_bytes() == xml
    assert "whsec_" in done.stdout
    assert Delivery.objects.get().state == "01"
    assert not Webhook.objects.exists()
