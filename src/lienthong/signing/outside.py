"""Outside authorities: their roots, the agencies they may name, and what they say they revoked.

All of it is files in the folder `LIENTHONG_TRUSTED_ROOTS` (ADR 0023):

* `*.pem`: roots whose signatures are accepted; whom a certificate stands for must be enrolled.
* `agencies/<code>/*.pem`: roots of an authority that may name this agency and those below it, and no other;
  `agencies/all/*.pem` may name every agency.
* `*.crl` beside a root: revocation lists of that authority.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from asn1crypto import crl, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from django.conf import settings

from lienthong.directory.public import Agency, find_agencies
from lienthong.kernel.clock import VIETNAM
from lienthong.signing.certificates import fingerprint, organization_code

ROOTS = {".pem", ".crt", ".cer", ".der"}
LISTS = {".crl"}
SCOPED, EVERYONE = "agencies", "all"


@dataclass(frozen=True)
class Authorities:
    """Roots trusted as they are, roots by the codes they may name agencies under, and revocation lists.

    `unreadable` names the files, relative to the folder, that hold none of these; they count for nothing.
    """

    roots: tuple[asn1.Certificate, ...] = ()
    scoped: tuple[tuple[str, asn1.Certificate], ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def all_roots(self) -> tuple[asn1.Certificate, ...]:
        """Every root, whomever it may name."""
        return (*self.roots, *(root for _scope, root in self.scoped))

    def scopes_of(self, root_sha256: str) -> set[str]:
        """The codes under which the root may name agencies."""
        return {scope for scope, root in self.scoped if fingerprint(root.dump()) == root_sha256}

    def is_plain(self, root_sha256: str) -> bool:
        """Whether the root is trusted without being asked whom it names."""
        return any(fingerprint(root.dump()) == root_sha256 for root in self.roots)


def authorities() -> Authorities:
    """What the folder holds; read again when any of its files changes."""
    folder: Path | None = settings.ENV.trusted_roots
    if folder is None or not folder.is_dir():
        return Authorities()
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ROOTS | LISTS)
    return _read(folder, tuple((path, path.stat().st_mtime_ns) for path in files))


@lru_cache(maxsize=4)
def _read(folder: Path, files: tuple[tuple[Path, int], ...]) -> Authorities:
    roots: list[asn1.Certificate] = []
    scoped: list[tuple[str, asn1.Certificate]] = []
    lists: list[crl.CertificateList] = []
    unreadable: list[str] = []
    for path, _changed in files:
        place = path.relative_to(folder).parts[:-1]
        try:
            if path.suffix.lower() in LISTS:
                lists += map(_list, _ders(path.read_bytes()))
            elif len(place) == 2 and place[0] == SCOPED:
                scoped += [(place[1], _root(der)) for der in _ders(path.read_bytes())]
            elif not place:
                roots += map(_root, _ders(path.read_bytes()))
        except (ValueError, TypeError, OSError):
            unreadable.append(path.relative_to(folder).as_posix())
    return Authorities(tuple(roots), tuple(scoped), tuple(lists), tuple(unreadable))


def faults(*, at: datetime) -> list[str]:
    """What an operator should set right in the folder: files, codes of no agency, old lists. One query."""
    found = authorities()
    codes = {scope for scope, _root in found.scoped} - {EVERYONE}
    known = find_agencies(codes, on=at.astimezone(VIETNAM).date())
    old = [one for one in found.lists if (until := one["tbs_cert_list"]["next_update"].native) and until < at]
    return [
        *found.unreadable,
        *(f"{SCOPED}/{code}" for code in sorted(codes - known.keys())),
        *(f"CRL: {one.issuer.human_friendly}" for one in old),
    ]


def named_agency(certificate: x509.Certificate, *, root_sha256: str, on: date) -> Agency | None:
    """The agency that the certificate names, if the authority of that root may name it; two queries.

    None where it names none that exists on the day, or one that is not at or below a scope of the root.
    """
    code = organization_code(certificate.subject)
    scopes = authorities().scopes_of(root_sha256)
    if not code or not scopes:
        return None
    found = find_agencies({code, *scopes}, on=on)
    agency = found.get(code)
    if agency is None or EVERYONE in scopes:
        return agency
    above = [found[scope] for scope in scopes if scope in found]
    return agency if any(agency.path.startswith(over.path) for over in above) else None


def _root(der: bytes) -> asn1.Certificate:
    x509.load_der_x509_certificate(der)  # reads all of it, where asn1crypto waits until it is asked
    return asn1.Certificate.load(der)


def _list(der: bytes) -> crl.CertificateList:
    x509.load_der_x509_crl(der)
    return crl.CertificateList.load(der)


def _ders(data: bytes) -> Iterable[bytes]:
    if pem.detect(data):
        return [der for _, _, der in pem.unarmor(data, multiple=True)]
    return [data]
