"""What every virus scanner must do; the real one against a socket that speaks clamd's INSTREAM."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lienthong.documents.adapters.clamd import CHUNK, EICAR, NEWCOMER, Clamd, FakeScanner
from lienthong.documents.tests.clamd import ClamdDouble
from lienthong.documents.virus_ports import ScannerDown, VirusScanner


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
def renewed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[VirusScanner, Any]]:
    """A scanner, and what holds the number of its release."""
    if request.param == "fake":
        fake = FakeScanner()
        yield fake, fake
        return
    double = ClamdDouble(tmp_path / "clamd" if request.param == "unix" else None)
    yield Clamd(double.address, seconds=5), double
    double.close()


def test_a_new_release_has_a_higher_number_and_knows_what_the_one_before_did_not(
    renewed: tuple[VirusScanner, Any],
) -> None:
    scanner, release = renewed
    before = scanner.signatures()
    assert before > 0
    assert scanner.scan(io.BytesIO(NEWCOMER)) == ""
    release.release += 1
    assert scanner.signatures() == before + 1
    assert scanner.scan(io.BytesIO(NEWCOMER)) == "Newcomer-Test-Signature"


def test_a_clamd_that_names_no_database_has_number_nought() -> None:
    double = ClamdDouble()
    double.release = ""  # type: ignore[assignment]
    assert Clamd(double.address, seconds=5).signatures() == 0
    double.close()


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
    with pytest.raises(ScannerDown):
        away.signatures()


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
