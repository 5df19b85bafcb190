"""clamd of ClamAV over its socket: VERSION and INSTREAM (clamd(8)); and a double that fails on demand."""

from __future__ import annotations

import socket
import struct
from typing import BinaryIO

from django.conf import settings

from lienthong.documents.virus_ports import ScannerDown, VirusScanner

CONNECT_SECONDS, SCAN_SECONDS = 5.0, 120.0
CHUNK = 256 * 1024
LONGEST_ANSWER = 4096
LARGEST_NUMBER = 2**31 - 1
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
NEWCOMER = b"LIENTHONG-TEST-OF-A-VIRUS-KNOWN-FROM-THE-SECOND-RELEASE-ON"


class Clamd:
    """Fulfils `VirusScanner`; `address` is "unix:/path" or "tcp:host:port"."""

    def __init__(self, address: str, *, seconds: float = SCAN_SECONDS) -> None:
        self._address, self._seconds = address, seconds

    def version(self) -> str:
        """As clamd says: engine, signatures, their day."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zVERSION\0")
                return _answer(connection)
        except OSError as error:
            raise ScannerDown(f"{self._address}: {error}") from error

    def signatures(self) -> int:
        """The second part of "ClamAV 1.4.3/27801/Tue Nov 24 09:00:00 2026", the number of daily.cvd."""
        _engine, _slash, rest = self.version().partition("/")
        number = rest.partition("/")[0].strip()
        return min(int(number), LARGEST_NUMBER) if number.isascii() and number.isdigit() else 0

    def scan(self, content: BinaryIO) -> str:
        """Stream the content, and tell what clamd found."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zINSTREAM\0")
                _send(connection, content)
                answer = _answer(connection)
        except OSError as error:
            raise ScannerDown(f"{self._address}: {error}") from error
        said = answer.removeprefix("stream: ")
        if said == "OK":
            return ""
        if said.endswith(" FOUND"):
            return said.removesuffix(" FOUND")[:200] or "?"
        raise ScannerDown(f"{self._address}: {answer or 'no answer'}"[:300])

    def _connected(self) -> socket.socket:
        kind, _colon, rest = self._address.partition(":")
        if kind == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(CONNECT_SECONDS)
            try:
                connection.connect(rest)
            except OSError:
                connection.close()
                raise
        else:
            host, _colon, port = rest.rpartition(":")
            if kind != "tcp" or not port.isdigit():
                raise ScannerDown(f"LIENTHONG_CLAMD is {self._address}, neither unix:/path nor tcp:host:port")
            connection = socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS)
        connection.settimeout(self._seconds)
        return connection


def _send(connection: socket.socket, content: BinaryIO) -> None:
    """The content in chunks with their lengths. At its own limit clamd answers and hangs up: that is read."""
    try:
        while chunk := content.read(CHUNK):
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return


def _answer(connection: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


class FakeScanner:
    """Fulfils `VirusScanner`: finds the test string of EICAR, from release 2 on `NEWCOMER`; or is down."""

    def __init__(self, *, down: bool = False, release: int = 1) -> None:
        self.down, self.release = down, release

    def version(self) -> str:
        """What scans."""
        if self.down:
            raise ScannerDown("down")
        return f"fake/{self.release}"

    def signatures(self) -> int:
        """The release it was set to."""
        self.version()
        return self.release

    def scan(self, content: BinaryIO) -> str:
        """The name of the test string that is in it."""
        self.version()
        return known_in(content.read(), newest=self.release > 1)


def known_in(content: bytes, *, newest: bool) -> str:
    """What the doubles know of a content, with the newest signatures or those before."""
    if EICAR in content:
        return "Eicar-Test-Signature"
    return "Newcomer-Test-Signature" if newest and NEWCOMER in content else ""


def configured_scanner() -> VirusScanner | None:
    """The scanner of this installation; none if none is set."""
    return Clamd(settings.ENV.clamd) if settings.ENV.clamd else None
