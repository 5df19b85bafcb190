"""A signer without keys and a converter without LibreOffice, that also fail on demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lienthong.documents.contracts import Box
from lienthong.documents.refusals_converting import ConversionFailed, ConverterAbsent
from lienthong.kernel.errors import Refusal


class FakeSigningFailed(Refusal):
    """The double was told to fail."""

    code, status = "fake-signing-failed", 503


@dataclass
class FakeSigner:
    """Adds a comment to the end of the file, which readers of PDF ignore; keeps what it was asked."""

    fails: bool = False
    asked: list[dict[str, object]] = field(default_factory=list)

    def __call__(
        self, pdf: bytes, *, official_id: int, agency_id: int, signature: Box, seal: Box, at: datetime
    ) -> bytes:
        """The PDF with a comment, or `FakeSigningFailed`."""
        if self.fails:
            raise FakeSigningFailed
        self.asked.append(
            {"official_id": official_id, "agency_id": agency_id, "signature": signature, "seal": seal}
        )
        return pdf + f"\n% signed by {official_id} for {agency_id} at {at.isoformat()}\n".encode()


@dataclass
class FakeConverter:
    """Answers the same PDF for every Word file; fails if told to, and for what is no archive."""

    pdf: bytes
    absent: bool = False
    fails: bool = False
    asked: int = 0

    def available(self) -> bool:
        """Whether it was told to be there."""
        return not self.absent

    def __call__(self, docx: bytes) -> bytes:
        """The PDF, `ConverterAbsent` or `ConversionFailed`."""
        self.asked += 1
        if self.absent:
            raise ConverterAbsent
        if self.fails or not docx.startswith(b"PK"):
            raise ConversionFailed
        return self.pdf
