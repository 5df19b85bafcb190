"""A first pass over signed XML that builds nothing: no document type, caps on everything, and what is signed.

Only what passes becomes a tree. expat refuses what is not well-formed, so that a second reader sees the same.
"""

from __future__ import annotations

import base64
import binascii
import codecs
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from lienthong.kernel.lifting import Lifted
from lienthong.signing import errors

DSIG = "http://www.w3.org/2000/09/xmldsig#"
MAX_DEPTH = 40
MAX_ELEMENTS = 250_000
MAX_ATTRIBUTES = 40
MAX_CERTIFICATES = 8
MAX_CERTIFICATE_TEXT = 20_000
_CHUNK = 1 << 20
_CERTIFICATE = tuple(f"{DSIG} {name}" for name in ("Signature", "KeyInfo", "X509Data", "X509Certificate"))


@dataclass
class Scan:
    """What was met: how many signatures, and the certificates inside them as base64 text."""

    signatures: int = 0
    certificates: list[str] = field(default_factory=list)

    def certificate_ders(self) -> list[bytes]:
        """The certificates decoded; raises `SignatureUnreadable` if one is not base64."""
        try:
            return [base64.b64decode("".join(text.split()), validate=True) for text in self.certificates]
        except binascii.Error as error:
            raise errors.SignatureUnreadable from error


def scan(lifted: Lifted, *, max_bytes: int) -> Scan:
    """Walk over the XML once; its lifted runs are no more than texts to it.

    Raises:
        SignedFileEmpty, SignedFileTooLarge, SignedXmlMalformed, SignedXmlDoctype, SignedXmlTooComplex
    """
    xml = lifted.skeleton
    if not xml:
        raise errors.SignedFileEmpty
    if lifted.size > max_bytes:
        raise errors.SignedFileTooLarge(limit=max_bytes // (1024 * 1024))
    walk = _Walk()
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(xml), _CHUNK):
            chunk = xml[start : start + _CHUNK]
            decoder.decode(chunk, final=start + _CHUNK >= len(xml))
            walk.parser.Parse(chunk, False)
        walk.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise errors.SignedXmlMalformed(line=error.lineno) from error
    except UnicodeDecodeError as error:
        raise errors.SignedXmlMalformed(line=walk.parser.CurrentLineNumber) from error
    return walk.found


class _Walk:
    """The handlers of one pass."""

    def __init__(self) -> None:
        self.found = Scan()
        self.path: list[str] = []
        self.elements = 0
        self.text: list[str] | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        handlers: dict[str, Callable[..., Any]] = {
            "XmlDeclHandler": self._declaration,
            "StartDoctypeDeclHandler": self._doctype,
            "StartElementHandler": self._start,
            "EndElementHandler": self._end,
        }
        for name, handler in handlers.items():
            setattr(self.parser, name, handler)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding and encoding.lower() not in {"utf-8", "utf8"}:
            raise errors.SignedXmlMalformed(line=1)

    def _doctype(self, *_: object) -> None:
        raise errors.SignedXmlDoctype

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name)
        self.elements += 1
        for rule, count, limit in (
            ("depth", len(self.path), MAX_DEPTH),
            ("elements", self.elements, MAX_ELEMENTS),
            ("attributes", len(attributes), MAX_ATTRIBUTES),
        ):
            if count > limit:
                raise errors.SignedXmlTooComplex(rule=rule, limit=limit)
        if name == _CERTIFICATE[0]:
            self.found.signatures += 1
        if name == _CERTIFICATE[-1] and tuple(self.path[-4:]) == _CERTIFICATE:
            self.text = []
            self.parser.CharacterDataHandler = self._characters

    def _characters(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def _end(self, name: str) -> None:
        self.path.pop()
        if self.text is None:
            return
        text, self.text = "".join(self.text), None
        self.parser.CharacterDataHandler = None
        if len(text) > MAX_CERTIFICATE_TEXT or len(self.found.certificates) >= MAX_CERTIFICATES:
            raise errors.SignedXmlTooComplex(rule="certificates", limit=MAX_CERTIFICATES)
        self.found.certificates.append(text)
