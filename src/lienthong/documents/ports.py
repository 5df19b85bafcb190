"""What this app asks of the world outside it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from lienthong.documents.contracts import Box
from lienthong.signing.public import Verdict


class PdfSigner(Protocol):
    """Puts the personal signature and then the agency's on a PDF."""

    def __call__(
        self, pdf: bytes, *, official_id: int, agency_id: int, signature: Box, seal: Box, at: datetime
    ) -> bytes:
        """The signed PDF; raises a Refusal when it cannot be signed."""
        ...


class Converter(Protocol):
    """Turns Word files into PDF."""

    def available(self) -> bool:
        """Whether it can be asked at all."""
        ...

    def __call__(self, docx: bytes) -> bytes:
        """The document as PDF; raises ConverterAbsent, ConversionFailed."""
        ...


class Verifier(Protocol):
    """Says what the signatures of a file are worth."""

    def __call__(self, content: bytes, *, packet: bool, at: datetime) -> Verdict:
        """The verdict on a PDF, or on an edXML packet."""
        ...
