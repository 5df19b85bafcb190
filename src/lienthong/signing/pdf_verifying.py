"""What the signatures of a PDF are worth: one verdict, reached once per file and kept while it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from asn1crypto import cms
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from lienthong.directory.public import Agency
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.spools import Extent, sha256_of
from lienthong.signing import errors
from lienthong.signing.certificates import fingerprint
from lienthong.signing.contracts import SignerVerdict, Verdict
from lienthong.signing.models import Certificate
from lienthong.signing.outside import authorities, named_agency
from lienthong.signing.pdf_reading import as_broken, open_pdf
from lienthong.signing.running import run
from lienthong.signing.trust import Anchors, anchors, find_rows, root_of
from lienthong.signing.verdicts import accepted, keep, problem_of, recall, refused, signer_of, with_reason

KIND = "pdf"
# Either usage makes a signer's certificate (ETSI EN 319 412-2, 4.3.2).
_USAGES = KeyUsageConstraints(
    key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False, extd_key_usage=None
)
# Nothing that is set up or issued later can change these.
_FINAL = frozenset({"valid", "valid-weak", "unsigned", "signature-wrong", "pdf-revised"})


def verify_pdf(pdf: bytes | Extent, *, at: datetime) -> Verdict:
    """Say what the PDF's signatures are worth at `at`; nothing is raised for what is wrong with it.

    Valid means: there is a signature; each one fits and was made by a certificate that was trusted and good
    at the time its timestamp proves (else: is good at `at`); only signatures were added after any of them.
    Neither the network nor the rest of the file's claims are asked. Costs 20 to 40 ms a signature the first
    time, a query later.
    """
    sha256 = sha256_of([pdf] if isinstance(pdf, bytes) else pdf.pieces())
    return verify_pdfs({sha256: lambda: pdf}, at=at)[sha256]


def verify_pdfs(pdfs: Mapping[str, Callable[[], bytes | Extent]], *, at: datetime) -> dict[str, Verdict]:
    """As `verify_pdf` for each, by the SHA-256 under which it is given; it is read when its turn comes.

    What is known already, and whom to trust if anything is signed, is one query each for all.
    """
    known, trusted = recall(pdfs, KIND, at=at), cache(anchors)
    return {
        sha256: known.get(sha256) or _verified(read(), sha256, trusted, at) for sha256, read in pdfs.items()
    }


def _verified(pdf: bytes | Extent, sha256: str, trusted: Callable[[], Anchors], at: datetime) -> Verdict:
    try:
        found = _examine(open_pdf(pdf), trusted, at)
    except errors.SignatureRefusal as refusal:
        return refused(refusal, sha256=sha256)
    verdict = _judge(found, sha256, at)
    if verdict.code in _FINAL:
        ends = [one.certificate.not_valid_after_utc for one in found]
        keep(verdict, KIND, certificates={name for one in found for name in one.path}, ends=ends, at=at)
    return verdict


@dataclass(frozen=True)
class _Found:
    """One signature after pyHanko has looked at it; `moment` is when its certificate must have been good."""

    status: PdfSignatureStatus
    certificate: x509.Certificate
    der: bytes
    path: Mapping[str, bytes]
    moment: datetime
    claimed: datetime | None
    timestamped: bool
    whole: bool
    root: str | None
    stamp_root: str | None


def _examine(reader: PdfFileReader, trusted: Callable[[], Anchors], at: datetime) -> list[_Found]:
    """Look at every signature in the order of signing."""
    with as_broken():
        signatures = reader.embedded_regular_signatures
        if not signatures:
            raise errors.Unsigned
        names = {signature.field_name for signature in reader.embedded_signatures}
        return [_look(signature, names, trusted(), at) for signature in signatures]


def _look(signature: EmbeddedPdfSignature, fields: set[str], trusted: Anchors, at: datetime) -> _Found:
    """First as of the time its timestamp says; if that timestamp turns out worthless, as of `at`."""
    stamped = _stamped_time(signature)
    status = _validate(signature, trusted, moment=stamped or at, at=at)
    proven = status.timestamp_validity is not None and _holds(status.timestamp_validity)
    if stamped is not None and not proven:
        status = _validate(signature, trusted, moment=at, at=at)
    der = status.signing_cert.dump()
    paths = [status.validation_path]
    if status.timestamp_validity is not None:
        paths.append(status.timestamp_validity.validation_path)
    used = [der, *(found.dump() for path in paths if path is not None for found in path.iter_certs(False))]
    return _Found(
        status=status,
        certificate=x509.load_der_x509_certificate(der),
        der=der,
        path={fingerprint(one): one for one in used},
        moment=stamped if stamped is not None and proven else at,
        claimed=stamped if proven else status.signer_reported_dt,
        timestamped=proven,
        whole=_is_whole(status, fields, is_last=_is_last(signature)),
        root=root_of(paths[0]) if paths[0] is not None else None,
        stamp_root=root_of(paths[1]) if len(paths) > 1 and paths[1] is not None else None,
    )


def _validate(
    signature: EmbeddedPdfSignature, trusted: Anchors, *, moment: datetime, at: datetime
) -> PdfSignatureStatus:
    return run(
        async_validate_pdf_signature(
            signature, _context(trusted, moment), _context(trusted, at), key_usage_settings=_USAGES
        )
    )


def _context(trusted: Anchors, moment: datetime) -> ValidationContext:
    """Trusted roots only, no network; revocation comes from outside lists and, afterwards, our own table."""
    return ValidationContext(
        trust_roots=list(trusted.roots),
        other_certs=list(trusted.others),
        moment=moment,
        crls=list(authorities().lists),
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def _stamped_time(signature: EmbeddedPdfSignature) -> datetime | None:
    """When its timestamp says it was made; not yet checked."""
    for token in extract_tst_data_iter(signature.signer_info, signed=False):
        content: cms.EncapsulatedContentInfo = token["encap_content_info"]["content"]
        found: datetime = content.parsed["gen_time"].native
        return found
    return None


def _holds(stamp: object) -> bool:
    return bool(stamp.valid and stamp.intact and stamp.trusted)  # type: ignore[attr-defined]


def _is_last(signature: EmbeddedPdfSignature) -> bool:
    """Whether no revision follows its own."""
    return bool(signature.signed_revision == signature.reader.xrefs.total_revisions - 1)


def _is_whole(status: PdfSignatureStatus, fields: set[str], *, is_last: bool) -> bool:
    """Whether nothing but signatures (and what proves them) came after it, not even stray bytes."""
    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return True
    if status.coverage is not SignatureCoverageLevel.ENTIRE_REVISION or not status.docmdp_ok or is_last:
        return False
    changes = status.diff_result
    return (
        isinstance(changes, DiffResult)
        and changes.modification_level <= ModificationLevel.FORM_FILLING
        and changes.changed_form_fields <= fields
    )


def _judge(found: Sequence[_Found], sha256: str, at: datetime) -> Verdict:
    """One verdict: the first reason against any of the signatures, or valid."""
    rows = find_rows(der for one in found for der in one.path.values())
    signers: list[SignerVerdict] = []
    against: errors.SignatureRefusal | None = None
    for one in found:
        row = rows.get(fingerprint(one.der))
        named = _named(one) if row is None else None
        signer = signer_of(
            row,
            one.certificate,
            signed_at=one.claimed,
            timestamped=one.timestamped,
            whole_document=one.whole,
            named=named,
        )
        problem = _problem(one, row, rows, signer) or _outside_problem(one, signer, named=named is not None)
        against = against or problem
        signers.append(signer if problem is None else with_reason(signer, problem))
    if against is not None:
        return refused(against, sha256=sha256, signers=signers)
    return accepted(signers, sha256=sha256)


def _named(one: _Found) -> Agency | None:
    """The agency that an outside certificate names, if its authority may name it."""
    on = one.moment.astimezone(VIETNAM).date()
    return named_agency(one.certificate, root_sha256=one.root, on=on) if one.root else None


def _outside_problem(one: _Found, signer: SignerVerdict, *, named: bool) -> errors.SignatureRefusal | None:
    """Why a root that may name some agencies only does not serve here: as the signer's, as the timestamp's.

    Its timestamps count for its own signers alone, so that it cannot date back what others signed.
    """
    outside = authorities()
    if one.root and outside.scopes_of(one.root) and not (named or outside.is_plain(one.root)):
        return errors.CertificateUntrusted(name=signer.name, issuer=signer.issuer)
    stamp = one.stamp_root
    if stamp and stamp != one.root and outside.scopes_of(stamp) and not outside.is_plain(stamp):
        return errors.TimestampWrong(name=signer.name)
    return None


def _problem(
    one: _Found, row: Certificate | None, rows: Mapping[str, Certificate], signer: SignerVerdict
) -> errors.SignatureRefusal | None:
    """Why this signature is not accepted, the gravest first."""
    status = one.status
    if not (status.intact and status.valid):
        return errors.SignatureWrong()
    if not one.whole:
        return errors.PdfRevised(name=signer.name)
    if status.timestamp_validity is not None and not one.timestamped:
        return errors.TimestampWrong(name=signer.name)
    others = (rows[name] for name in one.path if name in rows and rows[name] != row)
    if any(other.revoked_at is not None and other.revoked_at <= one.moment for other in others):
        return errors.CertificateUntrusted(name=signer.name, issuer=signer.issuer)
    problem = problem_of(row, one.certificate, signer.name, moment=one.moment)
    if problem is None and not status.trusted:
        return errors.CertificateUntrusted(name=signer.name, issuer=signer.issuer)
    return problem
