"""Whom to trust: our own authority by its table, outside authorities by their roots in a folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from asn1crypto import pem
from asn1crypto import x509 as asn1
from django.conf import settings
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, ValidationError

from lienthong.signing.certificates import fingerprint
from lienthong.signing.contracts import Purpose
from lienthong.signing.models import Certificate
from lienthong.signing.running import run

SUFFIXES = {".pem", ".crt", ".cer", ".der"}


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
        roots=roots + foreign_roots(),
        others=tuple(der for purpose, der in rows if purpose == Purpose.ISSUING),
    )


def foreign_roots() -> tuple[asn1.Certificate, ...]:
    """The certificates (PEM or DER) in the folder of trusted roots; read again when it changes."""
    folder: Path | None = settings.ENV.trusted_roots
    if folder is None or not folder.is_dir():
        return ()
    return _read_roots(folder, folder.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read_roots(folder: Path, _changed: int) -> tuple[asn1.Certificate, ...]:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    return tuple(asn1.Certificate.load(der) for path in files for der in _ders(path.read_bytes()))


def _ders(data: bytes) -> Iterable[bytes]:
    if pem.detect(data):
        return [der for _, _, der in pem.unarmor(data, multiple=True)]
    return [data]


def foreign_path(der: bytes, *, at: datetime, others: Iterable[bytes] = ()) -> bool:
    """Whether the certificate leads to an outside root trusted here, every step valid at the time.

    No network is asked; revocation is taken from what the file itself brings.
    """
    roots = foreign_roots()
    if not roots:
        return False
    context = ValidationContext(
        trust_roots=list(roots),
        other_certs=[asn1.Certificate.load(other) for other in others],
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    validator = CertificateValidator(asn1.Certificate.load(der), validation_context=context)
    try:
        run(validator.async_validate_usage(set()))  # type: ignore[no-untyped-call]
    except (PathBuildingError, PathValidationError, ValidationError, ValueError):
        return False
    return True


def find_rows(ders: Iterable[bytes]) -> dict[str, Certificate]:
    """The rows of those certificates that are known here, by SHA-256; one query."""
    wanted = {fingerprint(der) for der in ders}
    rows = Certificate.objects.filter(sha256__in=wanted).select_related("agency", "official")
    return {row.sha256: row for row in rows.only(*_KNOWN)}


# What a verdict needs of a signer: wide rows would cost as much as the cryptography.
_KNOWN = (
    *("sha256", "purpose", "key_id", "revoked_at"),
    *("agency__code", "agency__name", "official__full_name"),
)
