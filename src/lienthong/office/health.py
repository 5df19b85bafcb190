"""What `lienthong doctor` asks of the office."""

from __future__ import annotations

from lienthong.axis.public import count_failed_fetches
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


@check("Collecting")
def check_collecting() -> Finding:
    """Whether packets wait at the axis that have been tried again and again and cannot be fetched."""
    count, problem = count_failed_fetches()
    if not count:
        return good("every packet that waits at the axis can be fetched")
    return warning(f"packets that cannot be fetched: {count} ({problem}), see /axis/dead-letters/")
