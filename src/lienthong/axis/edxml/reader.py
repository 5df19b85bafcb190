"""Hardened reading of XML: no document type, no entities, no network, and caps on all that can grow.

A first pass with expat builds nothing and holds nothing; only what passes it becomes an lxml tree.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from functools import lru_cache
from xml.parsers import expat

from lxml import etree

from lienthong.axis.edxml import errors
from lienthong.axis.edxml.values import clean
from lienthong.kernel.lifting import SHORTEST, Lifted

MAX_DEPTH = 40
MAX_ELEMENTS = 250_000
MAX_ATTRIBUTES = 30
ENCODED = "ContentTransferEncoded"
_CHUNK = 1 << 20
# libxml2 holds texts to 10 MB unless told otherwise; only an attachment's base64 is longer. The caps above
# and the forbidden document type, already checked by then, stand in for the limits that `huge_tree` lifts.
_LIBXML2_TEXT_LIMIT = 9_000_000


def read_tree(xml: bytes) -> etree._Element:
    """The root of the XML, which must be UTF-8 and within the caps; each fault has its own refusal."""
    if not xml:
        raise errors.EmptyPacket()
    _check_utf8(xml)
    _check_structure(xml)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=len(xml) > _LIBXML2_TEXT_LIMIT,
    )
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise errors.MalformedXml(line=error.lineno, column=error.offset) from error


def unlift_texts(root: etree._Element, packet: Lifted) -> None:
    """Make texts that were lifted long again, but for those of attachments: none is read as its token.

    No text that is read may be as long as a run, so what the run says does not matter.
    """
    if not packet.runs:
        return
    long = "A" * SHORTEST
    for element in root.iter():
        if packet.has_token(element.tail):
            element.tail = long
        if packet.has_token(element.text) and _plain(element.tag) != ENCODED.lower():
            element.text = long


def _check_utf8(xml: bytes) -> None:
    decoder, position = codecs.getincrementaldecoder("utf-8")(), 0
    try:
        for chunk in _chunks(xml):
            decoder.decode(chunk, final=position + len(chunk) >= len(xml))
            position += len(chunk)
    except UnicodeDecodeError as error:
        raise errors.InvalidUtf8(position=position + error.start) from error


def _check_structure(xml: bytes) -> None:
    scan = _Scan()
    try:
        for chunk in _chunks(xml):
            scan.parser.Parse(chunk, False)
        scan.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise errors.MalformedXml(line=error.lineno, column=error.offset) from error


def _chunks(xml: bytes) -> Iterator[bytes]:
    return (xml[start : start + _CHUNK] for start in range(0, len(xml), _CHUNK))


class _Scan:
    """Counts depth, elements and attributes while expat walks over the text."""

    def __init__(self) -> None:
        self.depth = self.elements = 0
        self.parser = expat.ParserCreate()
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding and encoding.lower() not in {"utf-8", "utf8"}:
            raise errors.InvalidUtf8(position=0)

    def _doctype(self, name: str, system: str | None, public: str | None, subset: bool) -> None:
        raise errors.DoctypeForbidden()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH:
            raise errors.XmlTooComplex(rule="depth", limit=MAX_DEPTH)
        if self.elements > MAX_ELEMENTS:
            raise errors.XmlTooComplex(rule="elements", limit=MAX_ELEMENTS)
        if len(attributes) > MAX_ATTRIBUTES:
            raise errors.XmlTooComplex(rule="attributes", limit=MAX_ATTRIBUTES)

    def _end(self, name: str) -> None:
        self.depth -= 1


def children(element: etree._Element | None, name: str) -> list[etree._Element]:
    """The direct children of that local name, whatever their prefix, case or spelling of Business."""
    wanted = _plain(name)
    return [found for found in element if _plain(found.tag) == wanted] if element is not None else []


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The one child of that name, or None; a second one is refused, as it could hide what was signed."""
    found = children(element, name)
    if len(found) > 1:
        raise errors.ElementRepeated(field=name)
    return found[0] if found else None


def required(element: etree._Element | None, name: str) -> etree._Element:
    """The one child of that name; raises `NotEdxml` without it."""
    found = child(element, name)
    if found is None:
        raise errors.NotEdxml(field=name)
    return found


def text(element: etree._Element | None, name: str) -> str:
    """The cleaned text of the one child of that name; empty if there is none."""
    found = child(element, name)
    return own_text(found) if found is not None else ""


def own_text(element: etree._Element) -> str:
    """The cleaned text of an element that holds nothing else."""
    return clean(element.text or "")


@lru_cache(maxsize=512)
def _plain(tag: str) -> str:
    return tag.rpartition("}")[2].lower().replace("bussiness", "business")
