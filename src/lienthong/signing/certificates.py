"""Certificates, revocation lists and OCSP answers as RFC 5280 and RFC 6960 have them; pure functions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from lienthong.signing.contracts import Purpose
from lienthong.signing.ports import PrivateKey, PublicKey

YEARS = {Purpose.ROOT: 20, Purpose.ISSUING: 10, Purpose.TIMESTAMP: 8, Purpose.OCSP: 8, Purpose.HUB: 8}
HOLDER_YEARS = 3
BACKDATED = timedelta(minutes=5)  # for clocks that are slow
STATUS_HOLDS = timedelta(hours=12)
NAME_LIMIT = 64  # ub-common-name, ub-organization-name
ORGANIZATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")  # X.520, 6.4.4
# A national scheme as ETSI EN 319 412-1, 5.1.4, has them: government organisation, then the agency code.
CODE_PREFIX = "GO:VN-"


@dataclass(frozen=True)
class Issuer:
    """Who signs: a certificate with its key."""

    certificate: x509.Certificate
    key: PrivateKey


@dataclass(frozen=True)
class Holder:
    """Whom a certificate is for. `code` is an agency code or a number of ours, unique within its purpose.

    `organization_code` is the code of the agency that the holder is or belongs to.
    """

    purpose: Purpose
    name: str
    organization: str = "Liên Thông"
    code: str = ""
    organization_code: str = ""


@dataclass(frozen=True)
class Addresses:
    """Where a certificate's status and issuer are found, from the installation's base address."""

    base_url: str
    issuer: str = field(default="issuing")

    @property
    def ocsp(self) -> str:
        """The OCSP responder."""
        return f"{self.base_url}/pki/ocsp"

    @property
    def crl(self) -> str:
        """The revocation list of the issuer."""
        return f"{self.base_url}/pki/crl/{self.issuer}.crl"

    @property
    def certificate(self) -> str:
        """The certificate of the issuer."""
        return f"{self.base_url}/pki/ca/{self.issuer}.crt"


def issue(
    holder: Holder,
    public_key: PublicKey,
    *,
    issuer: Issuer | None,
    key: PrivateKey,
    addresses: Addresses,
    at: datetime,
) -> x509.Certificate:
    """Issue a certificate from `at` on, signed with `key`; without `issuer` it signs itself.

    Authorities may sign certificates and lists, certificates for encryption only encipher keys, all others
    sign content. The timestamp and OCSP services carry their one usage, the latter with no status of its own
    (RFC 6960, 4.2.2.2.1).
    """
    subject = _name(holder)
    begin = (at - BACKDATED).astimezone(UTC).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .serial_number(x509.random_serial_number())
        .public_key(public_key)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=365 * YEARS.get(holder.purpose, HOLDER_YEARS)))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(_constraints(holder.purpose), critical=True)
        .add_extension(_key_usage(holder.purpose), critical=True)
    )
    if issuer:
        builder = _with_issuer(builder, issuer, addresses, holder.purpose)
    if holder.purpose is Purpose.TIMESTAMP:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    if holder.purpose is Purpose.OCSP:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False
        ).add_extension(x509.OCSPNoCheck(), critical=False)
    return builder.sign(key, hashes.SHA256())


def fingerprint(der: bytes) -> str:
    """SHA-256 of the DER form, in hex."""
    return hashlib.sha256(der).hexdigest()


def serial_of(certificate: x509.Certificate) -> str:
    """The serial number in hex, without leading noughts."""
    return f"{certificate.serial_number:x}"


def common_name(name: x509.Name) -> str:
    """The CN, or whatever the name has instead."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def organization_code(name: x509.Name) -> str:
    """The code of the agency that the name's organisation identifier says; empty without one."""
    found = [str(each.value) for each in name.get_attributes_for_oid(ORGANIZATION_IDENTIFIER)]
    return found[0].removeprefix(CODE_PREFIX) if len(found) == 1 and found[0].startswith(CODE_PREFIX) else ""


def is_seal(name: x509.Name) -> bool:
    """Whether the name is an agency's own and not that of a person who belongs to it."""
    numbers = [str(each.value) for each in name.get_attributes_for_oid(NameOID.SERIAL_NUMBER)]
    return bool(numbers) and numbers == [organization_code(name)]


def may_sign(certificate: x509.Certificate) -> bool:
    """Whether the certificate, if it says at all what it is for, is for signing content."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return True
    return usage.digital_signature or usage.content_commitment


def _name(holder: Holder) -> x509.Name:
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, _short(holder.organization)),
        x509.NameAttribute(NameOID.COMMON_NAME, _short(holder.name)),
    ]
    if holder.code:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, holder.code))
    if holder.organization_code:
        said = CODE_PREFIX + holder.organization_code
        attributes.append(x509.NameAttribute(ORGANIZATION_IDENTIFIER, said))
    return x509.Name(attributes)


def _short(text: str) -> str:
    """At most 64 bytes of UTF-8, as cryptography counts X.520's 64 letters; verdicts name by the row."""
    encoded = text.encode()
    if len(encoded) <= NAME_LIMIT:
        return text
    return encoded[: NAME_LIMIT - 3].decode(errors="ignore").rstrip() + "…"


def _constraints(purpose: Purpose) -> x509.BasicConstraints:
    lengths = {Purpose.ROOT: 1, Purpose.ISSUING: 0}
    return x509.BasicConstraints(ca=purpose in lengths, path_length=lengths.get(purpose))


def _key_usage(purpose: Purpose) -> x509.KeyUsage:
    authority, encrypts = purpose in {Purpose.ROOT, Purpose.ISSUING}, purpose is Purpose.ENCRYPTION
    return x509.KeyUsage(
        digital_signature=not authority and not encrypts,
        content_commitment=not authority and not encrypts and purpose is not Purpose.OCSP,
        key_encipherment=encrypts,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _with_issuer(
    builder: x509.CertificateBuilder, issuer: Issuer, addresses: Addresses, purpose: Purpose
) -> x509.CertificateBuilder:
    access = [
        x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(addresses.certificate)
        )
    ]
    if purpose is not Purpose.OCSP:
        access.insert(
            0,
            x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(addresses.ocsp)
            ),
        )
    place = x509.DistributionPoint([x509.UniformResourceIdentifier(addresses.crl)], None, None, None)
    key_identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(
        issuer.certificate.public_key()  # type: ignore[arg-type]
    )
    return (
        builder.add_extension(key_identifier, critical=False)
        .add_extension(x509.AuthorityInformationAccess(access), critical=False)
        .add_extension(x509.CRLDistributionPoints([place]), critical=False)
    )


@dataclass(frozen=True)
class Revocation:
    """One line of a revocation list."""

    serial: int
    at: datetime
    reason: str


def revocation_list(issuer: Issuer, revoked: Iterable[Revocation], *, at: datetime) -> bytes:
    """The signed list (DER) of everything `issuer` revoked, good for half a day; numbered by its second."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(at)
        .next_update(at + STATUS_HOLDS)
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(
                issuer.certificate.public_key()  # type: ignore[arg-type]
            ),
            critical=False,
        )
    )
    for row in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(row.serial).revocation_date(row.at)
        if row.reason != x509.ReasonFlags.unspecified.value:
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags(row.reason)), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass(frozen=True)
class Status:
    """What is known of one certificate; `known` is false for a serial never issued."""

    known: bool
    revoked: Revocation | None = None


def ocsp_answer(request: ocsp.OCSPRequest, status: Status, *, responder: Issuer, at: datetime) -> bytes:
    """The signed answer (DER) about the one certificate asked for, with the asker's nonce."""
    code, revoked = ocsp.OCSPCertStatus.UNKNOWN, status.revoked
    if status.known:
        code = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
    reason = x509.ReasonFlags(revoked.reason) if revoked else None
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(
            issuer_name_hash=request.issuer_name_hash,
            issuer_key_hash=request.issuer_key_hash,
            serial_number=request.serial_number,
            algorithm=request.hash_algorithm,
            cert_status=code,
            this_update=at,
            next_update=at + STATUS_HOLDS,
            revocation_time=revoked.at if revoked else None,
            revocation_reason=None if reason is x509.ReasonFlags.unspecified else reason,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        .certificates([responder.certificate])
    )
    for extension in request.extensions:
        if isinstance(extension.value, x509.OCSPNonce):
            builder = builder.add_extension(extension.value, critical=False)
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)


def ocsp_refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    """An unsigned answer (DER) that says why there is none."""
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
