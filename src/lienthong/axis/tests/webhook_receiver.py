"""A receiver of webhooks as a process of its own: prints its port, then one line of JSON per message it got.

The path says how it answers: /ok, /500, /410, /redirect, /hang (never), /drip (a byte of header a second),
/huge (an endless body), /cut (closes without an answer), /slow-body (the body never ends).
"""

from __future__ import annotations

import base64
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver(BaseHTTPRequestHandler):
    """Notes each message, then answers as its path says."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = {"path": self.path, "headers": dict(self.headers), "body": base64.b64encode(body).decode()}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        getattr(self, self.path.strip("/").replace("-", "_").replace("5", "five").replace("4", "four"))()

    def ok(self) -> None:
        self._answer(204)

    def five00(self) -> None:
        self._answer(500)

    def four10(self) -> None:
        self._answer(410)

    def redirect(self) -> None:
        self._answer(302, Location="/ok")

    def hang(self) -> None:
        time.sleep(60)

    def cut(self) -> None:
        self.connection.close()

    def drip(self) -> None:
        for byte in b"HTTP/1.1 204 No Content\r\nX-Slow: " + b"a" * 60:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.2)

    def huge(self) -> None:
        self._answer(200)
        while True:
            self.wfile.write(b"x" * 65536)

    def slow_body(self) -> None:
        self._answer(200, **{"Content-Length": "1000000"})
        time.sleep(60)

    def _answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()

    def log_message(self, *arguments: object) -> None:
        """Say nothing on standard error."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
