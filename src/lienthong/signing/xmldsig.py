"""Enveloped XML signatures over a whole packet, through signxml: exclusive C14N, RSA or ECDSA, SHA-256.

What signxml sees is the skeleton of a packet, whose long runs of base64 are tokens (`kernel.lifting`). Where
it hashes the canonical form, and only there, the runs are put back, with the line end that this form has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import Hash
from lxml import etree
from signxml import (  # type: ignore[attr-defined]
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConfiguration,
    SignatureConstructionMethod,
    SignatureMethod,
    XMLSigner,
    XMLVerifier,
)
from signxml.algorithms import digest_algorithm_implementations
from signxml.exceptions import InvalidCertificate, InvalidDigest, InvalidSignature, SignXMLException

from lienthong.kernel.lifting import Lifted
from lienthong.signing import errors
from lienthong.signing.ports import PrivateKey
from lienthong.signing.xml_scan import DSIG, Scan, hardened_parser

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = SignatureConstructionMethod.enveloped.value
HEADER = "edXMLHeader"
WEAK_METHODS = frozenset({SignatureMethod.RSA_SHA1, SignatureMethod.ECDSA_SHA1})
METHODS = WEAK_METHODS | {
    SignatureMethod.RSA_SHA256,
    SignatureMethod.RSA_SHA384,
    SignatureMethod.RSA_SHA512,
    SignatureMethod.ECDSA_SHA256,
    SignatureMethod.ECDSA_SHA384,
    SignatureMethod.ECDSA_SHA512,
    SignatureMethod.SHA256_RSA_MGF1,
}
DIGESTS = frozenset(
    {DigestAlgorithm.SHA1, DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}
)
_EXPECTED = SignatureConfiguration(
    location=".//",
    expect_references=True,
    signature_methods=METHODS,
    digest_algorithms=DIGESTS,
    ignore_ambiguous_key_info=False,
)
_CANONICAL = {method.value for method in CanonicalizationMethod}
_NAMES = {"ds": DSIG}


@dataclass(frozen=True)
class Verified:
    """A signature that fits: the canonical skeleton it covers (the packet without it), what is weak."""

    content: bytes
    weak: str


class _WholeDigest:
    """For signxml: a digest is of the canonical form with all runs in their places."""

    lifted: Lifted
    digested: bytes | None = None

    def _get_digest(self, data: bytes, algorithm: DigestAlgorithm) -> bytes:
        self.digested = data
        digest = Hash(digest_algorithm_implementations[algorithm]())
        for piece in self.lifted.filled(data, end=b"\n"):
            digest.update(piece)
        return digest.finalize()


class _Signer(_WholeDigest, XMLSigner):
    """signxml over a lifted packet."""


def sign_enveloped(lifted: Lifted, *, key: PrivateKey, chain: list[x509.Certificate]) -> Lifted:
    """Put a signature over the whole document as last child of its header; `chain` begins with the signer.

    Raises:
        NoPlaceForSignature: no `edXMLHeader`, or more than one.
    """
    xml = lifted.skeleton
    root = etree.fromstring(xml, hardened_parser(len(xml)))
    headers = [found for found in root.iter() if _local(found) == HEADER]
    if len(headers) != 1:
        raise errors.NoPlaceForSignature
    place = etree.SubElement(headers[0], f"{{{DSIG}}}Signature", nsmap={None: DSIG})  # type: ignore[dict-item]
    place.set("Id", "placeholder")
    is_ec = isinstance(key, ec.EllipticCurvePrivateKey)
    signer = _Signer(
        signature_algorithm=SignatureMethod.ECDSA_SHA256 if is_ec else SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signer.lifted = lifted
    signer.namespaces = {None: DSIG}  # type: ignore[dict-item]
    signer._parser = hardened_parser(len(xml))  # type: ignore[assignment]
    signed = signer.sign(root, key=key, cert=chain)
    return lifted.with_skeleton(etree.tostring(signed, encoding="UTF-8", xml_declaration=True))


class _Verifier(_WholeDigest, XMLVerifier):
    """signxml over a lifted packet, but for inclusive C14N of a part, where lxml writes a wrong `xmlns=""`.

    Each part becomes a document of its own first; packets in the field are signed so.

    signxml copies the whole tree twice for each reference and reads what was signed once more, which took
    more than all it checks. There is one reference, or the signature is refused, and nobody else reads the
    tree, so the signature is taken out of the tree itself, of which nothing is left to a second reference.
    """

    root: etree._Element | None = None

    def get_root(self, data: Any) -> Any:
        """The tree of the scan as it is, which is used up."""
        self.root = data
        return data

    def _check_cert_validity(self, cert: object, cert_source: str) -> None:
        """For the caller to judge, at its own time."""

    def _tostring(self, xml_node: Any, **options: Any) -> Any:
        """A node as text, to be copied; the root as it is."""
        return xml_node if xml_node is self.root else super()._tostring(xml_node, **options)  # type: ignore[no-untyped-call]

    def _fromstring(self, xml_string: Any, **options: Any) -> Any:
        """The tree of a text: the root is one, and that of what was digested is read by nobody."""
        if isinstance(xml_string, etree._Element):
            return xml_string
        return None if xml_string is self.digested else super()._fromstring(xml_string, **options)  # type: ignore[no-untyped-call]

    def _get_signature(self, root: Any) -> Any:
        """The signature, in which no run may stand: it would be read as what its token says."""
        found = super()._get_signature(root)  # type: ignore[no-untyped-call]
        if self.lifted.runs and self.lifted.mark in etree.tostring(found, with_tail=False):
            raise errors.SignatureUnsupported(detail="base64")
        return found

    def _c14n(self, nodes: Any, algorithm: Any, inclusive_ns_prefixes: Any = None) -> bytes:
        parts = nodes if isinstance(nodes, list) else [nodes]
        if inclusive_ns_prefixes or not algorithm.value.startswith(EXCLUSIVE):
            parts = [part if part.getparent() is None else _alone(part) for part in parts]
        return super()._c14n(parts, algorithm, inclusive_ns_prefixes)  # type: ignore[no-any-return]


def _alone(part: etree._Element) -> etree._Element:
    """The part as a document of its own, with the namespaces it stands in."""
    xml = etree.tostring(part, with_tail=False)
    return etree.fromstring(xml, hardened_parser(len(xml)))


def verify_enveloped(lifted: Lifted, found: Scan, *, certificate: x509.Certificate) -> Verified:
    """Check the one signature against the certificate, whose own validity is the caller's to judge.

    `found` is what `scan` made of the XML; its tree is used up. What is returned is what was signed, and it
    is the whole document.

    Raises:
        SignatureWrong, SignatureWrapping, SignatureUnsupported, SignatureUnreadable
    """
    signature = next(found.root.iter(f"{{{DSIG}}}Signature"), None)
    verifier = _Verifier()
    verifier.lifted = lifted
    try:
        results = verifier.verify(
            found.root,
            x509_cert=certificate,
            parser=hardened_parser(len(lifted.skeleton)),
            expect_config=_EXPECTED,
        )
    except (InvalidSignature, InvalidDigest, InvalidCertificate) as error:
        raise errors.SignatureWrong from error
    except (SignXMLException, etree.LxmlError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _reason(signature) from error
    results = results if isinstance(results, list) else [results]
    weak = _require_whole(results[0].signature_xml if results else None)
    return Verified(results[0].signed_data, weak)


def _reason(signature: etree._Element | None) -> errors.SignatureRefusal:
    """Say why the library gave up: an algorithm or a form outside the profile, or nothing one can read."""
    try:
        _require_whole(signature)
    except errors.SignatureRefusal as refusal:
        return refusal
    return errors.SignatureUnreadable()


def _require_whole(signature: etree._Element | None) -> str:
    """Refuse any signature but one over the whole document; the answer names the weak algorithm, if any."""
    if signature is None:
        raise errors.SignatureUnreadable
    info = signature.find("ds:SignedInfo", _NAMES)
    references = [] if info is None else info.findall("ds:Reference", _NAMES)
    if signature.find("ds:Object", _NAMES) is not None:
        raise errors.SignatureUnsupported(detail="Object")
    if info is None or not references:
        raise errors.SignatureUnreadable
    if len(references) != 1 or references[0].get("URI") != "":
        raise errors.SignatureWrapping
    transforms = [found.get("Algorithm", "") for found in references[0].iterfind(".//ds:Transform", _NAMES)]
    if transforms[:1] != [ENVELOPED] or len(transforms) > 2 or not _CANONICAL.issuperset(transforms[1:]):
        raise errors.SignatureUnsupported(detail=", ".join(transforms) or "Transforms")
    method = _algorithm(info, "ds:SignatureMethod")
    digest = _algorithm(references[0], "ds:DigestMethod")
    if method not in {known.value for known in METHODS}:
        raise errors.SignatureUnsupported(detail=method)
    if digest not in {known.value for known in DIGESTS}:
        raise errors.SignatureUnsupported(detail=digest)
    weak = [name.rpartition("#")[2] for name in (method, digest) if "sha1" in name]
    return weak[0] if weak else ""


def _algorithm(parent: etree._Element, name: str) -> str:
    found = parent.find(name, _NAMES)
    return "" if found is None else found.get("Algorithm", "")


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
