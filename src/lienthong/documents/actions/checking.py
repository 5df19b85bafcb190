"""Checking the form of a draft made elsewhere against annex I of NĐ 30/2020/NĐ-CP."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime

from pyhanko.pdf_utils.reader import PdfFileReader

from lienthong.documents.form_check.findings import Finding
from lienthong.documents.form_check.reading import ReaderTooSlow, read_sheet
from lienthong.documents.form_check.rules import Expected, check_sheet
from lienthong.documents.form_check.sheet import Sheet
from lienthong.documents.models import FormReading, OfficialDocument
from lienthong.documents.pdf_check import signing_boxes
from lienthong.identity.public import Role, Viewer
from lienthong.kernel.blobs import read_blob

Reader = Callable[[bytes], Sheet | None]


def check_form(
    *, document: OfficialDocument, viewer: Viewer, at: datetime, read: Reader = read_sheet
) -> list[Finding]:
    """The faults of form of an uploaded draft; none of a document laid out here, which a test proves clean.

    If the viewer may sign, box 7 is checked against the viewer's post. The file is read once, in a process of
    its own, which takes about a second; the result is kept beside the draft.
    """
    if document.uploaded is None:
        return []
    sheet = _sheet_of(document, at, read)
    if sheet is None:
        return [Finding("unreadable")]
    return check_sheet(sheet, _expected(document, viewer))


def _sheet_of(document: OfficialDocument, at: datetime, read: Reader) -> Sheet | None:
    """What was read of the file, now or before. Two who ask at once both read, and one result is kept.

    That the machine was too busy to read it is no result: the next who asks has it read again.
    """
    kept = FormReading.objects.filter(document=document).first()
    if kept is None:
        assert document.uploaded is not None
        try:
            sheet = read(read_blob(document.uploaded))
        except ReaderTooSlow:
            return None
        kept, _made = FormReading.objects.get_or_create(
            document=document, defaults={"sheet": sheet and sheet.as_json(), "read_at": at}
        )
    return Sheet.from_json(kept.sheet) if kept.sheet else None


def _expected(document: OfficialDocument, viewer: Viewer) -> Expected:
    kind, signs = document.document_type, viewer.has(Role.LEADER)
    assert document.uploaded is not None
    signature, _seal = signing_boxes(PdfFileReader(io.BytesIO(read_blob(document.uploaded)), strict=False))
    return Expected(
        type_code=document.type,
        type_name=kind.name_vi if kind.abbreviation else "",
        notation=document.notation,
        agency=document.agency.name,
        place=document.place,
        signer=viewer.name if signs else "",
        signer_title=viewer.post_title if signs else "",
        signature=(signature.left, signature.bottom, signature.right, signature.top),
    )
