"""A fake national portal in a process of its own, for tests and trials; not the real thing's code.

    python -m lienthong.dossiers.national.portal [port]

It listens on loopback, prints its address, and takes `POST /login` and `POST /` as the portal does.
`POST /fail` with a list of failures makes the next calls fail; `GET /taken` answers what it took;
`POST /reset` forgets all.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from lienthong.dossiers.national.adapters.fake import BROKEN, FAILURES, LOST, FakePortal

MOST_BODY = 64 * 1024 * 1024
SLOW_SECONDS = 3.0
BODIES = {
    "not-json": b"<html>Bao tri he thong</html>",
    "wrong-type": b'{"error_code": {"a": []}}',
    "too-large": b'{"error_code": "0", "x": "' + b"x" * (2 * 1024 * 1024) + b'"}',
}


@dataclass
class PortalApp:
    """The WSGI application of a portal."""

    portal: FakePortal = field(default_factory=FakePortal)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(min(length, MOST_BODY))
        status, answer = self._answer(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", body)
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    def _answer(self, asked: str, body: bytes) -> tuple[str, bytes]:
        try:
            said = json.loads(body) if body else None
        except ValueError:
            return "400 Bad Request", b"{}"
        if asked == "POST /":
            return self._call(said)
        if asked == "POST /login":
            return "200 OK", json.dumps(self.portal.log_in(said)).encode()
        if asked == "POST /fail" and isinstance(said, list) and set(said) <= set(FAILURES):
            self.portal.failing[:] = said
            return "200 OK", b"{}"
        if asked == "POST /reset":
            self.portal = FakePortal()
            return "200 OK", b"{}"
        if asked == "GET /taken":
            portal = self.portal
            taken = {"records": portal.records, "steps": portal.steps, "calls": portal.calls}
            return "200 OK", json.dumps(taken).encode()
        return "404 Not Found", b"{}"

    def _call(self, said: Any) -> tuple[str, bytes]:
        failure = self.portal.next_failure(*BROKEN)
        if failure in BODIES:
            return "200 OK", BODIES[failure]
        if failure == "500":
            return "500 Internal Server Error", b"{}"
        if failure == "slow":
            time.sleep(SLOW_SECONDS)
            return "200 OK", b'{"error_code": "0"}'
        answer = json.dumps(self.portal.call(said)).encode()
        return ("502 Bad Gateway", b"{}") if failure == LOST else ("200 OK", answer)


class _Server(ThreadingMixIn, WSGIServer):
    """Answers several at once."""

    daemon_threads = True


class _Silent(WSGIRequestHandler):
    """Says nothing of requests."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until ended."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with make_server("127.0.0.1", port, PortalApp(), _Server, _Silent) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
