"""`lienthong verify` on an evidence file: a line per statement, with nothing else installed or reachable."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lienthong.axis.public import evidence_of
from lienthong.axis.tests.factories import World, system_for, told, world
from lienthong.config.cli import app
from lienthong.signing.tests.factories import root_certificate

__all__ = ["world"]
run = CliRunner()
COMMAND = [sys.executable, "-c", "from lienthong.config.cli import app; app()", "verify"]


@pytest.fixture
def file(world: World, tmp_path: Path) -> Path:
    path = tmp_path / "packet.evidence.json"
    path.write_bytes(told(world).file)
    return path


def test_it_needs_no_database_no_settings_and_no_folder(file: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "LIENTHONG_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "LIENTHONG_DATABASE_POOL": "no number",
        "LIENTHONG_VAR": str(empty / "nowhere"),
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [*COMMAND, str(file)], cwd=empty, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("✓") == 8
    assert "submitted" in done.stdout
    assert "compare their SHA-256" in done.stdout
    assert list(empty.iterdir()) == []


def test_each_statement_has_its_line(file: Path) -> None:
    done = run.invoke(app, ["verify", str(file)])
    assert done.exit_code == 0
    lines = [line for line in done.stdout.splitlines() if line.startswith("✓")]
    assert lines[0].split()[:6] == ["✓", "1", "submitted", "G22", "02/03/2026", "09:30:00"]
    assert lines[4].split()[1:4] == ["5", "refused", "H26"]
    assert all("timestamp 02/03/2026 10:30:00" in line for line in lines[:-1])
    assert lines[-1] == "✓ 7 of 7 statements hold"


def test_the_statement_that_fails_is_named(file: Path) -> None:
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    content["statements"][4]["statement"] = content["statements"][4]["statement"].replace("H26", "H55")
    file.write_text(json.dumps(content), "utf-8")
    done = run.invoke(app, ["verify", str(file)])
    assert done.exit_code == 1
    [failed] = [line for line in done.stdout.splitlines() if line.startswith("✗") and "of 7" not in line]
    assert failed.split()[1:3] == ["5", "refused"]
    assert "Signature:" in failed
    assert "✗ 6 of 7 statements hold" in done.stdout


def test_a_root_of_ones_own_is_trusted_instead_of_the_files(file: Path, tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    root.write_text(ssl.DER_cert_to_PEM_cert(root_certificate()))
    done = run.invoke(app, ["verify", str(file), "--root", str(root)])
    assert done.exit_code == 0
    assert "compare" not in done.stdout
    root.write_text("no certificate")
    assert run.invoke(app, ["verify", str(file), "--root", str(root)]).exit_code == 1


def test_a_recipients_file_says_that_it_is_not_the_whole(world: World, tmp_path: Path) -> None:
    story = told(world, stamped=False)
    path = tmp_path / "part.evidence.json"
    path.write_bytes(evidence_of(system_for(world.recipients[1]), story.packet.pk))
    done = run.invoke(app, ["verify", str(path)])
    assert done.exit_code == 0
    assert "left out" in done.stdout
    assert "pending: no timestamp yet" in done.stdout


@pytest.mark.parametrize("content", ["", "{", '{"format": "x"}', "[[["])
def test_what_is_no_evidence_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.evidence.json"
    path.write_text(content)
    done = run.invoke(app, ["verify", str(path)])
    assert done.exit_code == 1
    assert "not an evidence file" in done.stderr


def test_a_hostile_text_does_not_reach_the_terminal(file: Path) -> None:
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    content["packet"]["id"] = "\x1b[2J[bold]x"
    file.write_text(json.dumps(content), "utf-8")
    done = run.invoke(app, ["verify", str(file)])
    assert done.exit_code == 1
    assert "\x1b[2J" not in done.stdout
    assert "[bold]x" in done.stdout


def test_roots_are_for_evidence_files_only(tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7\n")
    done = run.invoke(app, ["verify", str(tmp_path / "letter.pdf"), "--root", str(tmp_path / "letter.pdf")])
    assert done.exit_code == 1
    assert "LIENTHONG_TRUSTED_ROOTS" in done.stderr
