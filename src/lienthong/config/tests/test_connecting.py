"""The command `lienthong connect`: what it needs, what it says, and that it starts with nothing around it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lienthong.axis.connector import ExchangeFolder, Tally
from lienthong.config.cli import app, connecting
from lienthong.config.env import read_env

run = CliRunner()
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials in the environment."""
    for name in ("URL", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.delenv(f"LIENTHONG_AXIS_{name}", raising=False)
    read_env.cache_clear()


def credentials(folder: Path, *, mode: int = 0o600, text: str = "client_id=a\nclient_secret=b=c\n") -> Path:
    file = folder / "credentials"
    file.write_text(text)
    file.chmod(mode)
    return file


def test_credentials_come_from_a_file_of_ones_own(tmp_path: Path) -> None:
    assert connecting.read_credentials(credentials(tmp_path)) == ("a", "b=c")


def test_credentials_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_AXIS_CLIENT_ID", "a")
    monkeypatch.setenv("LIENTHONG_AXIS_CLIENT_SECRET", "b")
    read_env.cache_clear()
    assert connecting.read_credentials(None) == ("a", "b")
    read_env.cache_clear()


@pytest.mark.parametrize(
    ("mode", "text", "said"),
    [
        (0o644, "client_id=a\nclient_secret=b\n", "chmod 600"),
        (0o600, "client_id=a\n", "LIENTHONG_AXIS_CLIENT_ID"),
    ],
)
def test_credentials_that_others_read_or_that_are_not_whole_are_refused(
    tmp_path: Path, mode: int, text: str, said: str
) -> None:
    file = credentials(tmp_path, mode=mode, text=text)
    done = run.invoke(
        app, ["connect", str(tmp_path / "x"), "--url", NOWHERE, "--credentials", str(file), "--once"]
    )
    assert done.exit_code == 1
    assert said in done.stderr


def test_without_an_address_it_says_so(tmp_path: Path) -> None:
    done = run.invoke(app, ["connect", str(tmp_path), "--credentials", str(credentials(tmp_path))])
    assert (done.exit_code, "--url" in done.stderr) == (1, True)


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    asked = [
        "connect",
        str(tmp_path),
        "--url",
        NOWHERE,
        "--credentials",
        str(credentials(tmp_path)),
        "--once",
    ]
    with ExchangeFolder(tmp_path).locked():
        done = run.invoke(app, asked)
    assert (done.exit_code, "Another connector" in done.stderr) == (1, True)


def test_it_starts_without_database_secrets_or_settings(tmp_path: Path) -> None:
    command = [
        Path(sys.executable).with_name("lienthong"),
        "connect",
        tmp_path / "x",
        "--url",
        NOWHERE,
        "--once",
    ]
    environment = {"PATH": os.environ["PATH"], "LIENTHONG_VAR": str(tmp_path / "var")}
    given = {"LIENTHONG_AXIS_CLIENT_ID": "a", "LIENTHONG_AXIS_CLIENT_SECRET": "b"}
    done = subprocess.run(
        command, env=environment | given, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, "safe to repeat" in done.stderr) == (1, True), done.stderr
    assert (tmp_path / "x" / "outbox").is_dir()
    assert not (tmp_path / "var").exists()


def test_a_round_is_one_line() -> None:
    said = connecting.summary(Tally(sent=1, collected=2))
    assert said == "1 sent, 0 refused, 2 collected, 0 reported, 0 failed"
