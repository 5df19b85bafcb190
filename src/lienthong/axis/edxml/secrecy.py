"""Finding the marks of state secrets: MẬT, TỐI MẬT, TUYỆT MẬT (Law 29/2018/QH14, article 8).

The words alone prove nothing: documents *about* secrecy name them, and "bảo mật" is no secret. A mark stands
alone in a field, in brackets, in front of the subject, or behind "độ mật:".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lienthong.axis.edxml import errors

if TYPE_CHECKING:
    from lienthong.axis.edxml.contracts import EdxmlPacket

_LEVEL = r"(?:tuyệt\s+mật|tối\s+mật|mật)"
_ALONE = re.compile(rf"(?:độ\s+mật\s*[:\-–]?\s*)?[(\[]?{_LEVEL}[)\]]?", re.IGNORECASE)
_BRACKETED = re.compile(
    rf"[(\[]\s*(?:độ\s+mật\s*:?\s*)?{_LEVEL}\s*[)\]]|độ\s+mật\s*:\s*{_LEVEL}", re.IGNORECASE
)
_LEADING = re.compile(r"(?:TUYỆT\s+MẬT|TỐI\s+MẬT|MẬT)\s*[:\-–—.]")
_NOTATION = re.compile(rf"[-/(]\s*{_LEVEL}\s*\)?", re.IGNORECASE)
_NOT_SECRET = {"0", "false", "không", "thường", "none", "no"}


def refuse_secret(packet: EdxmlPacket) -> None:
    """Raise `SecretDocument`, naming the field, if any field carries a mark of secrecy."""
    if packet.secrecy and packet.secrecy.lower() not in _NOT_SECRET:
        raise errors.SecretDocument(field="Secrecy")
    for field, text in _marks(packet):
        if _ALONE.fullmatch(text):
            raise errors.SecretDocument(field=field)
    for field, text in (("Subject", packet.subject), ("Content", packet.content)):
        if _LEADING.match(text) or _BRACKETED.search(text):
            raise errors.SecretDocument(field=field)
    if _NOTATION.search(packet.notation):
        raise errors.SecretDocument(field="Code/CodeNotation")


def _marks(packet: EdxmlPacket) -> Iterator[tuple[str, str]]:
    yield "DocumentType/Type", packet.type_code
    yield "DocumentType/TypeName", packet.type_name
    yield "DocumentType/TypeDetail", packet.type_detail
    yield "OtherInfo/SphereOfPromulgation", packet.sphere
    yield "OtherInfo/TyperNotation", packet.typist
    yield "Subject", packet.subject
    yield "Content", packet.content
    for attachment in packet.attachments:
        yield "Attachment/Description", attachment.description
