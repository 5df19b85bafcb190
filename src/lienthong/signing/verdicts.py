"""Making verdicts, and keeping them with the file's hash until a certificate's status may have changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.statements import fetch
from lienthong.signing import errors
from lienthong.signing.certificates import common_name, is_seal, may_sign
from lienthong.signing.contracts import Purpose, Sentence, SignerVerdict, Verdict
from lienthong.signing.models import Certificate, StoredVerdict

HOLDS = timedelta(hours=12)
VALID, VALID_WEAK = "valid", "valid-weak"
_ACCEPTED: Mapping[str, Sentence] = {
    VALID: _("The signature is valid: the content is unchanged and the signer is known and trusted."),
    VALID_WEAK: _(
        "The signature is valid, but made with an outdated algorithm (SHA-1). Ask the sender for SHA-256."
    ),
}
KINDS = {Purpose.AGENCY: "agency", Purpose.OFFICIAL: "official", Purpose.HUB: "hub"}


def accepted(signers: Iterable[SignerVerdict], *, sha256: str) -> Verdict:
    """The verdict on a file whose every signature is trusted."""
    found = tuple(signers)
    code = VALID_WEAK if any(signer.weak for signer in found) else VALID
    return Verdict(True, code, _ACCEPTED[code], found, sha256)


def refused(
    refusal: errors.SignatureRefusal, *, sha256: str, signers: Iterable[SignerVerdict] = ()
) -> Verdict:
    """The verdict on a file that is not accepted, with the reason of the refusal."""
    facts = facts_of(refusal)
    return Verdict(
        False, refusal.code, errors.sentence_of(refusal.code, facts), tuple(signers), sha256, facts
    )


def facts_of(refusal: errors.SignatureRefusal) -> dict[str, str]:
    """The refusal's facts as plain texts."""
    return {key: str(value) for key, value in refusal.facts.items()}


def with_reason(signer: SignerVerdict, refusal: errors.SignatureRefusal) -> SignerVerdict:
    """The same signature, not trusted, and why."""
    facts = facts_of(refusal)
    return replace(
        signer,
        trusted=False,
        reason=errors.sentence_of(refusal.code, facts),
        reason_code=refusal.code,
        reason_facts=facts,
    )


def require_valid(verdict: Verdict) -> Verdict:
    """The verdict itself if valid; otherwise its reason is raised as the refusal it is."""
    if not verdict.valid:
        raise errors.REASONS[verdict.code](**verdict.facts)
    return verdict


def require_signed_by(verdict: Verdict, *, agency_id: int, expected: str) -> Verdict:
    """The verdict itself if it is valid and the agency's own; `expected` names the agency in the refusal.

    Raises:
        SignedByAnotherAgency, or the verdict's own reason.
    """
    require_valid(verdict)
    if not verdict.signed_by(agency_id):
        names = ", ".join(signer.name for signer in verdict.signers)
        raise errors.SignedByAnotherAgency(signer=names, expected=expected)
    return verdict


def signer_of(
    row: Certificate | None,
    certificate: x509.Certificate,
    *,
    signed_at: datetime | None,
    timestamped: bool = False,
    whole_document: bool = True,
    weak: str = "",
    named: Agency | None = None,
) -> SignerVerdict:
    """Who a certificate stands for: by its row if it is known here, else by what it says of itself.

    `named` is the agency that a certificate without a row names and that its authority may name.
    """
    agency = row.agency if row else named
    official = row.official if row else None
    kind = KINDS.get(Purpose(row.purpose), "") if row else ""
    if row is None and named is not None:
        kind = KINDS[Purpose.AGENCY if is_seal(certificate.subject) else Purpose.OFFICIAL]
    name = common_name(certificate.subject)
    if official is not None:
        name = official.full_name
    elif agency is not None and kind != KINDS[Purpose.OFFICIAL]:
        name = agency.name
    return SignerVerdict(
        name=name,
        agency_name=agency.name if agency else _organization(certificate),
        agency_code=agency.code if agency else "",
        signed_at=signed_at.astimezone(VIETNAM) if signed_at else None,
        timestamped=timestamped,
        trusted=True,
        whole_document=whole_document,
        weak=weak,
        kind=kind,
        agency_id=agency.pk if agency else None,
        official_id=official.pk if official else None,
        issuer=common_name(certificate.issuer),
        certificate=row.sha256 if row else "",
    )


def problem_of(
    row: Certificate | None, certificate: x509.Certificate, name: str, *, moment: datetime
) -> errors.SignatureRefusal | None:
    """Why a known certificate could not sign at the moment: its time, its revocation, its purpose."""
    if moment < certificate.not_valid_before_utc:
        return errors.CertificateNotYetValid(name=name, day=_day(certificate.not_valid_before_utc))
    if moment >= certificate.not_valid_after_utc:
        return errors.CertificateExpired(name=name, day=_day(certificate.not_valid_after_utc))
    if row is not None and row.revoked_at is not None and row.revoked_at <= moment:
        return errors.CertificateRevoked(name=name, day=_day(row.revoked_at))
    if (row is not None and Purpose(row.purpose) not in KINDS) or not may_sign(certificate):
        return errors.CertificateUnsuited(name=name)
    return None


_KEPT = """
    SELECT sha256, verdict::text FROM signing_storedverdict
    WHERE sha256 = ANY(%s::text[]) AND kind = %s AND reached_at <= %s AND expires_at > %s
"""


def recall(sha256s: Iterable[str], kind: str, *, at: datetime) -> dict[str, Verdict]:
    """The verdicts reached before on the same bytes that still hold at `at`; one query."""
    return {sha256: _read(json.loads(kept)) for sha256, kept in fetch(_KEPT, list(sha256s), kind, at, at)}


def keep(
    verdict: Verdict, kind: str, *, certificates: Iterable[str], ends: Iterable[datetime], at: datetime
) -> None:
    """Keep the verdict for half a day, or until the first of `ends` after `at`."""
    expires = min([at + HOLDS, *(end for end in ends if end > at)])
    StoredVerdict.objects.update_or_create(
        sha256=verdict.sha256,
        kind=kind,
        defaults={
            "verdict": _write(verdict),
            "certificates": list(certificates),
            "reached_at": at,
            "expires_at": expires,
        },
    )


_SIGNER_TEXTS = tuple(
    found.name for found in fields(SignerVerdict) if found.name not in {"signed_at", "reason"}
)


def _write(verdict: Verdict) -> dict[str, Any]:
    return {
        "valid": verdict.valid,
        "code": verdict.code,
        "facts": verdict.facts,
        "sha256": verdict.sha256,
        "signers": [
            {name: getattr(signer, name) for name in _SIGNER_TEXTS}
            | {"signed_at": signer.signed_at.isoformat() if signer.signed_at else None}
            for signer in verdict.signers
        ],
    }


def _read(data: Mapping[str, Any]) -> Verdict:
    code = data["code"]
    sentence = _ACCEPTED[code] if data["valid"] else errors.sentence_of(code, data["facts"])
    signers = tuple(_read_signer(signer) for signer in data["signers"])
    return Verdict(data["valid"], code, sentence, signers, data["sha256"], data["facts"])


def _read_signer(data: Mapping[str, Any]) -> SignerVerdict:
    values = {name: data[name] for name in _SIGNER_TEXTS}
    signed_at = datetime.fromisoformat(data["signed_at"]) if data["signed_at"] else None
    code = data["reason_code"]
    reason = errors.sentence_of(code, data["reason_facts"]) if code else ""
    return SignerVerdict(**values, signed_at=signed_at, reason=reason)


def _organization(certificate: x509.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else ""


def _day(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y")
