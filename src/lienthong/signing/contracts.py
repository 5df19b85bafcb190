"""What crosses the border of signing: where a signature goes, what was found out about one, and by whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.utils.functional import Promise

Sentence = Promise | str


class Algorithm(StrEnum):
    """Kinds of keys; every signature is over SHA-256. RSA-3072 is for encryption only, and only for it."""

    P256 = "p256"
    RSA2048 = "rsa2048"
    RSA3072 = "rsa3072"


class Purpose(StrEnum):
    """What a certificate is for."""

    ROOT = "root"
    ISSUING = "issuing"
    TIMESTAMP = "timestamp"
    OCSP = "ocsp"
    HUB = "hub"
    AGENCY = "agency"
    OFFICIAL = "official"
    ENCRYPTION = "encryption"


class RevocationReason(StrEnum):
    """Why a certificate no longer holds (RFC 5280, 5.3.1), as `cryptography.x509.ReasonFlags` has them."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CEASED = "cessationOfOperation"


@dataclass(frozen=True)
class Pin:
    """What the holder of a key types to use it; never shown, so that no log or traceback has it."""

    value: str = field(repr=False)


@dataclass(frozen=True)
class UnlockedKey:
    """A key for as long as one act holds it. `key` is a private key as `cryptography` has it."""

    key_id: UUID
    key: Any = field(repr=False, compare=False)


@dataclass(frozen=True)
class PinState:
    """How an official's key is held: whether there is one, with a PIN, and how many tries are left."""

    has_key: bool
    protected: bool = False
    tries_left: int = 0

    @property
    def locked(self) -> bool:
        """Whether the PIN is not even looked at any more."""
        return self.protected and self.tries_left == 0


@dataclass(frozen=True)
class PdfBox:
    """A rectangle on a page, in points from the page's lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """In points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """In points."""
        return self.top - self.bottom


@dataclass(frozen=True)
class PdfSignature:
    """A signature to put on a PDF: by an official (blue) or by an agency (red seal).

    `page` counts from 0, negative from the end; without `box` nothing is drawn. `locks` forbids every later
    change; by default an agency's signature does, since it comes last. `unlocked` is the signer's key where a
    PIN protects it.
    """

    kind: Literal["personal", "agency"]
    page: int = 0
    box: PdfBox | tuple[float, float, float, float] | None = None
    official_id: int | None = None
    agency_id: int | None = None
    reason: str = ""
    location: str = ""
    locks: bool | None = None
    unlocked: UnlockedKey | None = None

    @property
    def is_last(self) -> bool:
        """Whether nothing may be changed after it."""
        return self.kind == "agency" if self.locks is None else self.locks


@dataclass(frozen=True)
class TokenRequest:
    """A PDF prepared for the signature of a key that only its holder has, on a token (ADR 0070).

    `to_sign` (DER of the CMS signed attributes) is what the token signs, with SHA-256. `pdf` has room for the
    signature between `start` and `end`; `digest` is that of the rest; `certificate` the signer's, by SHA-256.
    """

    pdf: bytes
    to_sign: bytes
    digest: bytes
    start: int
    end: int
    certificate: str


@dataclass(frozen=True)
class SignerVerdict:
    """One signature: who, for which agency, when, over what, and whether to trust it (`reason` if not).

    `signed_at` is proven by a timestamp service if `timestamped`, otherwise claimed by the signer or absent.
    `whole_document` is false when something other than signatures was changed after it. `weak` names the
    outdated algorithm, empty for none. `kind` is "agency", "official", "hub" or "" when unknown here.
    """

    name: str
    agency_name: str
    agency_code: str
    signed_at: datetime | None
    timestamped: bool
    trusted: bool
    whole_document: bool
    weak: str = ""
    reason: Sentence = ""
    reason_code: str = ""
    reason_facts: dict[str, str] = field(default_factory=dict, repr=False)
    kind: str = ""
    agency_id: int | None = None
    official_id: int | None = None
    issuer: str = ""
    certificate: str = field(default="", repr=False)

    def by(self, agency_id: int) -> bool:
        """Whether this is a trusted signature of that agency itself."""
        return self.trusted and self.kind == "agency" and self.agency_id == agency_id


@dataclass(frozen=True)
class Verdict:
    """What a file's signatures are worth: one answer with its sentence, then each signature."""

    valid: bool
    code: str
    sentence: Sentence
    signers: tuple[SignerVerdict, ...] = ()
    sha256: str = ""
    facts: dict[str, str] = field(default_factory=dict, repr=False)

    def signed_by(self, agency_id: int) -> bool:
        """Whether it is valid and one of its signatures is that agency's own."""
        return self.valid and any(signer.by(agency_id) for signer in self.signers)


@dataclass(frozen=True)
class CertificateInfo:
    """A certificate as shown to administrators; `state` is "valid", "expired", "revoked" or "replaced"."""

    sha256: str
    serial: str
    purpose: str
    subject: str
    algorithm: str
    valid_from: datetime
    valid_to: datetime
    state: str
    revoked_at: datetime | None = None
    der: bytes = field(default=b"", repr=False)
    kept_here: bool = True

    @property
    def holder(self) -> str:
        """Whom it was issued to as people read it: the name, and where he or she serves."""
        try:
            name = x509.Name.from_rfc4514_string(self.subject)
        except ValueError:
            return self.subject
        wanted = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        said = [str(each.value) for oid in wanted for each in name.get_attributes_for_oid(oid)]
        return ", ".join(dict.fromkeys(said)) or self.subject

    @property
    def signs(self) -> bool:
        """Whether it is for signing, not for encryption."""
        return self.purpose != Purpose.ENCRYPTION

    @property
    def reads(self) -> bool:
        """Whether it is what others encrypt with now."""
        return self.purpose == Purpose.ENCRYPTION and self.state == "valid"


@dataclass(frozen=True)
class ExpiringCertificate:
    """An agency's certificate that ends in so many `days`; negative once it has ended."""

    sha256: str
    agency_code: str
    agency_name: str
    valid_to: datetime
    days: int
    encrypts: bool = False


@dataclass(frozen=True)
class HealthCheck:
    """One thing the doctor really tried."""

    name: str
    ok: bool
    detail: Sentence
