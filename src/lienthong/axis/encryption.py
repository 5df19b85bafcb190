"""Attachments that only their recipients can read, for programs without a database.

What stays readable for everyone on the way: the packet's header (parties, number, summary, dates, staff), and
of each attachment its name, description and size.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, ValidationError

from lienthong.axis.edxml.contracts import Attachment
from lienthong.kernel.envelopes import (
    ENDING,
    MAX_BYTES,
    MEDIA_TYPE,
    EnvelopeTooLarge,
    ReadingKey,
    may_encrypt_for,
    open_envelope,
    seal_envelope,
)
from lienthong.kernel.media_types import HEAD, sniff

NAME_LIMIT = 200
_TYPE = MEDIA_TYPE.partition(";")[0]
# As certificates name agencies (ADR 0023; ETSI EN 319 412-1, 5.1.4).
_ORGANIZATION_IDENTIFIER, _CODE_PREFIX = x509.ObjectIdentifier("2.5.4.97"), "GO:VN-"


class CertificateNotBelieved(Exception):
    """A certificate from a directory that is not proven to be the agency's own for encryption; says why."""


class NoReadingKey(Exception):
    """A file holds no RSA key with its certificate."""


def is_enveloped(attachment: Attachment) -> bool:
    """Whether the attachment says that it is encrypted; not whether it is."""
    kind = attachment.content_type.lower().replace("x-pkcs7-mime", "pkcs7-mime")
    return attachment.name.lower().endswith(ENDING) or kind.startswith(_TYPE)


def whole_content(attachment: Attachment) -> bytes:
    """The content at once, as encrypting and opening need it; raises `EnvelopeTooLarge` beyond 64 MiB."""
    if attachment.size > MAX_BYTES:
        raise EnvelopeTooLarge(name=attachment.name, limit=MAX_BYTES // 1024 // 1024)
    return attachment.head(MAX_BYTES)


def encrypt_attachments(
    attachments: Iterable[Attachment], certificates: Sequence[x509.Certificate]
) -> tuple[Attachment, ...]:
    """Each attachment, encrypted for all of the certificates, under its name with `.p7m`.

    Give the certificate of every recipient, checked by `believe`, and your own to read your copy.

    Raises:
        ValueError: a certificate is not one to encrypt for.
        EnvelopeTooLarge, TooManyReaders
    """
    unfit = [one.subject.rfc4514_string() for one in certificates if not may_encrypt_for(one)]
    if unfit or not certificates:
        raise ValueError(", ".join(unfit) or "no certificates")
    return tuple(
        replace(
            plain,
            name=_shortened(plain.name) + ENDING,
            content_type=MEDIA_TYPE,
            content=seal_envelope(whole_content(plain), certificates, name=plain.name),
        )
        for plain in attachments
    )


def decrypt_attachments(
    attachments: Iterable[Attachment], keys: Collection[ReadingKey]
) -> tuple[Attachment, ...]:
    """The attachments with those that are encrypted opened; the others as they are.

    Raises:
        EnvelopeRefusal: one of them cannot be opened with any of the keys, or is damaged.
    """
    return tuple(
        opened(each, open_envelope(whole_content(each), keys, name=each.name)) if is_enveloped(each) else each
        for each in attachments
    )


def opened(sealed: Attachment, content: bytes) -> Attachment:
    """The attachment as it was before it was encrypted, its type told from its content."""
    name = sealed.name[: -len(ENDING)] if sealed.name.lower().endswith(ENDING) else sealed.name
    return replace(sealed, name=name, content_type=sniff(content[:HEAD]), content=content)


def read_keys(pem: bytes, password: bytes | None = None) -> list[ReadingKey]:
    """The keys of a PEM file, each with its certificate: several of them in a row, old ones too.

    Raises:
        NoReadingKey: a key without certificate, or of another kind than RSA, or none at all.
    """
    parts = [b"-----BEGIN " + part for part in pem.split(b"-----BEGIN ")[1:]]
    try:
        held = [load_pem_private_key(part, password) for part in parts if b"PRIVATE KEY-----" in part[:60]]
        found = [x509.load_pem_x509_certificate(part) for part in parts if b"CERTIFICATE-----" in part[:40]]
    except (ValueError, TypeError) as error:
        raise NoReadingKey(str(error)) from error
    pairs = [
        ReadingKey(certificate, key)
        for key in held
        for certificate in found
        if isinstance(key, RSAPrivateKey) and certificate.public_key() == key.public_key()
    ]
    if not pairs:
        raise NoReadingKey("no RSA private key with its certificate")
    return pairs


def believe(
    pem: bytes, *, code: str, roots: Collection[bytes], at: datetime, lists: Collection[bytes] = ()
) -> x509.Certificate:
    """The certificate that a directory gave for the agency `code`, if one of your roots vouches for it.

    `pem` has its own certificate first, then the authorities above. `roots` (DER) are pinned: laid down by
    whoever runs your system, got by another way than from the axis. `lists` are revocation lists (DER).

    Raises:
        CertificateNotBelieved: no root of yours leads to it, it names another agency, or it is not valid now
            or not for encryption.
    """
    try:
        chain = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise CertificateNotBelieved("unreadable") from error
    leaf, names = chain[0], _codes(chain[0])
    if names != [code]:
        raise CertificateNotBelieved(f"it names {', '.join(names) or 'no agency'}, not {code}")
    if not may_encrypt_for(leaf):
        raise CertificateNotBelieved("it is not one to encrypt for")
    own, *above = [asn1.Certificate.load(one.public_bytes(Encoding.DER)) for one in chain]
    context = ValidationContext(
        trust_roots=[asn1.Certificate.load(root) for root in roots],
        other_certs=above,
        crls=list(lists),
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    validator = CertificateValidator(own, validation_context=context)
    try:
        asyncio.run(validator.async_validate_usage({"key_encipherment"}))  # type: ignore[no-untyped-call]
    except (PathBuildingError, PathValidationError, ValidationError) as error:
        raise CertificateNotBelieved(str(error)) from error
    return leaf


def _codes(certificate: x509.Certificate) -> list[str]:
    """The agency codes that the subject says."""
    found = certificate.subject.get_attributes_for_oid(_ORGANIZATION_IDENTIFIER)
    said = [str(each.value) for each in found]
    return [text.removeprefix(_CODE_PREFIX) for text in said if text.startswith(_CODE_PREFIX)]


def _shortened(name: str) -> str:
    """The name with room for the ending; its own ending stays."""
    most = NAME_LIMIT - len(ENDING)
    stem, dot, ending = name.rpartition(".")
    if len(name) <= most or not dot or len(ending) > 20:
        return name[:most]
    return f"{stem[: most - len(ending) - 1]}.{ending}"
