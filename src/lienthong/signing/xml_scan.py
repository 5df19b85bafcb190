"""What a signed XML says of its signatures, once it has passed as XML that a tree may be made of."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from lxml import etree

from lienthong.kernel import xml_survey
from lienthong.kernel.lifting import Lifted
from lienthong.signing import errors

DSIG = "http://www.w3.org/2000/09/xmldsig#"
MAX_CERTIFICATES = 8
MAX_CERTIFICATE_TEXT = 20_000
TEXT_LIMIT = 9_000_000  # libxml2 holds texts to 10 MB unless told otherwise
_CERTIFICATE = "/".join(f"{{{DSIG}}}{name}" for name in ("KeyInfo", "X509Data", "X509Certificate"))
_TEXT = etree.XPath("string()", smart_strings=False)


@dataclass(frozen=True)
class Scan:
    """What was met: the tree, how many signatures, and the certificates inside them as base64 text."""

    root: etree._Element
    signatures: int
    certificates: tuple[str, ...]

    def certificate_ders(self) -> tuple[bytes, ...]:
        """The certificates decoded; raises `SignatureUnreadable` if one is not base64."""
        try:
            return tuple(base64.b64decode("".join(text.split()), validate=True) for text in self.certificates)
        except (binascii.Error, ValueError) as error:
            raise errors.SignatureUnreadable from error


def hardened_parser(size: int) -> etree.XMLParser:
    """A parser that follows nothing; the survey before it stands in for the limits that large texts lift."""
    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=size > TEXT_LIMIT
    )


def scan(lifted: Lifted, *, max_bytes: int) -> Scan:
    """Read the XML; its lifted runs are no more than texts to it.

    Raises:
        SignedFileEmpty, SignedFileTooLarge, SignedXmlMalformed, SignedXmlDoctype, SignedXmlTooComplex
    """
    root = _read(lifted, max_bytes)
    signatures = list(root.iter(f"{{{DSIG}}}Signature"))
    certificates = tuple(
        str(_TEXT(found)) for signature in signatures for found in signature.iterfind(_CERTIFICATE)
    )
    if len(certificates) > MAX_CERTIFICATES or any(len(text) > MAX_CERTIFICATE_TEXT for text in certificates):
        raise errors.SignedXmlTooComplex(rule="certificates", limit=MAX_CERTIFICATES)
    return Scan(root, len(signatures), certificates)


def _read(lifted: Lifted, max_bytes: int) -> etree._Element:
    xml = lifted.skeleton
    if not xml:
        raise errors.SignedFileEmpty
    if lifted.size > max_bytes:
        raise errors.SignedFileTooLarge(limit=max_bytes // (1024 * 1024))
    try:
        lifted.require_xml()
        return etree.fromstring(xml, hardened_parser(len(xml)))
    except xml_survey.HasDoctype as fault:
        raise errors.SignedXmlDoctype from fault
    except xml_survey.TooComplex as fault:
        raise errors.SignedXmlTooComplex(rule=fault.rule, limit=fault.limit) from fault
    except (xml_survey.NotUtf8, xml_survey.NotWellFormed) as fault:
        raise errors.SignedXmlMalformed(line=fault.line) from fault
    except etree.XMLSyntaxError as error:
        raise errors.SignedXmlMalformed(line=error.lineno or 1) from error
