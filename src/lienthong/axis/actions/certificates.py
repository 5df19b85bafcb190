"""The certificates of an agency, for signing and for encryption, as its administrator looks after them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound
from lienthong.ledger.public import Actor, Subject, record
from lienthong.signing.public import (
    CertificateInfo,
    RevocationReason,
    certificate_for_agency,
    certificates_of,
    enrol_encryption_certificate,
    ensure_agency_certificates,
    issue_encryption_from_request,
    issue_from_request,
    renew_encryption_certificate,
    revoke_certificate,
    rotate_key,
)

CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


def request_certificate(
    pem: bytes, *, agency: Agency, actor: Actor, at: datetime, encrypts: bool = False
) -> CertificateInfo:
    """Certify the agency's own key; earlier certificates verify until they end or are revoked.

    With `encrypts` it is given out to senders, in place of the one before; a certificate in place of a
    request is given out itself, if an outside authority that may name the agency has issued it.

    Raises:
        Refusal: of `issue_from_request`, `issue_encryption_from_request`, `enrol_encryption_certificate`.
    """
    with transaction.atomic():
        if not encrypts:
            issued = issue_from_request(pem, agency_id=agency.pk, at=at)
        elif CERTIFICATE in pem:
            issued = enrol_encryption_certificate(pem, agency=agency, at=at)
        else:
            issued = issue_encryption_from_request(pem, agency_id=agency.pk, at=at)
        _record("certificate.request", issued.sha256, agency, actor, at)
    return issued


def issue_encryption_certificate(*, agency: Agency, actor: Actor, at: datetime) -> CertificateInfo:
    """A certificate for encryption whose key is kept here; the keys before it stay, to read old documents.

    Raises:
        SigningUnavailable
    """
    with transaction.atomic():
        issued = renew_encryption_certificate(agency.pk, at=at)
        _record("certificate.issue", issued.sha256, agency, actor, at)
    return issued


def issue_certificate(*, agency: Agency, actor: Actor, at: datetime) -> CertificateInfo:
    """A certificate whose key is kept here; where there is one, a new key takes its place.

    Raises:
        SigningUnavailable
    """
    with transaction.atomic():
        current = certificate_for_agency(agency.pk, at=at)
        if current is None or current.state != "valid":
            ensure_agency_certificates([agency.pk], at=at)
        else:
            rotate_key(agency.pk, at=at)
        issued = certificate_for_agency(agency.pk, at=at)
        if issued is None:
            raise NotFound
        _record("certificate.issue", issued.sha256, agency, actor, at)
    return issued


def withdraw_certificate(
    sha256: str, *, reason: RevocationReason, agency: Agency, actor: Actor, at: datetime
) -> None:
    """Revoke one of the agency's own certificates.

    Raises:
        NotFound: it is none of the agency's.
        AlreadyRevoked
    """
    with transaction.atomic():
        own_certificate(sha256, agency=agency, at=at)
        revoke_certificate(sha256, reason=reason, at=at)
        _record("certificate.revoke", sha256, agency, actor, at, reason.value)


def own_certificate(sha256: str, *, agency: Agency, at: datetime) -> CertificateInfo:
    """One of the agency's certificates; raises `NotFound`."""
    for found in certificates_of(agency_id=agency.pk, at=at):
        if found.sha256 == sha256:
            return found
    raise NotFound


def _record(verb: str, sha256: str, agency: Agency, actor: Actor, at: datetime, reason: str = "") -> None:
    record(
        actor=actor,
        verb=verb,
        subject=Subject("signing.certificate", sha256),
        at=at,
        data={"agency": agency.code, "reason": reason},
    )
