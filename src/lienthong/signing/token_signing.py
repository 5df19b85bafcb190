"""Signing a PDF in two steps, with a key on a token that only its holder's machine reaches (ADR 0070)."""

from __future__ import annotations

import io
from datetime import datetime

from asn1crypto import cms
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from django.utils.translation import gettext_lazy as _
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSigner
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from lienthong.kernel.errors import Refusal
from lienthong.signing import errors
from lienthong.signing.adapters.held_keys import hold
from lienthong.signing.cms import DIGEST, HeldSigner
from lienthong.signing.contracts import PdfSignature, TokenRequest
from lienthong.signing.pdf_reading import as_broken
from lienthong.signing.pdf_signing import RESERVED, pdf_signer, sign_pdf, timestamp_service
from lienthong.signing.ports import PublicKey, TimestampService, TimestampUnavailable
from lienthong.signing.queries import token_identity
from lienthong.signing.running import run
from lienthong.signing.timestamps import PortTimeStamper

LONGEST_VALUE = 1024


class TokenSignatureWrong(Refusal):
    """What came is no signature of this key over what was asked."""

    code, status = "token-signature-wrong", 422
    sentence = _(
        "The signature that came from the token does not belong to your certificate or to this document, so "
        "nothing was signed. Check that the right token is plugged in, then sign again."
    )


def ask_token(pdf: bytes, *, signature: PdfSignature, at: datetime) -> TokenRequest:
    """Prepare the official's signature on the PDF; the token of the official is to sign `to_sign`.

    Raises:
        NoCertificate: no certificate for a token of the official is valid; and what `sign_pdf` refuses.
    """
    identity = token_identity(signature.official_id or 0, at=at)
    signer = pdf_signer(pdf, signature, identity, None)
    with as_broken():
        prepared, digest, attributes = run(_prepare(pdf, signer, at))
    return TokenRequest(
        pdf=prepared,
        to_sign=attributes,
        digest=digest.document_digest,
        start=digest.reserved_region_start,
        end=digest.reserved_region_end,
        certificate=identity.row.sha256,
    )


def finish_with_token(
    asked: TokenRequest,
    value: bytes,
    *,
    official_id: int,
    seal: PdfSignature,
    at: datetime,
    timestamps: TimestampService | None = None,
) -> bytes:
    """Put the token's signature in its place, with a timestamp, and then the agency's over it.

    Nothing that came is believed: the value must verify with the official's certificate of now.

    Raises:
        TokenSignatureWrong, NoCertificate, SigningUnavailable, and what `sign_pdf` refuses.
    """
    identity = token_identity(official_id, at=at)
    public = identity.key.public_key()
    if identity.row.sha256 != asked.certificate or not _fits(public, value, asked.to_sign):
        raise TokenSignatureWrong
    # pyHanko asks this signer for the signature over the same attributes, and gets what came.
    signer = HeldSigner(
        certificate=identity.asn1, key=hold(public, lambda _data: value), chain=identity.chain
    )
    service = timestamps or timestamp_service(at=at)
    try:
        pdf = run(_fill(asked, signer, PortTimeStamper(service)))
    except TimestampUnavailable as error:
        raise errors.SigningUnavailable(detail=type(error).__name__) from error
    return sign_pdf(pdf, signatures=[seal], at=at, timestamps=service, beside=[identity])


async def _prepare(
    pdf: bytes, signer: PdfSigner, at: datetime
) -> tuple[bytes, PreparedByteRangeDigest, bytes]:
    try:
        session = signer.init_signing_session(IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False))
        session.system_time = at
        document = session.prepare_tbs_document(None, bytes_reserved=RESERVED)
        digest, output = document.digest_tbs_document()
    except SigningError as error:
        raise errors.PdfLocked from error
    attributes = await signer.signer.signed_attrs(
        digest.document_digest, DIGEST, PdfCMSSignedAttributes(signing_time=at), use_pades=True
    )
    return bytes(output.getvalue()), digest, bytes(attributes.dump())  # type: ignore[attr-defined]


async def _fill(asked: TokenRequest, signer: HeldSigner, stamper: PortTimeStamper) -> bytes:
    attributes = cms.CMSAttributes.load(asked.to_sign)
    signed = await signer.async_sign_prescribed_attributes(DIGEST, attributes, timestamper=stamper)
    output = io.BytesIO(asked.pdf)
    PreparedByteRangeDigest(asked.digest, asked.start, asked.end).fill_with_cms(output, signed)
    return output.getvalue()


def _fits(key: PublicKey, value: bytes, data: bytes) -> bool:
    if len(value) > LONGEST_VALUE:
        return False
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, data, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(value, data, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
