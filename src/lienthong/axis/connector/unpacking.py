"""The attachments of a delivery as files of their own, under names that can do no harm."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Collection
from pathlib import Path

from lienthong.axis.connector.folders import flush
from lienthong.axis.edxml import Attachment, parse_packet
from lienthong.axis.encryption import decrypt_attachments, is_enveloped
from lienthong.kernel.envelopes import EnvelopeRefusal, ReadingKey
from lienthong.kernel.lifting import lift

LONGEST = 150
_COPIED = 1 << 20
NAMELESS = "tep-dinh-kem"
# Not in a file name: control and format characters (which turn text around), and what some system forbids.
_UNFIT = re.compile(
    r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]'
)
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def unpack(packet: Path, folder: Path, keys: Collection[ReadingKey] = ()) -> str:
    """Write the attachments of a packet into a new folder, durably; says how many, and what stayed encrypted.

    With keys, what is encrypted is opened; what none of them opens is written as it came.

    What an earlier attempt left in the folder is removed.

    Raises:
        EdxmlRefusal, TextTooLarge: the packet cannot be read.
    """
    closed = list[str]()
    with packet.open("rb") as edxml:
        attachments = parse_packet(lift(iter(lambda: edxml.read(_COPIED), b""))).attachments
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    used: set[str] = set()
    for packed in attachments:
        attachment = _opened(packed, keys, closed)
        name = safe_name(attachment.name, used)
        used.add(name.casefold())
        with (folder / name).open("xb") as file:
            shutil.copyfileobj(attachment.open(), file, _COPIED)
            file.flush()
            os.fsync(file.fileno())
    flush(folder)
    told = f", {len(closed)} not decrypted: {closed[0]}" if closed else ""
    return f"{len(attachments)} attachments{told}"


def _opened(attachment: Attachment, keys: Collection[ReadingKey], closed: list[str]) -> Attachment:
    """The attachment, decrypted if there are keys and one of them opens it; else why not is noted."""
    if not keys or not is_enveloped(attachment):
        return attachment
    try:
        return decrypt_attachments([attachment], keys)[0]
    except EnvelopeRefusal as refusal:
        closed.append(refusal.code)
        return attachment


def safe_name(name: str, used: set[str]) -> str:
    """A plain file name made of what the sender wrote, unlike all `used` ones (which are in folded case).

    Folders are cut off, so that nothing is written outside; the ending is kept where a name is shortened.
    """
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = _UNFIT.sub("_", plain).strip().strip(".").strip() or NAMELESS
    if _DEVICES.fullmatch(plain):
        plain = f"_{plain}"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, dot, ending = plain, "", ""
    stem = stem.encode()[:LONGEST].decode(errors="ignore")
    chosen, number = f"{stem}{dot}{ending}", 1
    while chosen.casefold() in used:
        number += 1
        chosen = f"{stem} ({number}){dot}{ending}"
    return chosen
