"""CMS EnvelopedData (RFC 5652, 6) through libraries: sealed for several keys, looked at from outside, opened.

AES-256-CBC for the content and RSA PKCS#1 v1.5 for its key, in DER: what `cryptography` writes and reads, and
`openssl cms` too (ADR 0030). It hides and does not prove: whoever relays an envelope must sign around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7EnvelopeBuilder,
    PKCS7Options,
    pkcs7_decrypt_der,
)
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal

MEDIA_TYPE = "application/pkcs7-mime; smime-type=enveloped-data"
ENDING = ".p7m"
# The library works in memory, with some five times the size.
MAX_BYTES = 64 * 1024 * 1024
MAX_READERS = 5_016
# One reader takes some 600 bytes with RSA-3072; looked at before the readers are told apart.
MAX_READERS_BYTES = MAX_READERS * 1_024
RSA_BITS = (3072, 4096)


class EnvelopeRefusal(Refusal):
    """An encrypted file is not what it should be."""

    code, status = "envelope-refused", 422
    sentence = _("The encrypted file “%(name)s” is not accepted.")


class NotEnveloped(EnvelopeRefusal):
    """Something else under the name of an encrypted file."""

    code = "envelope-not-encrypted"
    sentence = _(
        "“%(name)s” is named as an encrypted file but is not encrypted (CMS EnvelopedData in DER). "
        "Encrypt it, or send it under its own name."
    )


class EnvelopeDamaged(EnvelopeRefusal):
    """Cut short, or not in the form it declares."""

    code = "envelope-damaged"
    sentence = _("The encrypted file “%(name)s” is damaged or cut short. Encrypt it again.")


class EnvelopeTooLarge(EnvelopeRefusal):
    """More than is held in memory."""

    code, status = "envelope-too-large", 413
    sentence = _("The encrypted file “%(name)s” is larger than %(limit)s MB, the most that is accepted.")


class TooManyReaders(EnvelopeRefusal):
    """Sealed for more keys than a document has recipients."""

    code = "envelope-too-many-readers"
    sentence = _("The encrypted file “%(name)s” is sealed for more than %(limit)s keys.")


class EnvelopeUnsupported(EnvelopeRefusal):
    """An algorithm or form that not every reader opens."""

    code = "envelope-unsupported"
    sentence = _(
        "The encrypted file “%(name)s” is of a form that not every recipient can open (%(detail)s). "
        "Use CMS EnvelopedData in DER with AES-256-CBC, RSA PKCS#1 v1.5 and recipients by issuer and serial."
    )


class NotForThisKey(EnvelopeRefusal):
    """None of the keys at hand is among its readers."""

    code = "envelope-key-not-held"
    sentence = _(
        "“%(name)s” is encrypted for a key that is not kept here. Download it and open it where the key is, "
        "or ask the sender to send it again for the current encryption certificate."
    )


class EnvelopeUnopened(EnvelopeRefusal):
    """The key is right and the content does not come out."""

    code = "envelope-unopened"
    sentence = _(
        "“%(name)s” could not be decrypted although the key is here: it was damaged or made wrongly. "
        "Ask the sender to encrypt and send it again."
    )


@dataclass(frozen=True)
class Reader:
    """Whose key opens an envelope: the issuer's name (DER) and the serial number of the certificate."""

    issuer: bytes
    serial: int


@dataclass(frozen=True)
class ReadingKey:
    """A private key with its certificate."""

    certificate: x509.Certificate
    key: RSAPrivateKey


def reader_of(der: bytes) -> Reader:
    """How envelopes name the holder of the certificate."""
    certificate = asn1.Certificate.load(der)
    return Reader(certificate.issuer.dump(), int(certificate.serial_number))


def may_encrypt_for(certificate: x509.Certificate) -> bool:
    """Whether the certificate is for encrypting only: RSA of 3072 or 4096 bits, keyEncipherment."""
    try:
        key = certificate.public_key()
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError, UnsupportedAlgorithm):
        return False
    signs = usage.digital_signature or usage.content_commitment or usage.key_cert_sign
    sound = isinstance(key, RSAPublicKey) and key.key_size in RSA_BITS
    return sound and usage.key_encipherment and not signs


def seal_envelope(content: bytes, certificates: Sequence[x509.Certificate], *, name: str) -> bytes:
    """The content, encrypted for the key of each certificate. Raises `EnvelopeTooLarge`, `TooManyReaders`."""
    if len(certificates) > MAX_READERS:
        raise TooManyReaders(name=name, limit=MAX_READERS)
    builder = PKCS7EnvelopeBuilder().set_data(content).set_content_encryption_algorithm(AES256)
    for certificate in certificates:
        builder = builder.add_recipient(certificate)
    sealed = builder.encrypt(Encoding.DER, [PKCS7Options.Binary])
    _require_size(sealed, name)
    return sealed


def readers_of(content: bytes, *, name: str) -> frozenset[Reader]:
    """Whom an envelope names as its readers; nothing is decrypted.

    Raises:
        NotEnveloped, EnvelopeDamaged, EnvelopeTooLarge, TooManyReaders, EnvelopeUnsupported
    """
    _require_size(content, name)
    try:
        return _readers(content, name)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise EnvelopeDamaged(name=name) from error


def open_envelope(content: bytes, keys: Iterable[ReadingKey], *, name: str) -> bytes:
    """What is inside, by the first of the keys that is among its readers.

    Raises:
        NotForThisKey, EnvelopeUnopened, and those of `readers_of`.
    """
    readers = readers_of(content, name=name)
    for held in keys:
        if reader_of(held.certificate.public_bytes(Encoding.DER)) in readers:
            try:
                return pkcs7_decrypt_der(content, held.certificate, held.key, [])
            except (ValueError, UnsupportedAlgorithm) as error:
                raise EnvelopeUnopened(name=name) from error
    raise NotForThisKey(name=name)


def _require_size(content: bytes, name: str) -> None:
    if len(content) > MAX_BYTES:
        raise EnvelopeTooLarge(name=name, limit=MAX_BYTES // 1024 // 1024)


def _readers(content: bytes, name: str) -> frozenset[Reader]:
    # An outer SEQUENCE with the type's OID first: what does not even begin so was never encrypted.
    if not content.startswith(b"\x30") or _ENVELOPED not in content[:32]:
        raise NotEnveloped(name=name)
    if content[1] == _INDEFINITE:
        raise EnvelopeUnsupported(name=name, detail="BER")
    envelope = cms.ContentInfo.load(content, strict=True)["content"]
    infos, inner = envelope["recipient_infos"], envelope["encrypted_content_info"]
    if len(infos.contents) > MAX_READERS_BYTES:
        raise TooManyReaders(name=name, limit=MAX_READERS)
    cipher = inner["content_encryption_algorithm"]["algorithm"].native
    form, sealed = inner["content_type"].native, inner["encrypted_content"]
    if cipher != "aes256_cbc" or form != "data":
        raise EnvelopeUnsupported(name=name, detail=cipher if form == "data" else form)
    if sealed.method or not sealed.contents:
        raise EnvelopeUnsupported(name=name, detail="BER")
    readers = frozenset(_reader(info, name) for info in infos)
    if len(readers) > MAX_READERS:
        raise TooManyReaders(name=name, limit=MAX_READERS)
    return readers


def _reader(info: cms.RecipientInfo, name: str) -> Reader:
    if info.name != "ktri":
        raise EnvelopeUnsupported(name=name, detail=info.name)
    way = info.chosen["key_encryption_algorithm"]["algorithm"].native
    who = info.chosen["rid"]
    if way != "rsaes_pkcs1v15" or who.name != "issuer_and_serial_number":
        raise EnvelopeUnsupported(name=name, detail=way if way != "rsaes_pkcs1v15" else who.name)
    return Reader(who.chosen["issuer"].dump(), int(who.chosen["serial_number"].native))


_ENVELOPED = bytes.fromhex("06092a864886f70d010703")
_INDEFINITE = 0x80
