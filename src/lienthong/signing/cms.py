"""CMS signatures through pyHanko with a key object that is held, not loaded for each signature."""

from __future__ import annotations

from collections.abc import Iterable

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lienthong.signing.adapters.held_keys import sign_with
from lienthong.signing.ports import PrivateKey

DIGEST = "sha256"
_DRY_RUN_BYTES = {True: 72, False: 256}  # the longest ECDSA P-256 in DER; RSA-2048


class HeldSigner(Signer):
    """Signs with a key object of any key store, SHA-256 only; embeds the chain without the root."""

    def __init__(
        self, *, certificate: asn1.Certificate, key: PrivateKey, chain: Iterable[x509.Certificate]
    ) -> None:
        self.certificate = certificate
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([to_asn1(found) for found in chain])
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=False)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The raw signature over the SHA-256 of `data`; a placeholder of its size on a dry run."""
        if digest_algorithm != DIGEST:
            raise ValueError(digest_algorithm)
        if dry_run:
            return bytes(_DRY_RUN_BYTES[isinstance(self._key, ec.EllipticCurvePrivateKey)])
        return sign_with(self._key, data)


def to_asn1(certificate: x509.Certificate) -> asn1.Certificate:
    """The certificate as pyHanko takes it."""
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


async def sign_encapsulated(signer: HeldSigner, content_type: str, content: bytes) -> cms.ContentInfo:
    """A CMS SignedData around `content`, with the signing certificate named by hash (RFC 5035)."""
    info = cms.EncapsulatedContentInfo(
        {"content_type": content_type, "content": cms.ParsableOctetString(content)}
    )
    return await signer.async_sign_general_data(info, DIGEST, detached=False, use_cades=True)
