"""Issuing with a signature from the signer's own token: asked for first, issued when it comes (ADR 0070).

Both steps go the whole way of `issue_document`. The first ends where the signature would be made, and all
that led there is undone, the number too: numbers have no gap, whoever never answers. The second takes the
number anew and issues only if the document then reads as it did when the token was asked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lienthong.documents.actions.issuing import lay_out, text_of
from lienthong.documents.contracts import Box, Rendering
from lienthong.documents.models import OfficialDocument
from lienthong.kernel.errors import Refusal
from lienthong.signing import public as signing


class ChangedSinceAsked(Refusal):
    """What is to be issued now is not what the token signed: another took the number, or the day is over."""

    code, status = "changed-since-asked", 409
    sentence = _(
        "The document is no longer what the token signed, for instance because somebody else took its number "
        "meanwhile. Nothing was issued; it is signed again with the next number."
    )


@dataclass(frozen=True)
class Asked:
    """What the token is to sign, where the agency's seal goes, and the hash of all that is printed."""

    request: signing.TokenRequest
    seal: Box
    printed: str


class TokenAsked(Exception):
    """Raised where the signature would be made, so that all that led there is undone."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked.printed)
        self.asked = asked


@dataclass
class AskToken:
    """Signs nothing: the way of `issue_document` to `TokenAsked`, or to what stands against issuing."""

    _printed: str = field(default="", init=False)

    def lay_out(self, document: OfficialDocument, at: datetime) -> Rendering:
        """The PDF as it will be signed."""
        self._printed = _all_printed(document, at)
        return lay_out(document, at)

    def sign(
        self, pdf: bytes, *, official_id: int, agency_id: int, signature: Box, seal: Box, at: datetime
    ) -> bytes:
        """Raises `TokenAsked`, `NoCertificate` and what the PDF refuses."""
        place = signing.PdfSignature(
            "personal", page=signature.page, box=_edges(signature), official_id=official_id
        )
        raise TokenAsked(Asked(signing.ask_token(pdf, signature=place, at=at), seal, self._printed))


@dataclass(frozen=True)
class TokenAnswer:
    """The signature that came for what was asked."""

    asked: Asked
    value: bytes

    def lay_out(self, document: OfficialDocument, at: datetime) -> Rendering:
        """The PDF prepared before; raises `ChangedSinceAsked` if it would be printed otherwise now."""
        if _all_printed(document, at) != self.asked.printed:
            raise ChangedSinceAsked
        return Rendering(self.asked.request.pdf, self.asked.seal, self.asked.seal)

    def sign(
        self, pdf: bytes, *, official_id: int, agency_id: int, signature: Box, seal: Box, at: datetime
    ) -> bytes:
        """The PDF with both signatures; raises what `finish_with_token` refuses."""
        place = signing.PdfSignature("agency", page=seal.page, box=_edges(seal), agency_id=agency_id)
        return signing.finish_with_token(
            self.asked.request, self.value, official_id=official_id, seal=place, at=at
        )


def _all_printed(document: OfficialDocument, at: datetime) -> str:
    """A hash of every text on the document, number and day among them, and of the file given for it."""
    said = repr((text_of(document, at=at), document.uploaded_id or ""))
    return hashlib.sha256(said.encode()).hexdigest()


def _edges(box: Box) -> signing.PdfBox:
    return signing.PdfBox(box.left, box.bottom, box.right, box.top)
