"""The result of a dossier as an official document: drafted, changed, discarded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from lienthong.documents.public import (
    MAX_PDF_BYTES,
    OfficialDocument,
    adopt_pdf,
    draft_document,
    store_received,
)
from lienthong.dossiers import policies
from lienthong.dossiers.board import Board
from lienthong.dossiers.contracts import ResultSeen, ResultText
from lienthong.dossiers.game import move
from lienthong.dossiers.models import Dossier, DossierResult
from lienthong.dossiers.queries import find_dossier, find_result
from lienthong.dossiers.refusals import ResultChanged, ResultSignedAlready, ResultThere, ResultUnknown
from lienthong.dossiers.results import names_of
from lienthong.dossiers.states import DRAFT_RESULT, DROP_RESULT
from lienthong.identity.public import NotAllowed, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.media_types import PDF
from lienthong.kernel.models import Blob

File = Iterable[bytes] | BinaryIO


def draft_result(
    *, dossier_id: UUID, text: ResultText, viewer: Viewer, at: datetime, pdf: File | None = None
) -> DossierResult:
    """Draft a result in the name of the viewer's agency, of the text or of a PDF made elsewhere.

    Raises:
        NotFound, NotAllowed, DossierNotNow, ResultUnknown, ResultThere; and what `draft_document` and
        `adopt_pdf` refuse.
    """
    dossier = find_dossier(viewer, dossier_id)
    name = names_of(dossier).get(text.key)
    if name is None:
        raise ResultUnknown(field="key", procedure=dossier.version.procedure.name, key=text.key[:40])
    stored = _stored(pdf, at)
    with transaction.atomic():
        board, dossier = _loaded(dossier_id, viewer, at)
        policies.require_makes(viewer, dossier, DRAFT_RESULT, board.open[dossier_id])
        if any(one.key == text.key for one in board.results(dossier)):
            raise ResultThere(field="key", code=dossier.code, name=name)
        row = DossierResult(
            id=uuid7(),
            dossier=dossier,
            agency_id=viewer.agency_id or 0,
            key=text.key,
            name=name,
            document=_document(text, stored, viewer, at),
            made_at=at,
        )
        board.add(row)
        move(board, dossier, DRAFT_RESULT, data={"result": name})
        board.write()
    return row


def change_result(
    *, seen: ResultSeen, text: ResultText, viewer: Viewer, at: datetime, pdf: File | None = None
) -> DossierResult:
    """Draft it anew, in place of the draft that was read; without `pdf` and text the PDF there stays.

    Raises:
        NotFound, NotAllowed, DossierNotNow, ResultSignedAlready, ResultChanged; and what `draft_document`
        and `adopt_pdf` refuse.
    """
    found = find_result(viewer, seen.result_id)
    stored = _stored(pdf, at)
    with transaction.atomic():
        board, dossier = _loaded(found.dossier_id, viewer, at)
        policies.require_makes(viewer, dossier, DRAFT_RESULT, board.open[dossier.pk])
        row = _open(board, dossier, seen, viewer)
        former = row.document
        assert former is not None  # an open one has a draft
        kept = None if text.paragraphs else former.uploaded
        row.document = _document(text, stored or kept, viewer, at)
        row.save(update_fields=["document"])
        former.delete()
        move(board, dossier, DRAFT_RESULT, data={"result": row.name})
        board.write()
    return row


def drop_result(*, seen: ResultSeen, viewer: Viewer, at: datetime) -> None:
    """Discard the draft that was read.

    Raises:
        NotFound, NotAllowed, DossierNotNow, ResultSignedAlready, ResultChanged
    """
    found = find_result(viewer, seen.result_id)
    with transaction.atomic():
        board, dossier = _loaded(found.dossier_id, viewer, at)
        policies.require(viewer, dossier, DROP_RESULT)
        row = _open(board, dossier, seen, viewer)
        former = row.document
        row.delete()
        if former is not None:
            former.delete()
        move(board, dossier, DROP_RESULT, data={"result": row.name})
        board.write()


def require_seen(row: DossierResult, seen: ResultSeen) -> OfficialDocument:
    """The draft, if it is not signed and still the one that was read.

    Raises:
        ResultSignedAlready, ResultChanged
    """
    document = row.document
    if document is None or (document.pk != seen.document_id and not row.signed):
        drafter = document.drafted_by if document else None
        raise ResultChanged(
            name=row.name, drafter=drafter or "—", time=_said(document.drafted_at if document else None)
        )
    if row.signed:
        raise ResultSignedAlready(
            name=row.name,
            number=document.code,
            signer=document.signer or "—",
            time=_said(document.issued_at),
        )
    return document


def _open(board: Board, dossier: Dossier, seen: ResultSeen, viewer: Viewer) -> DossierResult:
    """The result on the board, as it was read."""
    rows = [one for one in board.results(dossier) if one.pk == seen.result_id]
    if not rows:
        raise ResultChanged(name="—", drafter="—", time="—")
    if rows[0].agency_id != viewer.agency_id:
        raise NotAllowed
    require_seen(rows[0], seen)
    return rows[0]


def _loaded(dossier_id: UUID, viewer: Viewer, at: datetime) -> tuple[Board, Dossier]:
    board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
    board.load([dossier_id])
    return board, board.dossiers[dossier_id]


def _document(text: ResultText, pdf: Blob | None, viewer: Viewer, at: datetime) -> OfficialDocument:
    """The draft in `documents`."""
    if pdf is not None:
        return adopt_pdf(
            viewer=viewer,
            pdf=pdf,
            type_code=text.type_code,
            subject=text.subject,
            position=text.position,
            at=at,
        )
    return draft_document(
        viewer=viewer,
        type_code=text.type_code,
        subject=text.subject,
        paragraphs=text.paragraphs,
        recipients=text.recipients,
        authority=text.authority,
        position=text.position,
        place=text.place,
        at=at,
    )


def _stored(pdf: File | None, at: datetime) -> Blob | None:
    """The file, kept before anything is locked: it may be large, and is looked at for viruses."""
    if pdf is None:
        return None
    return store_received(pdf, at=at, max_bytes=MAX_PDF_BYTES, allow=frozenset({PDF}))


def _said(instant: datetime | None) -> str:
    return instant.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y") if instant else "—"
