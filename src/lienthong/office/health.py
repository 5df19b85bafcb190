"""What `lienthong doctor` asks of the office."""

from __future__ import annotations

from lienthong.kernel.checks import Finding, check, good, warning
from lienthong.office.adapters.ocr import OcrMyPdf
from lienthong.office.ports import OcrAbsent


@check("OCR")
def check_ocr() -> Finding:
    """Whether scans are read; without it they are found by number, sender and summary only."""
    try:
        return good(OcrMyPdf().version())
    except OcrAbsent as absent:
        return warning(f"scans are kept but not read for the search: {absent}")
