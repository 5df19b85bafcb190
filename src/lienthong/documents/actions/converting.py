"""Drafts from Word files: kept at once, made into PDF/A by the worker, signed only then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.directory.public import Division
from lienthong.documents.actions.drafting import MAX_PDF_BYTES, adopt_pdf, adopt_source
from lienthong.documents.adapters.soffice import LibreOffice
from lienthong.documents.docx_check import check_docx
from lienthong.documents.models import DraftSource, OfficialDocument
from lienthong.documents.pdf_check import require_signable
from lienthong.documents.ports import Converter
from lienthong.documents.refusals_converting import ConversionFailed, ConverterAbsent
from lienthong.documents.scanning import store_received
from lienthong.documents.states import SourceState
from lienthong.identity.public import Viewer
from lienthong.kernel.blobs import read_blob, store_blob
from lienthong.kernel.errors import Refusal
from lienthong.kernel.jobs import enqueue
from lienthong.kernel.media_types import DOCX, OLE, PDF, ZIP
from lienthong.kernel.models import Blob

ACCEPTED = frozenset({PDF, DOCX, OLE, ZIP})


def adopt_file(
    *,
    viewer: Viewer,
    file: Iterable[bytes],
    type_code: str,
    subject: str,
    at: datetime,
    urgency: str = "",
    division: Division | None = None,
) -> OfficialDocument:
    """Make a draft of a PDF, or of a Word file that the worker converts soon after.

    Raises:
        What `adopt_pdf` refuses, and of Word files OldWordFormat, EncryptedDocx, BrokenDocx, SwollenDocx,
        MacrosInside, PartsElsewhere.
    """
    with transaction.atomic():
        blob = store_received(file, at=at, max_bytes=MAX_PDF_BYTES, allow=ACCEPTED)
        adopt = {"viewer": viewer, "type_code": type_code, "subject": subject, "urgency": urgency}
        if blob.media_type == PDF:
            return adopt_pdf(pdf=blob, division=division, at=at, **adopt)  # type: ignore[arg-type]
        check_docx(read_blob(blob))
        draft = adopt_source(division=division, at=at, **adopt)  # type: ignore[arg-type]
        DraftSource.objects.create(document=draft, blob=blob, asked_at=at)
        enqueue("documents.convert_source", document_id=str(draft.pk))
    return draft


def convert_source(*, document_id: UUID, at: datetime, convert: Converter | None = None) -> None:
    """Make the PDF of a draft's Word file, or write down why there is none.

    Nothing happens when the draft is gone, for it was saved anew, or has its PDF already.
    """
    source = DraftSource.objects.filter(document=document_id, state=SourceState.WAITING).first()
    if source is None:
        return
    try:
        pdf = (convert or LibreOffice())(read_blob(source.blob))
        require_signable(pdf)
    except Refusal as refusal:
        problem = ConverterAbsent.code if isinstance(refusal, ConverterAbsent) else ConversionFailed.code
        waiting = DraftSource.objects.filter(document=document_id, state=SourceState.WAITING)
        waiting.update(state=SourceState.FAILED, problem=problem, ended_at=at)
        return
    with transaction.atomic():
        held = DraftSource.objects.select_for_update().filter(document=document_id).first()
        if held is None or held.state != SourceState.WAITING:
            return
        made = store_blob([pdf], at=at, max_bytes=2 * MAX_PDF_BYTES, allow=frozenset({PDF}))
        OfficialDocument.objects.filter(pk=document_id).update(uploaded=made)
        held.state, held.ended_at = SourceState.CONVERTED, at
        held.save()


def source_of(document: OfficialDocument) -> DraftSource | None:
    """The Word file a draft was made of, if it was."""
    return DraftSource.objects.select_related("blob").filter(document=document).first()


def given_file(document: OfficialDocument) -> Blob | None:
    """The file the drafter gave: the Word file, or the PDF; None of a text written here."""
    source = source_of(document)
    return source.blob if source else document.uploaded
