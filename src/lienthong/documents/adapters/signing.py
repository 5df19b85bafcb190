"""Signing with the keys that `signing` keeps."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

from lienthong.documents.contracts import Box
from lienthong.signing.contracts import Verdict


def sign_with_keys(
    pdf: bytes, *, official_id: int, agency_id: int, signature: Box, seal: Box, at: datetime
) -> bytes:
    """PAdES: first the official's personal signature, then the agency's over it."""
    signing = import_module("lienthong.signing.public")
    places = [
        signing.PdfSignature(
            kind="personal", official_id=official_id, page=signature.page, box=_edges(signature)
        ),
        signing.PdfSignature(kind="agency", agency_id=agency_id, page=seal.page, box=_edges(seal)),
    ]
    signed: bytes = signing.sign_pdf(pdf, signatures=places, at=at)
    return signed


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.bottom, box.right, box.top


def verify_with_keys(content: bytes, *, packet: bool, at: datetime) -> Verdict:
    """The verdict on a signed PDF, or on a signed edXML packet."""
    signing = import_module("lienthong.signing.public")
    verdict: Verdict = (signing.verify_packet if packet else signing.verify_pdf)(content, at=at)
    return verdict
