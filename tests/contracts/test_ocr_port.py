"""What everything that reads scans must do; the real one only where it is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lienthong.office.adapters.ocr import FakeOcr, OcrMyPdf
from lienthong.office.ports import OcrAbsent, OcrFailed, OcrPort
from lienthong.office.tests.scans import blank, scanned

WORDS = "Về việc triển khai"


@pytest.fixture(params=["fake", "ocrmypdf"])
def port(request: pytest.FixtureRequest) -> OcrPort:
    if request.param == "fake":
        return FakeOcr(WORDS)
    return _real()


def _real(**options: float) -> OcrMyPdf:
    real = OcrMyPdf(**options)  # type: ignore[arg-type]
    try:
        real.version()
    except OcrAbsent as absent:
        reason = f"OCR was NOT tested: {absent} (pip install ocrmypdf; apt-get install tesseract-ocr-vie)"
        if os.environ.get("CI_OCR"):
            pytest.fail(reason)
        pytest.skip(reason)
    return real


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "scan.pdf"
    path.write_bytes(content)
    return path


def test_the_words_on_a_scan_are_read(port: OcrPort, tmp_path: Path) -> None:
    assert WORDS in port.read(_file(tmp_path, scanned(WORDS)))
    assert port.version()


def test_a_file_that_is_no_pdf_fails(port: OcrPort, tmp_path: Path) -> None:
    with pytest.raises(OcrFailed):
        port.read(_file(tmp_path, b"no PDF at all"))


def test_the_real_one_ends_in_time_and_within_its_memory(tmp_path: Path) -> None:
    scan = _file(tmp_path, scanned(WORDS, pages=3))
    with pytest.raises(OcrFailed, match="not finished"):
        _real(seconds=0.5).read(scan)
    with pytest.raises(OcrFailed):
        _real(memory_kb=50_000).read(scan)


def test_the_real_one_finds_nothing_on_an_empty_page(tmp_path: Path) -> None:
    assert _real().read(_file(tmp_path, blank())) == ""


def test_the_fake_fails_and_is_absent_on_demand(tmp_path: Path) -> None:
    scan = _file(tmp_path, blank())
    with pytest.raises(OcrFailed, match="boom"):
        FakeOcr(failing="boom").read(scan)
    with pytest.raises(OcrAbsent):
        FakeOcr(absent=True).read(scan)
