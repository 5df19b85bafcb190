"""Packets and agencies for the tests of the axis."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import count

from lienthong.axis.edxml import Attachment, EdxmlPacket, Party, Signer, document_id_of
from lienthong.directory.public import Agency
from lienthong.kernel.clock import VIETNAM

AT = datetime(2026, 3, 2, 9, 30, tzinfo=VIETNAM)
TODAY = AT.date()
_numbers = count(1)


def edxml_packet(
    *, sender: str = "G22", recipients: tuple[str, ...] = ("H55",), **changes: object
) -> EdxmlPacket:
    """A small valid packet with a number of its own."""
    number = str(changes.pop("number", "") or next(_numbers))
    notation = str(changes.pop("notation", "VPCP-TTĐT"))
    packet = EdxmlPacket(
        sender=Party(organ_id=sender, organ_name="Văn phòng Chính phủ"),
        recipients=tuple(Party(organ_id=code) for code in recipients),
        number=number,
        notation=notation,
        promulgated_on=TODAY,
        subject="Về việc đẩy mạnh gửi, nhận văn bản điện tử",
        document_id=document_id_of(sender, TODAY, f"{number}/{notation}"),
        place="Hà Nội",
        type_name="Công văn",
        signer=Signer(competence="KT.", position="Phó Chủ nhiệm", full_name="Nguyễn Văn A"),
    )
    return replace(packet, **changes)  # type: ignore[arg-type]


def attachment(content: bytes = b"plain words", **changes: str) -> Attachment:
    """A file to attach."""
    fields = {"name": "van-ban.txt", "content_type": "text/plain", "content_id": "file-1", **changes}
    return Attachment(content=content, **fields)


def agency(code: str, *, parent: Agency | None = None, **changes: object) -> Agency:
    """An agency that has existed since 2000."""
    fields: dict[str, object] = {
        "code": code,
        "old_code": code,
        "name": f"Cơ quan {code}",
        "short_name": code,
        "kind": "ministry",
        "parent": parent,
        "valid_from": date(2000, 1, 1),
    }
    return Agency.objects.create(**fields | changes)
