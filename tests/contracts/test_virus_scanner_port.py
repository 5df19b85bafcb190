"""What every virus scanner must do; the real one against a socket that speaks clamd's INSTREAM."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lienthong.documents.adapters.clamd import CHUNK, EICAR, Clamd, FakeScanner
from lienthong.documents.virus_ports import ScannerDown, VirusScanner


class ClamdDouble:
    """Speaks VERSION and INSTREAM on loopback or on a Unix socket, and knows the test string of EICAR."""

    def __init__(self, path: Path | None = None, *, limit: int = 10**7, says: bytes = b"") -> None:
        self.limit, self.says = limit, says
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
            return b"ClamAV 1.4.6/27000/Wed Nov 25\0"
        assert command == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", asked.read(4))[0]:
            content += asked.read(size)
            if len(content) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR\0"
        if self.says:
            return self.says
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


@pytest.fixture(params=["fake", "tcp", "unix"])
def scanner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VirusScanner]:
    if request.param == "fake":
        yield FakeScanner()
        return
    double = ClamdDouble(tmp_path / "clamd" if request.param == "unix" else None)
    yield Clamd(double.address, seconds=5)
    double.close()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"x" * (3 * CHUNK + 1)])
def test_a_clean_file_has_no_virus(scanner: VirusScanner, content: bytes) -> None:
    assert scanner.scan(io.BytesIO(content)) == ""


@pytest.mark.parametrize("before", [0, CHUNK - 20, 2 * CHUNK])
def test_the_test_string_is_found_wherever_it_stands(scanner: VirusScanner, before: int) -> None:
    assert scanner.scan(io.BytesIO(b"x" * before + EICAR)) == "Eicar-Test-Signature"


def test_it_says_what_it_is(scanner: VirusScanner) -> None:
    assert scanner.version()


@pytest.fixture(params=["fake", "tcp", "unix"])
def away(request: pytest.FixtureRequest, tmp_path: Path) -> VirusScanner:
    if request.param == "fake":
        return FakeScanner(down=True)
    double = ClamdDouble(tmp_path / "clamd" if request.param == "unix" else None)
    double.close()
    return Clamd(double.address, seconds=5)


def test_one_that_is_away_says_so_and_finds_nothing(away: VirusScanner) -> None:
    with pytest.raises(ScannerDown):
        away.scan(io.BytesIO(EICAR))
    with pytest.raises(ScannerDown):
        away.version()


@pytest.mark.parametrize(
    "double", [{"limit": 1000}, {"says": b"stream: ERROR\0"}, {"says": b"stream: what\0"}, {"says": b"\0"}]
)
def test_what_is_no_answer_is_never_taken_for_clean(double: dict[str, object]) -> None:
    answering = ClamdDouble(**double)  # type: ignore[arg-type]
    scanner = Clamd(answering.address, seconds=5)
    with pytest.raises(ScannerDown):
        scanner.scan(io.BytesIO(b"x" * 5000))
    answering.close()


@pytest.mark.parametrize("address", ["", "clamd", "tcp:localhost", "http:a:1"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(ScannerDown, match="LIENTHONG_CLAMD"):
        Clamd(address).scan(io.BytesIO(b"x"))
