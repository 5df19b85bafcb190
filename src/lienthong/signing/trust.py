"""Whom to trust: our own authority by its table, outside authorities by their roots in a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509 as asn1
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.errors import (
    PathBuildingError,
    PathValidationError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath

from lienthong.directory.public import Agency, Official
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.statements import Columns, fetch
from lienthong.signing.certificates import fingerprint
from lienthong.signing.contracts import Purpose
from lienthong.signing.errors import CertificateRevoked
from lienthong.signing.models import Certificate
from lienthong.signing.outside import authorities
from lienthong.signing.running import run


@dataclass(frozen=True)
class Anchors:
    """Trusted roots, and authorities below them."""

    roots: tuple[asn1.Certificate, ...]
    others: tuple[asn1.Certificate, ...]


def anchors() -> Anchors:
    """Our own root and issuing authorities, past ones too, with the outside roots configured."""
    ours = Certificate.objects.filter(purpose__in=[Purpose.ROOT, Purpose.ISSUING]).exclude(key_id=None)
    rows = [(row.purpose, asn1.Certificate.load(bytes(row.der))) for row in ours]
    roots = tuple(der for purpose, der in rows if purpose == Purpose.ROOT)
    return Anchors(
        roots=roots + authorities().all_roots,
        others=tuple(der for purpose, der in rows if purpose == Purpose.ISSUING),
    )


def foreign_path(der: bytes, *, at: datetime, others: Iterable[bytes] = ()) -> bool:
    """Whether the certificate leads to an outside root that is trusted whomever it names (`*.pem`)."""
    root = foreign_root_of(der, at=at, others=others)
    return root is not None and authorities().is_plain(root)


def foreign_root_of(der: bytes, *, at: datetime, others: Iterable[bytes] = ()) -> str | None:
    """The outside root (SHA-256) to which the certificate leads, every step valid at the time; None without.

    No network is asked; revocation is taken from the lists beside the roots.

    Raises:
        CertificateRevoked: a list says that it, or an authority above it, was revoked by then.
    """
    certificate, between = asn1.Certificate.load(der), [asn1.Certificate.load(other) for other in others]
    roots, lists = authorities().above([certificate, *between])
    if not roots:
        return None
    context = ValidationContext(
        trust_roots=roots,
        other_certs=between,
        crls=lists,
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    validator = CertificateValidator(certificate, validation_context=context)
    try:
        path: ValidationPath = run(validator.async_validate_usage(set()))  # type: ignore[no-untyped-call]
    except RevokedError as error:
        name = str(certificate.subject.native.get("common_name", ""))
        raise CertificateRevoked(
            name=name, day=error.revocation_dt.astimezone(VIETNAM).strftime("%d/%m/%Y")
        ) from error
    except (PathBuildingError, PathValidationError, ValidationError, ValueError):
        return None
    return root_of(path)


def root_of(path: ValidationPath) -> str | None:
    """The SHA-256 of the certificate at the top of a path."""
    anchor = path.trust_anchor
    return fingerprint(anchor.certificate.dump()) if isinstance(anchor, CertTrustAnchor) else None


def find_rows(ders: Iterable[bytes]) -> dict[str, Certificate]:
    """The rows of those certificates that are known here, by SHA-256; one query."""
    rows = (_known(iter(row)) for row in fetch(_FIND, list({fingerprint(der) for der in ders})))
    return {row.sha256: row for row in rows}


# What a verdict needs of a signer: wide rows would cost as much as the cryptography.
_KNOWN = Columns(
    Certificate,
    *("id", "sha256", "purpose", "key_id", "revoked_at", "issuer_id", "agency_id", "official_id"),
)
_AGENCY, _OFFICIAL = Columns(Agency, "id", "code", "name"), Columns(Official, "id", "full_name")
_FIND = f"""
SELECT {_KNOWN.of("certificate")}, {_AGENCY.of("agency")}, {_OFFICIAL.of("official")}
FROM signing_certificate certificate
LEFT JOIN directory_agency agency ON agency.id = certificate.agency_id
LEFT JOIN directory_official official ON official.id = certificate.official_id
WHERE certificate.sha256 = ANY(%s::text[])
"""  # noqa: S608


def _known(values: Iterator[object]) -> Certificate:
    found, agency, official = _KNOWN.read(values), _AGENCY.read(values), _OFFICIAL.read(values)
    found.agency = agency if found.agency_id else None
    found.official = official if found.official_id else None
    return found
