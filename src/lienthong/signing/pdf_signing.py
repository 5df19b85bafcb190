"""Signing PDFs: PAdES B-T with what B-LT needs, each signature visible at its place (ETSI EN 319 142-1)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from django.conf import settings
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko.stamp import StaticStampStyle

from lienthong.signing import errors
from lienthong.signing.certificates import Status, ocsp_answer
from lienthong.signing.cms import DIGEST, HeldSigner, to_asn1
from lienthong.signing.contracts import PdfBox, PdfSignature, Purpose
from lienthong.signing.drawing import draw_seal, draw_signature
from lienthong.signing.pdf_reading import MAX_REVISIONS, as_broken, open_pdf
from lienthong.signing.ports import KeyStoreError, TimestampService, TimestampUnavailable
from lienthong.signing.queries import Identity, agency_identity, issuer_key, official_identity, part_identity
from lienthong.signing.running import run
from lienthong.signing.timestamps import HttpTimestampService, LocalTimestampService, PortTimeStamper

RESERVED = 24 * 1024  # hexadecimal digits for the CMS with its timestamp and both chains
_LAYOUT = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, Margins())


def sign_pdf(
    pdf: bytes,
    *,
    signatures: Sequence[PdfSignature],
    at: datetime,
    timestamps: TimestampService | None = None,
    beside: Sequence[Identity] = (),
) -> bytes:
    """Add the signatures in their order, each in a revision of its own, and answer the whole new file.

    Every one carries a timestamp; `timestamps` replaces the service of the settings. The one that locks
    forbids all later changes and brings the revocation status of all certificates (PAdES B-LT), also of
    `beside`, who have signed the file before.

    Raises:
        NoCertificate, SigningUnavailable: a signer has none, or key store or timestamp service fail.
        PinNeeded: a signer's key has a PIN and was not unlocked.
        PdfBroken, PdfEncrypted, PdfTooManyRevisions, PdfLocked, PdfPageMissing: this PDF takes no signature.
    """
    identities = [_identity_of(signature, at) for signature in signatures]
    stamper = PortTimeStamper(timestamps or timestamp_service(at=at))
    for signature, identity in zip(signatures, identities, strict=True):
        status = (
            _statuses([*beside, *identities], at)
            if signature.is_last and not settings.ENV.timestamp_url
            else None
        )
        pdf = _add(pdf, signature, identity, stamper, status, at)
    return pdf


def timestamp_service(*, at: datetime) -> TimestampService:
    """The outside service of the settings, else our own, which will say `at`."""
    if settings.ENV.timestamp_url:
        return HttpTimestampService(settings.ENV.timestamp_url)
    identity = part_identity(Purpose.TIMESTAMP)
    signer = HeldSigner(certificate=identity.asn1, key=identity.key, chain=identity.chain)
    return LocalTimestampService(signer, at)


def _identity_of(signature: PdfSignature, at: datetime) -> Identity:
    if signature.kind == "agency" and signature.agency_id is not None:
        return agency_identity(signature.agency_id, at=at)
    if signature.kind == "personal" and signature.official_id is not None:
        return official_identity(signature.official_id, at=at, unlocked=signature.unlocked)
    raise ValueError("a personal signature needs official_id, an agency's agency_id")


def _add(
    pdf: bytes,
    signature: PdfSignature,
    identity: Identity,
    stamper: PortTimeStamper,
    status: _Statuses | None,
    at: datetime,
) -> bytes:
    """One signature in one new revision; the database is not touched, as pyHanko runs an event loop."""
    signer = pdf_signer(pdf, signature, identity, stamper)
    try:
        with as_broken():
            return run(_sign(pdf, signer, status, at))
    except (KeyStoreError, TimestampUnavailable) as error:
        raise errors.SigningUnavailable(detail=type(error).__name__) from error


def pdf_signer(
    pdf: bytes, signature: PdfSignature, identity: Identity, stamper: PortTimeStamper | None
) -> PdfSigner:
    """What signs this PDF next, with its field and its picture.

    Raises:
        PdfBroken, PdfTooManyRevisions, PdfLocked, PdfPageMissing.
    """
    reader = open_pdf(pdf)
    if reader.xrefs.total_revisions >= MAX_REVISIONS:
        raise errors.PdfTooManyRevisions(count=MAX_REVISIONS + 1, limit=MAX_REVISIONS)
    with as_broken():
        number = len(reader.embedded_signatures) + 1
        page = _page(signature.page, int(reader.root["/Pages"]["/Count"]))
        if _is_locked(reader):
            raise errors.PdfLocked
    box = PdfBox(*signature.box) if isinstance(signature.box, tuple) else signature.box
    return PdfSigner(
        _metadata(signature, identity, number),
        HeldSigner(certificate=identity.asn1, key=identity.key, chain=identity.chain),
        timestamper=stamper,
        stamp_style=_style(signature, identity, box),
        new_field_spec=_field(signature, number, page, box),
    )


async def _sign(pdf: bytes, signer: PdfSigner, status: _Statuses | None, at: datetime) -> bytes:
    """pyHanko's own steps, with the time given instead of the clock's."""
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
        session = signer.init_signing_session(writer)
        session.system_time = at
        if status is not None:
            DocumentSecurityStore.supply_dss_in_writer(
                writer, None, certs=status.certificates, ocsps=status.answers
            )
        prepared = session.prepare_tbs_document(None, bytes_reserved=RESERVED)
        digest, output = prepared.digest_tbs_document()
        await prepared.perform_signature(digest.document_digest, PdfCMSSignedAttributes(signing_time=at))
    except SigningError as error:
        raise errors.PdfLocked from error
    return bytes(output.getvalue())  # type: ignore[attr-defined]


def _page(page: int, pages: int) -> int:
    if not -pages <= page < pages:
        raise errors.PdfPageMissing(page=page + 1 if page >= 0 else page)
    return page if page >= 0 else pages + page


def _metadata(signature: PdfSignature, identity: Identity, number: int) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=_field_name(signature, number),
        md_algorithm=DIGEST,
        name=_holder_name(identity),
        reason=signature.reason or None,
        location=signature.location or None,
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=MDPPerm.NO_CHANGES if signature.is_last else MDPPerm.FILL_FORMS,
    )


def _field(signature: PdfSignature, number: int, page: int, box: PdfBox | None) -> SigFieldSpec:
    lock = FieldMDPSpec(FieldMDPAction.ALL) if signature.is_last else None
    return SigFieldSpec(
        _field_name(signature, number),
        on_page=page,
        box=None if box is None else (box.left, box.bottom, box.right, box.top),  # type: ignore[arg-type]
        field_mdp_spec=lock,
        doc_mdp_update_value=MDPPerm.NO_CHANGES if lock else None,
    )


def _field_name(signature: PdfSignature, number: int) -> str:
    return f"{'AgencySeal' if signature.kind == 'agency' else 'PersonalSignature'}{number}"


def _holder_name(identity: Identity) -> str:
    holder = identity.row.official or identity.row.agency
    return str(holder) if holder else identity.row.subject


def _style(signature: PdfSignature, identity: Identity, box: PdfBox | None) -> StaticStampStyle:
    """The drawing alone: no border, no background, nothing between it and the page."""
    content = None
    if box is not None:
        width, height = box.width, box.height
        if signature.kind == "agency":
            width = height = min(width, height)
            drawing = draw_seal(_holder_name(identity), width)
        else:
            drawing = draw_signature(_holder_name(identity), width, height)
        content = RawContent(drawing, box=BoxConstraints(width, height))
    return StaticStampStyle(
        border_width=0, background=content, background_layout=_LAYOUT, background_opacity=1.0
    )


def _is_locked(reader: PdfFileReader) -> bool:
    """Whether a signature in it forbids further ones."""
    return any(signature.docmdp_level is MDPPerm.NO_CHANGES for signature in reader.embedded_signatures)


@dataclass(frozen=True)
class _Statuses:
    """The certificates of a file's signatures and what our own responder says of them now."""

    certificates: list[asn1_x509.Certificate]
    answers: list[asn1_ocsp.OCSPResponse]


def _statuses(identities: Sequence[Identity], at: datetime) -> _Statuses:
    """What a later reader needs to judge the signatures without asking us (PAdES B-LT)."""
    rows = {identity.row.pk: identity for identity in [*identities, part_identity(Purpose.TIMESTAMP)]}
    responder = issuer_key(Purpose.OCSP)[1]
    _, issuer = issuer_key(Purpose.ISSUING)
    certificates = {to_asn1(issuer.certificate), to_asn1(responder.certificate)}
    answers = []
    for identity in rows.values():
        certificates.add(identity.asn1)
        request = (
            ocsp.OCSPRequestBuilder()
            .add_certificate(identity.certificate, issuer.certificate, hashes.SHA1())  # noqa: S303
            .build()
        )
        answer = ocsp_answer(request, Status(known=True), responder=responder, at=at)
        answers.append(asn1_ocsp.OCSPResponse.load(answer))
    return _Statuses(list(certificates), answers)
