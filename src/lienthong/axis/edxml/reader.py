"""Hardened reading of XML: no document type, no entities, no network, and caps on all that can grow."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

from lxml import etree

from lienthong.axis.edxml import errors
from lienthong.axis.edxml.values import clean
from lienthong.kernel import xml_survey
from lienthong.kernel.lifting import SHORTEST, Lifted

ENCODED = "ContentTransferEncoded"
# libxml2 holds texts to 10 MB unless told otherwise; only an attachment's base64 is longer. The survey before
# (caps, no document type) stands in for the limits that `huge_tree` lifts.
_LIBXML2_TEXT_LIMIT = 9_000_000
_TEXTS_WITH = etree.XPath("//text()[contains(., $mark)]")


def read_tree(packet: Lifted) -> Node:
    """The root of a packet, which must be UTF-8 and within the caps; each fault has its own refusal."""
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
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise errors.MalformedXml(line=error.lineno, column=error.offset) from error
    _unlift_texts(root, packet)
    return Node(root)


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


def _unlift_texts(root: etree._Element, packet: Lifted) -> None:
    """Make texts that were lifted long again, but for those of attachments: none is read as its token.

    No text that is read may be as long as a run, so what the run says does not matter.
    """
    mark = packet.mark.decode()
    enclosed = sum(mark in (element.text or "") for element in root.iter(f"{{*}}{ENCODED}"))
    if enclosed == len(packet.runs):  # each stands in the text once, so none is left for another place
        return
    long = "A" * SHORTEST
    for found in cast("list[Any]", _TEXTS_WITH(root, mark=mark)):
        element = found.getparent()
        if found.is_tail:
            element.tail = long
        elif _plain(element.tag) != ENCODED.lower():
            element.text = long


class Node:
    """An element and what stands in it, by their plain names: a packet is asked for more than it holds."""

    __slots__ = ("_named", "element")

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self._named: dict[str, list[Node]] | None = None

    def __iter__(self) -> Iterator[Node]:
        """The direct children, in their order."""
        return map(Node, self.element)

    @property
    def name(self) -> str:
        """The local name, in small letters."""
        return _plain(self.element.tag)

    @property
    def raw_text(self) -> str:
        """The text as it stands there."""
        return self.element.text or ""

    @property
    def text(self) -> str:
        """The cleaned text of an element that holds nothing else."""
        return clean(self.element.text or "")

    def attribute(self, name: str) -> str:
        """The cleaned value of the attribute of that local name; empty if there is none."""
        found = (value for key, value in self.element.attrib.items() if etree.QName(key).localname == name)
        return clean(str(next(found, "")))

    def children(self, name: str) -> list[Node]:
        """The direct children of that local name, whatever their prefix, case or spelling of Business."""
        named = self._named
        if named is None:
            named = self._named = {}
            for element in self.element:
                named.setdefault(_plain(element.tag), []).append(Node(element))
        return named.get(_plain(name), [])


def children(node: Node | None, name: str) -> list[Node]:
    """As `Node.children`; none of what is not there."""
    return node.children(name) if node is not None else []


def child(node: Node | None, name: str) -> Node | None:
    """The one child of that name, or None; a second one is refused, as it could hide what was signed."""
    found = children(node, name)
    if len(found) > 1:
        raise errors.ElementRepeated(field=name)
    return found[0] if found else None


def required(node: Node | None, name: str) -> Node:
    """The one child of that name; raises `NotEdxml` without it."""
    found = child(node, name)
    if found is None:
        raise errors.NotEdxml(field=name)
    return found


def text(node: Node | None, name: str) -> str:
    """The cleaned text of the one child of that name; empty if there is none."""
    found = child(node, name)
    return found.text if found is not None else ""


@lru_cache(maxsize=512)
def _plain(tag: str) -> str:
    return tag.rpartition("}")[2].lower().replace("bussiness", "business")
