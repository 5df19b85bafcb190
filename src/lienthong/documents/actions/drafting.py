"""Drafting: from a text to be laid out here, or from a PDF made elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency, Division
from lienthong.documents.contracts import TYPES
from lienthong.documents.models import OfficialDocument
from lienthong.documents.numbering import notation_of
from lienthong.documents.pdf_check import require_signable
from lienthong.documents.policies import require_can_draft
from lienthong.documents.refusals import (
    MAX_PARAGRAPH,
    MAX_SUBJECT,
    MissingText,
    UnknownDocumentType,
    UnknownUrgency,
    clean,
    clean_lines,
    refuse_secret,
)
from lienthong.documents.rendering import require_printable
from lienthong.documents.scanning import store_received
from lienthong.documents.states import Urgency
from lienthong.identity.public import Viewer
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.media_types import PDF
from lienthong.kernel.models import Blob
from lienthong.ledger.public import record

MAX_PDF_BYTES = 50 * 1024 * 1024


def draft_document(
    *,
    viewer: Viewer,
    type_code: str,
    subject: str,
    paragraphs: Sequence[str],
    at: datetime,
    addressees: Sequence[str] = (),
    recipients: Sequence[str] = (),
    authority: str = "",
    position: str = "",
    place: str = "",
    urgency: str = "",
    division: Division | None = None,
    register: str = "documents",
) -> OfficialDocument:
    """Write a draft of the viewer's agency; all texts are plain, `paragraphs` become box 6.

    `authority` ("TM. ỦY BAN NHÂN DÂN") and `position` ("CHỦ TỊCH") are box 7a; an empty position becomes the
    title of the post of whoever issues. `division` is the drafting unit in a công văn's notation.

    Raises:
        NotAllowed, UnknownDocumentType, UnknownUrgency, MissingText, TextTooLong, ControlCharacters,
        UnprintableText, SecretDocument
    """
    return _keep(
        written_draft(
            viewer=viewer,
            type_code=type_code,
            subject=subject,
            paragraphs=paragraphs,
            at=at,
            addressees=addressees,
            recipients=recipients,
            authority=authority,
            position=position,
            place=place,
            urgency=urgency,
            division=division,
            register=register,
        ),
        viewer,
        at,
    )


def written_draft(
    *,
    viewer: Viewer,
    type_code: str,
    subject: str,
    paragraphs: Sequence[str],
    at: datetime,
    addressees: Sequence[str] = (),
    recipients: Sequence[str] = (),
    authority: str = "",
    position: str = "",
    place: str = "",
    urgency: str = "",
    division: Division | None = None,
    register: str = "documents",
) -> OfficialDocument:
    """The draft that `draft_document` would keep, checked alike and not kept: for a look at it.

    Raises:
        What `draft_document` refuses.
    """
    body = clean_lines(paragraphs, field="paragraphs", most=MAX_PARAGRAPH)
    if not body:
        raise MissingText(field="paragraphs", part=_("the text itself"))
    refuse_secret(*body)
    draft = _draft(viewer, type_code, subject, urgency, division, register, at)
    draft.body = body
    draft.addressees = clean_lines(addressees, field="addressees")
    draft.recipients = clean_lines(recipients, field="recipients")
    draft.authority = clean(authority, field="authority")
    draft.position = clean(position, field="position", most=150)
    draft.place = clean(place, field="place", most=100)
    require_printable(
        draft.subject,
        *body,
        *draft.addressees,
        *draft.recipients,
        draft.authority,
        draft.position,
        draft.place,
    )
    return draft


def adopt_pdf(
    *,
    viewer: Viewer,
    pdf: Blob | Iterable[bytes] | BinaryIO,
    type_code: str,
    subject: str,
    at: datetime,
    urgency: str = "",
    position: str = "",
    division: Division | None = None,
    register: str = "documents",
) -> OfficialDocument:
    """Make a draft of the viewer's agency from a PDF made elsewhere; on issue it gets number and signatures.

    A `Blob` is a PDF that is stored already.

    Raises:
        NotAllowed, UnknownDocumentType, UnknownUrgency, MissingText, TextTooLong, ControlCharacters,
        SecretDocument, EmptyFile, FileTooLarge (over 50 MB), WrongFileType, ExecutableRefused, PdfBroken,
        PdfEncrypted, PdfTooManyRevisions, PdfTooComplex, AlreadySigned
    """
    draft = _draft(viewer, type_code, subject, urgency, division, register, at)
    draft.position = clean(position, field="position", most=150)
    with transaction.atomic():
        draft.uploaded = _checked_upload(pdf, at)
        return _keep(draft, viewer, at)


def adopt_source(
    *,
    viewer: Viewer,
    type_code: str,
    subject: str,
    at: datetime,
    urgency: str = "",
    division: Division | None = None,
) -> OfficialDocument:
    """Make a draft whose PDF is still to be made of a Word file; `converting.adopt_file` keeps that file.

    Raises:
        NotAllowed, UnknownDocumentType, UnknownUrgency, MissingText, TextTooLong, SecretDocument
    """
    return _keep(_draft(viewer, type_code, subject, urgency, division, "documents", at), viewer, at)


def _draft(
    viewer: Viewer,
    type_code: str,
    subject: str,
    urgency: str,
    division: Division | None,
    register: str,
    at: datetime,
) -> OfficialDocument:
    """An unsaved draft with what text and upload have in common."""
    require_can_draft(viewer)
    if type_code not in TYPES:
        raise UnknownDocumentType(field="type_code", type=type_code[:50])
    if urgency not in Urgency.values:
        raise UnknownUrgency(field="urgency", urgency=urgency[:50])
    title = clean(subject, field="subject", most=MAX_SUBJECT, required=_("the summary"))
    refuse_secret(title)
    agency = Agency.objects.get(pk=viewer.agency_id or 0)
    if division is not None and division.agency_id != agency.pk:
        raise ValueError("the drafting unit belongs to another agency")
    return OfficialDocument(
        agency=agency,
        division=division,
        type=type_code,
        register=register,
        notation=notation_of(TYPES[type_code], agency, division),
        subject=title,
        urgency=urgency,
        drafted_by_id=viewer.official_id,
        drafted_at=at,
    )


def _checked_upload(pdf: Blob | Iterable[bytes] | BinaryIO, at: datetime) -> Blob:
    blob = (
        pdf
        if isinstance(pdf, Blob)
        else store_received(pdf, at=at, max_bytes=MAX_PDF_BYTES, allow=frozenset({PDF}))
    )
    require_signable(read_blob(blob))
    return blob


def _keep(draft: OfficialDocument, viewer: Viewer, at: datetime) -> OfficialDocument:
    with transaction.atomic():
        draft.save(force_insert=True)
        record(
            actor=viewer.actor(),
            verb="document.draft",
            subject=draft.ledger_subject,
            at=at,
            data={"type": draft.type, "uploaded": draft.uploaded_id},
        )
    return draft
