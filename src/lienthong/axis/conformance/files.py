"""Files that a good implementation takes, and files that it must not."""

from __future__ import annotations

import io
import zipfile

from lienthong.axis.edxml import Attachment

_PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
)
BROKEN_PDF = b"%PDF-1.7 and then nothing of the kind"


def pdf(revisions: int = 1) -> bytes:
    """A page of A4, appended to until it has so many revisions (ISO 32000-2, 7.5.6)."""
    content = bytearray(_PDF)
    offsets = [_PDF.index(b"%d 0 obj" % number) for number in (1, 2, 3)]
    at = len(content)
    content += b"xref\n0 4\n0000000000 65535 f \n"
    content += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    content += b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % at
    for _revision in range(revisions - 1):
        before, start = at, len(content)
        content += b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        at = len(content)
        content += b"xref\n1 1\n%010d 00000 n \n" % start
        content += b"trailer<</Size 4/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (before, at)
    return bytes(content)


def pdf_attachment(content: bytes, name: str = "van-ban.pdf") -> Attachment:
    """A file that says that it is a PDF."""
    return Attachment(name=name, content_type="application/pdf", content=content, content_id="file-1")


def zip_bomb() -> bytes:
    """20 kB that unpack to 20 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("van-ban.pdf", b"\0" * 20_000_000)
    return file.getvalue()


def xml_bomb() -> bytes:
    """Ten entities, each ten of the one before: 2 GB if they were expanded."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE b [<!ENTITY l0 "ha">{entities}]><edXML>&l9;</edXML>'.encode()
