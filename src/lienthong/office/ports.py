"""The axis as the office sees it (the port is `axis`' own), and what reads scans."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from lienthong.axis.public import AxisPort as AxisPort
from lienthong.axis.public import AxisUnavailable as AxisUnavailable
from lienthong.axis.public import PortRefused as AxisRefused
from lienthong.axis.public import axis_id as axis_id

__all__ = ["AxisPort", "AxisRefused", "AxisUnavailable", "OcrAbsent", "OcrFailed", "OcrPort", "axis_id"]


class OcrAbsent(Exception):
    """Reading scans is an optional part, and it is not installed here."""


class OcrFailed(Exception):
    """The scan could not be read: damaged, or beyond the time and memory allowed."""


class OcrPort(Protocol):
    """What reads the text of scans."""

    def version(self) -> str:
        """What reads, in words for the operator; raises `OcrAbsent`."""
        ...

    def read(self, pdf: Path) -> str:
        """The text of the scan, empty if there is none; raises `OcrAbsent`, `OcrFailed`."""
        ...
