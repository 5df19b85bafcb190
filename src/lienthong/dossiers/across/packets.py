"""The edXML packet that carries a letter: JSON first, then the files it names by their SHA-256."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lienthong.axis.public import DOSSIER_TYPE, edxml
from lienthong.directory.public import Agency
from lienthong.documents.public import store_received
from lienthong.dossiers.across.contracts import HandedOver, Letter, SentDocument, StateTold, Supplied
from lienthong.dossiers.across.refusals import (
    LetterFileWrong,
    LetterNotSigned,
    LetterUnreadable,
    TooMuchToTravel,
)
from lienthong.dossiers.across.wire import LARGEST, read_letter, write_letter
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.lifting import Lifted
from lienthong.kernel.models import Blob
from lienthong.signing.public import verify_packet

NAME, MEDIA_TYPE, NOTATION = "dossier.json", "application/json", "HSLT"
MEBIBYTE = 1024 * 1024
MOST_FILES, LARGEST_FILES = 100, 100 * MEBIBYTE


@dataclass(frozen=True)
class Opened:
    """A letter that its sender signed, with the files beside it by their SHA-256, not stored yet."""

    letter: Letter
    files: Mapping[str, edxml.Attachment]


def packet_of(
    letter: Letter, *, key: UUID, subject: str, sender: Agency, recipient: Agency, at: datetime
) -> bytes:
    """The unsigned packet of a letter with its files; `key` makes it the only one of its number.

    Raises:
        TooMuchToTravel: it has too many files, or too large ones. LetterUnreadable: a text is too long.
    """
    day = at.astimezone(VIETNAM).date()
    code = f"{key.hex}/{NOTATION}"
    written = edxml.Attachment(
        name=NAME, content_type=MEDIA_TYPE, content=write_letter(letter), content_id=f"{key.hex}.json"
    )
    organ = sender.old_code or sender.code
    packet = edxml.EdxmlPacket(
        sender=edxml.Party(organ_id=organ, organ_name=sender.name),
        recipients=(edxml.Party(organ_id=recipient.old_code or recipient.code, organ_name=recipient.name),),
        number=key.hex,
        notation=NOTATION,
        promulgated_on=day,
        subject=subject[:500],
        document_id=edxml.document_id_of(organ, day, code),
        type_name=DOSSIER_TYPE,
        attachments=(written, *_files(documents_of(letter))),
    )
    return edxml.build_packet(packet)


def documents_of(letter: Letter) -> tuple[SentDocument, ...]:
    """The papers or results that the letter names."""
    return letter.body.documents if isinstance(letter.body, HandedOver | Supplied | StateTold) else ()


def open_packet(xml: Lifted, *, sender: Agency, recipient: Agency, at: datetime) -> Opened:
    """The letter in a packet that `sender` signed for `recipient` alone.

    Raises:
        LetterNotSigned, LetterUnreadable, LetterFileWrong; `EdxmlRefusal`: it is no packet.
    """
    verdict = verify_packet(xml, at=at)
    if not verdict.signed_by(sender.pk):
        raise LetterNotSigned(verdict=sender.name if verdict.valid else verdict.sentence)
    packet = edxml.parse_packet(xml)
    if packet.business != edxml.Business.NEW or len(packet.recipients) != 1:
        raise LetterUnreadable(place="packet", fault="To, BussinessDocType")
    first, *others = packet.attachments or (None,)
    if first is None or first.size > LARGEST or len(others) > MOST_FILES:
        raise LetterUnreadable(place="packet", fault="Attachment")
    letter = read_letter(first.head(LARGEST))
    named = {one.sha256: one.name for one in documents_of(letter) if one.sha256}
    files = {one.content_id.partition(".")[0]: one for one in others if one is not None}
    missing = [name for sha256, name in named.items() if sha256 not in files]
    if missing:
        raise LetterFileWrong(name=missing[0])
    return Opened(letter, {sha256: files[sha256] for sha256 in named})


def store_files(opened: Opened, *, at: datetime) -> None:
    """Keep the files of a letter, scanned for viruses; each must be the one that the letter means.

    Raises:
        LetterFileWrong, and what `store_received` refuses.
    """
    for sha256, file in opened.files.items():
        blob = store_received(file.open(), at=at, max_bytes=LARGEST_FILES)
        if blob.sha256 != sha256:
            raise LetterFileWrong(name=file.name)


def _files(documents: Sequence[SentDocument]) -> list[edxml.Attachment]:
    names = {one.sha256: one.file_name or one.name for one in documents if one.sha256}
    blobs = Blob.objects.in_bulk(names)
    if len(names) > MOST_FILES or sum(blob.size for blob in blobs.values()) > LARGEST_FILES:
        raise TooMuchToTravel(most=MOST_FILES, size=LARGEST_FILES // MEBIBYTE)
    return [
        edxml.Attachment(
            name=name[:200],
            content_type=blobs[sha256].media_type[:100],
            content=read_blob(blobs[sha256]),
            content_id=f"{sha256}.{number}",
        )
        for number, (sha256, name) in enumerate(names.items(), start=1)
    ]
