"""django-pyas2 under gunicorn with two workers: signed AS2 messages, each answered with a signed MDN."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from bench.harness import Figure
from bench.load import Call, send_all

HERE = Path(__file__).resolve().parent
PLACE = Path("var/bench/pyas2").absolute()
DATABASE = "bench_pyas2"
WORKERS = 2
START_SECONDS = 60


def run(port: int, documents: int, *, sizes: dict[str, int], clients: tuple[int, ...]) -> list[Figure]:
    """Documents a second for each size and number of clients, on the PostgreSQL of this run."""
    python = _install()
    figures = []
    for label, size in sizes.items():
        environment = _environment()
        calls = _messages(python, environment, documents * len(clients) + 10, size)
        with _server(python, environment, port) as (url, process):
            send_all("warm", url, calls[-10:], _is_processed, clients=2)
            for place, number in enumerate(clients):
                share = calls[place * documents : (place + 1) * documents]
                name = f"django-pyas2, {label}, {number} clients"
                figures.append(send_all(name, url, share, _is_processed, clients=number, server=process))
    return figures


def _is_processed(status: int, answer: bytes) -> bool:
    return status == 200 and b"automatic-action/MDN-sent-automatically; processed" in answer


def _install() -> Path:
    """The peer's own environment, made once."""
    python, mark = PLACE / "venv" / "bin" / "python", PLACE / "installed"
    requirements = HERE / "requirements.txt"
    if not mark.exists() or mark.read_text() != requirements.read_text():
        shutil.rmtree(PLACE, ignore_errors=True)
        PLACE.mkdir(parents=True)
        subprocess.run([sys.executable, "-m", "venv", PLACE / "venv"], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "-r", requirements], check=True)
        _widen_version_pattern(PLACE / "venv")
        mark.write_text(requirements.read_text())
    return python


def _widen_version_pattern(environment: Path) -> None:
    """Let oscrypto read versions such as OpenSSL 3.0.19, whose last part has two digits."""
    for file in environment.glob("lib/*/site-packages/oscrypto/_openssl/_libcrypto_c*.py"):
        one = r"\\d\\.\\d\\.\\d["
        file.write_text(file.read_text().replace(one, one.replace(r"\\d", r"\\d+")))


def _environment() -> dict[str, str]:
    """A fresh database beside ours, and a fresh folder."""
    url = os.environ["LIENTHONG_DATABASE_URL"]
    with closing(psycopg.connect(url, autocommit=True)) as admin:
        name = sql.Identifier(DATABASE)
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
    shutil.rmtree(PLACE / "media", ignore_errors=True)
    (PLACE / "media").mkdir()
    parts = conninfo_to_dict(url)
    return {
        "PATH": os.environ["PATH"],
        "PYAS2_DATABASE": DATABASE,
        "PYAS2_USER": str(parts.get("user", "")),
        "PYAS2_HOST": str(parts.get("host", "")),
        "PYAS2_PORT": str(parts.get("port", "")),
        "PYAS2_MEDIA": str(PLACE / "media"),
    }


def _messages(python: Path, environment: dict[str, str], count: int, size: int) -> list[Call]:
    folder = PLACE / "messages"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = [python, HERE / "receiver.py", folder, str(count), str(size)]
    subprocess.run(command, env=environment, check=True)
    return [
        Call(
            "/pyas2/as2receive",
            json.loads((folder / f"{number}.json").read_text()),
            (folder / f"{number}.body").read_bytes(),
        )
        for number in range(count)
    ]


@contextmanager
def _server(python: Path, environment: dict[str, str], port: int) -> Iterator[tuple[str, int]]:
    """Its address and its first process."""
    command = [python, "-m", "gunicorn", "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}"]
    command += ["--log-level", "warning", "receiver:application"]
    process = subprocess.Popen(command, env=environment, cwd=HERE)
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{port}/pyas2/as2receive", timeout=5):
                return
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError("the peer did not start")
