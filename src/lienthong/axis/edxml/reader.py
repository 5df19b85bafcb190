"""Hardened reading of XML: no document type, no entities, no network, and caps on all that can grow."""

from __future__ import annotations

from functools import lru_cache

from lxml import etree

from lienthong.axis.edxml import errors
from lienthong.axis.edxml.values import clean
from lienthong.kernel import xml_survey
from lienthong.kernel.lifting import SHORTEST, Lifted

ENCODED = "ContentTransferEncoded"
# libxml2 holds texts to 10 MB unless told otherwise; only an attachment's base64 is longer. The survey before,
# with its caps and without a document type, stands in for the limits that `huge_tree` lifts.
_LIBXML2_TEXT_LIMIT = 9_000_000


def read_tree(packet: Lifted) -> etree._Element:
    """The root of the skeleton, which must be UTF-8 and within the caps; each fault has its own refusal."""
    xml = packet.skeleton
    if not xml:
        raise errors.EmptyPacket()
    _require_xml(packet)
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


def _require_xml(packet: Lifted) -> None:
    try:
        packet.require_xml()
    except xml_survey.NotUtf8 as fault:
        raise errors.InvalidUtf8(position=fault.position) from fault
    except xml_survey.NotWellFormed as fault:
        raise errors.MalformedXml(line=fault.line, column=fault.column) from fault
    except xml_survey.HasDoctype as fault:
        raise errors.DoctypeForbidden() from fault
    except xml_survey.TooComplex as fault:
        raise errors.XmlTooComplex(rule=fault.rule, limit=fault.limit) from fault


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
