"""What this app asks of the world outside it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from lienthong.documents.contracts import Box


class PdfSigner(Protocol):
    """Puts the personal signature and then the agency's on a PDF."""

    def __call__(
        self, pdf: bytes, *, official_id: int, agency_id: int, signature: Box, seal: Box, at: datetime
    ) -> bytes:
        """The signed PDF; raises a Refusal when it cannot be signed."""
        ...
