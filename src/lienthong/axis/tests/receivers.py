"""The receiver of `webhook_receiver` as tests use it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

SCRIPT = Path(__file__).with_name("webhook_receiver.py")


@dataclass(frozen=True)
class Received:
    """One message as the other process got it."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A process that receives webhooks on loopback, and what it got, in order."""

    port: int
    messages: Queue[Received]

    def address(self, path: str) -> str:
        """Where it answers as the path says."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def next(self) -> Received:
        """The next message; fails after ten seconds."""
        return self.messages.get(timeout=10)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A running receiver; ended afterwards by its process id."""
    process = subprocess.Popen([sys.executable, SCRIPT], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        running = Receiver(int(process.stdout.readline()), Queue())
        Thread(target=_listen, args=(process.stdout, running.messages), daemon=True).start()
        yield running
    finally:
        process.kill()
        process.wait()


def _listen(lines: Iterator[str], messages: Queue[Received]) -> None:
    for line in lines:
        told = json.loads(line)
        messages.put(Received(told["path"], told["headers"], base64.b64decode(told["body"])))
