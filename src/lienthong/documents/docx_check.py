"""Whether an uploaded Word file may be given to LibreOffice: whole, open, without macros, of a sane size.

Only the directory of the archive and its small parts of XML are read here, so a bomb does not go off.
"""

from __future__ import annotations

import io
import re
import zipfile

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal

MOST_PARTS = 5_000
MOST_BYTES = 300 * 1024 * 1024
MOST_RATIO = 200
MOST_XML = 2 * 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_MACROS = re.compile(rb"macroEnabled|vbaProject", re.IGNORECASE)
_EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
_HYPERLINK = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", re.IGNORECASE)


class BrokenDocx(Refusal):
    """The file calls itself a Word document and cannot be read as one."""

    code, status = "broken-docx", 422
    sentence = _(
        "The Word file is damaged or is no .docx. Open it in a word processor, save it as .docx "
        "and send it anew."
    )


class MacrosInside(Refusal):
    """The document carries programs."""

    code, status = "macros-inside", 422
    sentence = _(
        "The Word file contains macros, which are programs. Save it as .docx without macros and send it anew."
    )


class EncryptedDocx(Refusal):
    """The document is locked with a password."""

    code, status = "encrypted-docx", 422
    sentence = _("The Word file is locked with a password. Remove the password and send it anew.")


class OldWordFormat(Refusal):
    """The document is in the format before 2007."""

    code, status = "old-word-format", 422
    sentence = _("The file is in the old .doc format. Save it as .docx and send it anew.")


class SwollenDocx(Refusal):
    """Unpacked, the document is out of all proportion."""

    code, status = "swollen-docx", 422
    sentence = _(
        "Unpacked, the Word file would take more than %(megabytes)s MB or has too many parts, so it was "
        "not opened. Make the pictures in it smaller, or send a PDF."
    )


class PartsElsewhere(Refusal):
    """The document loads parts from other addresses, which would make this server fetch them."""

    code, status = "parts-elsewhere", 422
    sentence = _(
        "The Word file loads pictures or templates from other addresses. Put them into the file itself "
        "and send it anew."
    )


def check_docx(content: bytes) -> None:
    """Refuse a Word file that is not to be converted.

    Raises:
        OldWordFormat, EncryptedDocx, BrokenDocx, SwollenDocx, MacrosInside, PartsElsewhere
    """
    if content.startswith(OLE):
        raise EncryptedDocx(field="file") if ENCRYPTED in content else OldWordFormat(field="file")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(archive)
    except Refusal:
        raise
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        KeyError,
        EOFError,
        RuntimeError,
        NotImplementedError,  # zipfile, of a method or version it does not know
    ) as error:
        raise BrokenDocx(field="file") from error


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    whole = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > MOST_PARTS or whole > MOST_BYTES or (whole > MOST_XML and whole > packed * MOST_RATIO):
        raise SwollenDocx(field="file", megabytes=MOST_BYTES // 1024 // 1024)
    names = {part.filename for part in parts}
    if not {"[Content_Types].xml", "word/document.xml"} <= names or any(part.flag_bits & 1 for part in parts):
        raise BrokenDocx(field="file")
    if any("vbaproject" in name.casefold() for name in names) or _MACROS.search(
        _start(archive, "[Content_Types].xml")
    ):
        raise MacrosInside(field="file")
    for name in names:
        if name.endswith(".rels"):
            links = _EXTERNAL.findall(_start(archive, name))
            if any(not _HYPERLINK.search(link) for link in links):
                raise PartsElsewhere(field="file")


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    """The part, which must be small: what is longer is no honest list of types or relations."""
    with archive.open(name) as part:
        start = part.read(MOST_XML + 1)
    if len(start) > MOST_XML:
        raise SwollenDocx(field="file", megabytes=MOST_BYTES // 1024 // 1024)
    return start
