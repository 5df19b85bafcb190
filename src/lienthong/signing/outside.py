"""Outside authorities: their roots, the agencies they may name, and what they say they revoked.

All of it is files in the folder `LIENTHONG_TRUSTED_ROOTS` (ADR 0023):

* `*.pem`: roots whose signatures are accepted; whom a certificate stands for must be enrolled.
* `agencies/<code>/*.pem`: roots of an authority that may name this agency and those below it, and no other;
  `agencies/all/*.pem` may name every agency.
* `*.crl` beside a root: revocation lists of that authority.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

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
LOOK_SECONDS = 1.0
SETTLED = 2_000_000_000  # nanoseconds
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Authorities:
    """Roots trusted as they are, roots by the codes they may name agencies under, and revocation lists.

    `unreadable` names the files, relative to the folder, that hold none of these; they count for nothing.
    """

    roots: tuple[asn1.Certificate, ...] = ()
    scoped: tuple[tuple[str, asn1.Certificate], ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()
    unreadable: tuple[str, ...] = ()

    @cached_property
    def all_roots(self) -> tuple[asn1.Certificate, ...]:
        """Every root, whomever it may name."""
        return (*self.roots, *(root for _scope, root in self.scoped))

    def above(self, chain: Iterable[asn1.Certificate]) -> tuple[list[asn1.Certificate], list[bytes]]:
        """Of all, the roots and lists that the certificates of a chain name as their issuers."""
        issuers = {one.issuer.dump() for one in chain}
        return (
            [root for issuer in issuers for root in self._by_subject.get(issuer, ())],
            [one.dump() for issuer in issuers for one in self._by_issuer.get(issuer, ())],
        )

    def scopes_of(self, root_sha256: str) -> frozenset[str]:
        """The codes under which the root may name agencies."""
        return self._scopes.get(root_sha256, frozenset())

    def is_plain(self, root_sha256: str) -> bool:
        """Whether the root is trusted without being asked whom it names."""
        return root_sha256 in self._plain

    @cached_property
    def _by_subject(self) -> Mapping[bytes, Sequence[asn1.Certificate]]:
        return _grouped((root.subject.dump(), root) for root in self.all_roots)

    @cached_property
    def _by_issuer(self) -> Mapping[bytes, Sequence[crl.CertificateList]]:
        return _grouped((one.issuer.dump(), one) for one in self.lists)

    @cached_property
    def _scopes(self) -> Mapping[str, frozenset[str]]:
        pairs = _grouped((fingerprint(root.dump()), scope) for scope, root in self.scoped)
        return {root: frozenset(scopes) for root, scopes in pairs.items()}

    @cached_property
    def _plain(self) -> frozenset[str]:
        return frozenset(fingerprint(root.dump()) for root in self.roots)


@dataclass
class _Reading:
    """What the folder held when it was read, and when its folders and files had been changed last."""

    changed: Mapping[str, int]
    found: Authorities
    looked_at: float = 0.0

    def is_fresh(self) -> bool:
        """Whether nothing has changed; looked at once a second, since each file costs a call."""
        if time.monotonic() - self.looked_at < LOOK_SECONDS:
            return True
        self.looked_at = time.monotonic()
        try:
            return all(os.stat(path).st_mtime_ns == at for path, at in self.changed.items())
        except OSError:
            return False


_readings: dict[Path, _Reading] = {}


def authorities() -> Authorities:
    """What the folder holds; read again within a second of any change to its folders or files."""
    folder: Path | None = settings.ENV.trusted_roots
    if folder is None or not folder.is_dir():
        return Authorities()
    held = _readings.get(folder)
    if held is None or not held.is_fresh():
        paths = [folder, *sorted(folder.rglob("*"))]
        changed: dict[str, int] = {}
        for path in paths:
            with contextlib.suppress(FileNotFoundError):  # renamed meanwhile
                changed[str(path)] = path.stat().st_mtime_ns
        files = [path for path in paths if path.suffix.lower() in ROOTS | LISTS and path.is_file()]
        held = _Reading(changed, _read(folder, files), time.monotonic())
        # What has just been changed may be changing still, within the same tick of the file system's clock.
        if time.time_ns() - max(changed.values()) > SETTLED:
            _readings[folder] = held
    return held.found


def _read(folder: Path, files: Iterable[Path]) -> Authorities:
    roots: list[asn1.Certificate] = []
    scoped: list[tuple[str, asn1.Certificate]] = []
    lists: list[crl.CertificateList] = []
    unreadable: list[str] = []
    for path in files:
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
    return named_agencies([(certificate, root_sha256)], on=on)[0]


def named_agencies(pairs: Sequence[tuple[x509.Certificate, str]], *, on: date) -> list[Agency | None]:
    """`named_agency` of many certificates with their roots; two queries for all, none for none."""
    asked = [(organization_code(one.subject), authorities().scopes_of(root)) for one, root in pairs]
    codes = {code for one, scopes in asked if one and scopes for code in (one, *scopes)}
    found = find_agencies(codes, on=on) if codes else {}
    return [_within(found, code, scopes) if code and scopes else None for code, scopes in asked]


def _within(found: Mapping[str, Agency], code: str, scopes: frozenset[str]) -> Agency | None:
    agency = found.get(code)
    if agency is None or EVERYONE in scopes:
        return agency
    above = [found[scope].path for scope in scopes if scope in found]
    return agency if any(path and agency.path.startswith(path) for path in above) else None


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, Sequence[V]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


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
