"""A first pass over XML from outside that builds nothing: UTF-8, no document type, caps on all that grows.

Only what passes becomes a tree. expat refuses what is not well-formed, so that a second reader sees the same.
"""

from __future__ import annotations

import codecs
from xml.parsers import expat

MAX_DEPTH = 40
MAX_ELEMENTS = 250_000
MAX_ATTRIBUTES = 40
_CHUNK = 1 << 20
_UTF8 = {"utf-8", "utf8"}


class XmlFault(Exception):
    """What is wrong with the XML; who asked for the pass says it in words of its own."""


class NotUtf8(XmlFault):
    """A byte that is not UTF-8, or another encoding declared."""

    def __init__(self, *, position: int, line: int) -> None:
        super().__init__(position, line)
        self.position, self.line = position, line


class NotWellFormed(XmlFault):
    """No XML."""

    def __init__(self, *, line: int, column: int) -> None:
        super().__init__(line, column)
        self.line, self.column = line, column


class HasDoctype(XmlFault):
    """A document type: the door of XML bombs and external entities."""


class TooComplex(XmlFault):
    """Nested too deep, or too many elements or attributes."""

    def __init__(self, *, rule: str, limit: int) -> None:
        super().__init__(rule, limit)
        self.rule, self.limit = rule, limit


def survey(xml: bytes) -> None:
    """Walk over the XML once.

    Raises:
        NotUtf8, NotWellFormed, HasDoctype, TooComplex
    """
    walk = _Walk()
    decoder = codecs.getincrementaldecoder("utf-8")()
    start = 0
    try:
        for start in range(0, len(xml), _CHUNK):
            chunk = xml[start : start + _CHUNK]
            decoder.decode(chunk, final=start + _CHUNK >= len(xml))
            walk.parser.Parse(chunk, False)
        walk.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise NotWellFormed(line=error.lineno, column=error.offset) from error
    except UnicodeDecodeError as error:
        raise NotUtf8(position=start + error.start, line=walk.parser.CurrentLineNumber) from error


class _Walk:
    """The handlers of one pass."""

    def __init__(self) -> None:
        self.depth = self.elements = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding and encoding.lower() not in _UTF8:
            raise NotUtf8(position=0, line=1)

    def _doctype(self, *_: object) -> None:
        raise HasDoctype

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH:
            raise TooComplex(rule="depth", limit=MAX_DEPTH)
        if self.elements > MAX_ELEMENTS:
            raise TooComplex(rule="elements", limit=MAX_ELEMENTS)
        if len(attributes) > MAX_ATTRIBUTES:
            raise TooComplex(rule="attributes", limit=MAX_ATTRIBUTES)

    def _end(self, name: str) -> None:
        self.depth -= 1
