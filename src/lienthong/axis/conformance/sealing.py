"""Signing packets with a key in a file: XML-DSig, enveloped, exclusive C14N, SHA-256, by signxml."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from signxml import (  # type: ignore[attr-defined]
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureMethod,
    XMLSigner,
)

DSIG = "http://www.w3.org/2000/09/xmldsig#"


class KeyUnusable(Exception):
    """The key or the certificate cannot be read, is of another kind than RSA or ECDSA, or they do not fit."""


@dataclass(frozen=True)
class Seal:
    """A key with its certificate chain, the signer's own certificate first."""

    key: RSAPrivateKey | EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    @classmethod
    def from_pem(cls, key: bytes, certificates: bytes) -> Seal:
        """The seal from an unencrypted private key and one or more certificates, all PEM.

        Raises:
            KeyUnusable
        """
        try:
            private = load_pem_private_key(key, password=None)
            chain = tuple(x509.load_pem_x509_certificates(certificates))
        except (ValueError, TypeError) as error:
            raise KeyUnusable(str(error)) from error
        if not isinstance(private, RSAPrivateKey | EllipticCurvePrivateKey):
            raise KeyUnusable(type(private).__name__)
        if chain[0].public_key() != private.public_key():
            raise KeyUnusable("the first certificate is not of this key")
        return cls(private, chain)

    def sign(self, xml: bytes) -> bytes:
        """The packet with a signature over all of it as the last child of its header."""
        parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)
        root = etree.fromstring(xml, parser)
        [header] = root.iter("{*}edXMLHeader")
        place = etree.SubElement(header, f"{{{DSIG}}}Signature", nsmap={None: DSIG})  # type: ignore[dict-item]
        place.set("Id", "placeholder")
        elliptic = isinstance(self.key, EllipticCurvePrivateKey)
        signer = XMLSigner(
            signature_algorithm=SignatureMethod.ECDSA_SHA256 if elliptic else SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        signer.namespaces = {None: DSIG}  # type: ignore[dict-item]
        signed = signer.sign(root, key=self.key, cert=list(self.chain))
        return etree.tostring(signed, encoding="UTF-8", xml_declaration=True)
