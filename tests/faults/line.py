"""The line between the parties and the axis, which can be cut, or lose answers that are on their way back."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading

CHUNK = 64 * 1024


class Line:
    """A TCP proxy on a loopback port. `cut`: no connection comes through; `losing`: answers get lost."""

    def __init__(self, target_port: int) -> None:
        self.cut = self.losing = False
        self.lost = 0
        line = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                line._carry(self.request, target_port)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the parties connect."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _carry(self, near: socket.socket, target_port: int) -> None:
        if self.cut:
            return
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", target_port)) as far:
            forth = threading.Thread(target=self._forth, args=(near, far), daemon=True)
            forth.start()
            while (data := far.recv(CHUNK)) and not self.cut:
                if self.losing:  # the axis has answered, so it has committed; nobody hears of it
                    self.lost += 1
                    break
                near.sendall(data)

    def _forth(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while (data := near.recv(CHUNK)) and not self.cut:
                far.sendall(data)
            far.shutdown(socket.SHUT_WR)
