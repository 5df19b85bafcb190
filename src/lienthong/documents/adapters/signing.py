"""Signing with the keys that `signing` keeps."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

from lienthong.documents.contracts import Box


def sign_with_keys(
    pdf: bytes, *, official_id: int, agency_id: int, signature: Box, seal: Box, at: datetime
) -> bytes:
    """PAdES: first the official's personal signature, then the agency's over it."""
    signing = import_module("lienthong.signing.public")
    places = [
        signing.PdfSignature(official_id=official_id, page=signature.page, box=_edges(signature)),
        signing.PdfSignature(agency_id=agency_id, page=seal.page, box=_edges(seal)),
    ]
    signed: bytes = signing.sign_pdf(pdf, signatures=places, at=at)
    return signed


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.bottom, box.right, box.top
