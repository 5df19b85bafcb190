"""Signing and verifying with the keys that `signing` keeps."""

from __future__ import annotations

from datetime import datetime

from lienthong.documents.contracts import Box
from lienthong.signing import public as signing


def sign_with_keys(
    pdf: bytes,
    *,
    official_id: int,
    agency_id: int,
    signature: Box,
    seal: Box,
    at: datetime,
    unlocked: signing.UnlockedKey | None = None,
) -> bytes:
    """PAdES: first the official's personal signature, then the agency's over it.

    `unlocked` is the official's key where a PIN protects it.
    """
    places = [
        signing.PdfSignature(
            kind="personal",
            page=signature.page,
            box=_edges(signature),
            official_id=official_id,
            unlocked=unlocked,
        ),
        signing.PdfSignature(kind="agency", page=seal.page, box=_edges(seal), agency_id=agency_id),
    ]
    return signing.sign_pdf(pdf, signatures=places, at=at)


def seal_with_key(pdf: bytes, *, agency_id: int, at: datetime) -> bytes:
    """PAdES: the agency's signature alone, without a picture, as on a copy."""
    return signing.sign_pdf(pdf, signatures=[signing.PdfSignature("agency", agency_id=agency_id)], at=at)


def verify_with_keys(content: bytes, *, packet: bool, at: datetime) -> signing.Verdict:
    """The verdict on a signed PDF, or on a signed edXML packet."""
    if packet:
        return signing.verify_packet(content, at=at)
    return signing.verify_pdf(content, at=at)


def _edges(box: Box) -> signing.PdfBox:
    return signing.PdfBox(box.left, box.bottom, box.right, box.top)
