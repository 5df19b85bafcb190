"""A clamd for tests, on a socket, that knows the test strings and nothing else."""

from __future__ import annotations

import io
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path

from lienthong.documents.adapters.clamd import known_in


class ClamdDouble:
    """Speaks VERSION and INSTREAM on loopback or a Unix socket; knows the newer string from 27001 on."""

    def __init__(self, path: Path | None = None, *, limit: int = 10**7, says: bytes = b"") -> None:
        self.limit, self.says = limit, says
        self.release = 27000
        if path is None:
            self._listening = socket.create_server(("127.0.0.1", 0))
            self.address = f"tcp:127.0.0.1:{self._listening.getsockname()[1]}"
        else:
            self._listening = socket.socket(socket.AF_UNIX)
            self._listening.bind(str(path))
            self._listening.listen()
            self.address = f"unix:{path}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listening.accept()
            except OSError:
                return
            with suppress(OSError), connection:
                connection.sendall(self._answer(connection.makefile("rb")))

    def _answer(self, asked: io.BufferedReader) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            command += asked.read(1)
        if command == b"zVERSION\0":
            return f"ClamAV 1.4.6/{self.release}/Wed Nov 25\0".encode()
        assert command == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", asked.read(4))[0]:
            content += asked.read(size)
            if len(content) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR\0"
        if self.says:
            return self.says
        virus = known_in(content, newest=self.release > 27000)
        return f"stream: {virus} FOUND\0".encode() if virus else b"stream: OK\0"
