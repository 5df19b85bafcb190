"""What looks for viruses, as the documents see it."""

from __future__ import annotations

from typing import BinaryIO, Protocol


class ScannerDown(Exception):
    """The scanner does not answer or cannot scan this; the file is then not scanned, whatever it holds."""


class VirusScanner(Protocol):
    """What looks for viruses; every call may raise `ScannerDown`."""

    def version(self) -> str:
        """What scans, with its signatures' version, for the operator."""
        ...

    def signatures(self) -> int:
        """The number of its signatures' database, which grows with each release; 0 if it has none."""
        ...

    def scan(self, content: BinaryIO) -> str:
        """The name of the virus found in what is left to be read of the content; empty if none was."""
        ...
