"""Slow senders against the real server, in as many processes and threads as it always has."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.request import Request, urlopen

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from lienthong.axis.tests.factories import World, bearer, world
from lienthong.config.cli import serving
from lienthong.kernel.pacing import PIECE

__all__ = ["world"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TOO_SLOW, TOO_MANY = "body-too-slow", "too-many-slow-bodies"
THREADS = 8


@dataclass(frozen=True)
class Answer:
    """What came back until the server closed the connection."""

    status: int
    head: str
    body: str

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["title"])


class Sender:
    """A connection on which a request is sent as slowly as the test likes."""

    def __init__(self, port: int, head: str, length: int, headers: dict[str, str]) -> None:
        self.socket = socket.create_connection((serving.LOOPBACK, port), timeout=60)
        lines = {"Host": serving.LOOPBACK, "Content-Length": str(length), **headers}
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.socket.sendall(f"{head} HTTP/1.1\r\n{text}\r\n".encode())

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> Answer:
        """Fails if the server leaves the connection open."""
        received = b""
        while more := self.socket.recv(65536):
            received += more
        head, _empty, body = received.decode().partition("\r\n\r\n")
        return Answer(int(head.split()[1]), head.lower(), body)


@pytest.fixture(scope="module")
def port(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where one server listens that has the tests' own database; slow is what takes three seconds a piece."""
    database = make_conninfo(os.environ["LIENTHONG_DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    var = tmp_path_factory.mktemp("slow")
    (var / "static").mkdir()
    changed = {
        "LIENTHONG_DATABASE_URL": database,
        "LIENTHONG_VAR": str(var),
        "LIENTHONG_SLOW_BODY_SECONDS": "3",
        "LIENTHONG_SLOW_BODIES_MOST": "2",
    }
    with socket.socket() as probe:
        probe.bind((serving.LOOPBACK, 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(serving.web_command(port), env=os.environ | changed) as web:
        try:
            serving.wait_for_page(port)
            yield port
        finally:
            web.terminate()


def packets(world: World) -> dict[str, str]:
    return {**bearer(world.system), "Content-Type": "application/xml"}


def test_more_slow_senders_than_threads_hold_nobody_up(world: World, port: int) -> None:
    headers = packets(world)
    senders = [Sender(port, "POST /axis/v1/packets", 1000, headers) for _number in range(3 * THREADS)]
    for sender in senders:
        sender.send(b"<")
    with urlopen(f"http://{serving.LOOPBACK}:{port}/healthz", timeout=40) as page:
        assert page.read() == b"ok"
    answers = [sender.answer() for sender in senders]
    found = {(answer.status, answer.code) for answer in answers}
    assert found == {(408, TOO_SLOW), (503, TOO_MANY)}
    assert all("retry-after: 60" in answer.head for answer in answers if answer.status == 503)
    with urlopen(Request(f"http://{serving.LOOPBACK}:{port}/axis/v1/inbox", headers=headers)) as inbox:
        assert inbox.status == 200


def test_slow_but_steady_is_taken_however_long_it_lasts(world: World, port: int) -> None:
    sender = Sender(port, "POST /axis/v1/packets", 4 * PIECE, packets(world) | {"Connection": "close"})
    for _piece in range(4):
        time.sleep(1.5)  # slow, and longer in all than a piece may take
        sender.send(b" " * PIECE)
    answer = sender.answer()
    assert (answer.status, answer.code) == (400, "xml-malformed")


def test_an_upload_keeps_what_came_before_the_line_stalled(world: World, port: int) -> None:
    tus = {**bearer(world.system), "Tus-Resumable": "1.0.0"}
    uploads = f"http://{serving.LOOPBACK}:{port}/axis/v1/uploads"
    made = Request(uploads, method="POST", headers={**tus, "Upload-Length": str(4 * PIECE)})
    with urlopen(made) as created:
        where = created.headers["Location"]
    headers = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    sender = Sender(port, f"PATCH {where}", 4 * PIECE, headers)
    sender.send(b"x" * (2 * PIECE + 5))
    answer = sender.answer()
    assert (answer.status, answer.code) == (408, TOO_SLOW)
    assert "tus-resumable: 1.0.0" in answer.head
    address = f"http://{serving.LOOPBACK}:{port}{where}"
    with urlopen(Request(address, method="HEAD", headers=tus)) as upload:
        assert upload.headers["Upload-Offset"] == str(2 * PIECE)


def test_wherever_a_body_is_read_its_slowness_is_told(world: World, port: int) -> None:
    form, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
    token = "x" * 32
    headers = {
        **bearer(world.system),
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "1000",
        "Accept": "text/html, application/json",
        "Cookie": f"csrftoken={token}",
        "Referer": f"http://{serving.LOOPBACK}/",
    }
    problem, failure, page = '"title": "body-too-slow"', '"problem": "body-too-slow"', "<html"
    expected = {
        ("/axis/v1/token", form): problem,
        ("/axis/v1/uploads", "application/offset+octet-stream"): problem,
        ("/lgsp/v1/sendEdoc", parts): failure,
        ("/lgsp/v1/updateStatus", "application/json"): failure,
        ("/accounts/login/", form): page,
        ("/verify", parts): page,
    }
    found = {}
    for (address, kind), envelope in expected.items():
        sender = Sender(port, f"POST {address}", 1000, {**headers, "Content-Type": kind})
        sender.send(b"--b\r\n")
        answer = sender.answer()
        found[address, kind] = envelope if envelope in answer.body and answer.status == 408 else answer
    assert found == expected
