"""The one load generator for every server measured: HTTP/1.1 over kept sockets, as little else as possible.

It shares the machine with what it measures, so a request is one prepared piece of bytes and an answer is not
parsed beyond its length; what it costs all the same is part of the figure.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.harness import Figure, of_times
from bench.processes import cpu_seconds, postmaster

SECONDS = 120
CHUNK = 1 << 18


@dataclass(frozen=True)
class Call:
    """A request to measure; `pieces` is for how many documents it counts, `kind` what it is timed as."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"
    pieces: int = 1
    kind: str = ""


@dataclass(frozen=True)
class Run:
    """What came of a load: each call with its seconds, the wall time, and the client's own CPU seconds."""

    times: list[tuple[Call, float]]
    wall: float
    client: float


Accepts = Callable[[int, bytes], bool]


class Unreadable(RuntimeError):
    """The server closed in the middle of an answer."""


def send_all(
    name: str, url: str, calls: Iterable[Call], accepts: Accepts, *, clients: int, server: int | None = None
) -> Figure:
    """Send the calls by so many clients at once; the figure is in pieces a second and seconds a call.

    `server`, its first process, has its CPU and that of PostgreSQL measured. An answer that is not accepted
    ends the measurement: a figure of refusals would be worth nothing.
    """
    measured = {"server": server, "database": postmaster()} if server else {}
    before = {who: cpu_seconds(process) for who, process in measured.items()}
    run = run_all(name, url, calls, accepts, clients=clients)
    figure = of_times(name, [seconds for _call, seconds in run.times])
    pieces = sum(call.pieces for call, _seconds in run.times)
    spent = {who: (cpu_seconds(process) - before[who]) / pieces for who, process in measured.items()}
    return Figure(name, pieces / run.wall, figure.median, figure.p99, client=run.client / pieces, **spent)


def run_all(name: str, url: str, calls: Iterable[Call], accepts: Accepts, *, clients: int) -> Run:
    """Send the calls by so many clients at once, and say how long each took."""
    where = urlsplit(url)
    address, host = (str(where.hostname), where.port or 80), where.netloc
    prepared = [(_head(call, host), call) for call in calls]
    waiting, times, faults = deque(prepared), list[tuple[Call, float]](), list[str]()

    def client() -> None:
        connection: socket.socket | None = None
        while not faults:
            try:
                head, call = waiting.popleft()
            except IndexError:
                break
            began = time.perf_counter()
            connection = connection or _connect(address)
            connection.sendall(head)
            connection.sendall(call.body)
            status, content, stays = _answer(connection)
            times.append((call, time.perf_counter() - began))
            if not stays:
                connection.close()
                connection = None
            if not accepts(status, content):
                faults.append(f"{name}: {status} {content[:500]!r}")
        if connection:
            connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    began, spent = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall, spent = time.perf_counter() - began, time.process_time() - spent
    if faults or not times:
        raise RuntimeError(faults[0] if faults else f"{name}: nothing was sent")
    return Run(times, wall, spent)


def _head(call: Call, host: str) -> bytes:
    lines = {"Host": host, **call.headers, "Content-Length": str(len(call.body))}
    named = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{call.method} {call.path} HTTP/1.1\r\n{named}\r\n".encode()


def _connect(address: tuple[str, int]) -> socket.socket:
    connection = socket.create_connection(address, timeout=SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _answer(connection: socket.socket) -> tuple[int, bytes, bool]:
    """Status, body, and whether the connection stays open."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(connection)
    head, _end, content = got.partition(b"\r\n\r\n")
    names = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    stays = names.get(b"connection") != b"close"
    if b"content-length" in names:
        parts, missing = [content], int(names[b"content-length"]) - len(content)
        while missing > 0:
            parts.append(_more(connection))
            missing -= len(parts[-1])
        content = b"".join(parts)
    elif names.get(b"transfer-encoding") == b"chunked":  # left as it came: accepted by what it contains
        while not content.endswith(b"0\r\n\r\n"):
            content += _more(connection)
    else:
        stays = False
        while piece := connection.recv(CHUNK):
            content += piece
    return int(head.split(b" ", 2)[1]), content, stays


def _more(connection: socket.socket) -> bytes:
    piece = connection.recv(CHUNK)
    if not piece:
        raise Unreadable
    return piece
