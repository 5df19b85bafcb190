"""The one load generator for every server measured: plain HTTP over kept connections, nothing else."""

from __future__ import annotations

import http.client
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.harness import Figure, of_times


@dataclass(frozen=True)
class Call:
    """A request to measure; `pieces` is for how many documents it counts."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"
    pieces: int = 1


Accepts = Callable[[int, bytes], bool]


def send_all(name: str, url: str, calls: Iterable[Call], accepts: Accepts, *, clients: int) -> Figure:
    """Send the calls by so many clients at once; the figure is in pieces a second and seconds a call.

    An answer that is not accepted ends the measurement: a figure of refusals would be worth nothing.
    """
    waiting, times, faults = deque(calls), list[float](), list[str]()
    pieces = sum(call.pieces for call in waiting)
    host = urlsplit(url).netloc

    def client() -> None:
        connection = http.client.HTTPConnection(host, timeout=120)
        while not faults:
            try:
                call = waiting.popleft()
            except IndexError:
                break
            began = time.perf_counter()
            connection.request(call.method, call.path, call.body, call.headers)
            answer = connection.getresponse()
            content = answer.read()
            times.append(time.perf_counter() - began)
            if not accepts(answer.status, content):
                faults.append(f"{name}: {answer.status} {content[:500]!r}")
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - began
    if faults or not times:
        raise RuntimeError(faults[0] if faults else f"{name}: nothing was sent")
    figure = of_times(name, times)
    return Figure(name, pieces / wall, figure.median, figure.p99)
