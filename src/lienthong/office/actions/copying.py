"""Electronic copies of issued documents and of authentic incoming ones (NĐ 30/2020, Đ.25–27)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import (
    CopyOrder,
    ElectronicCopy,
    Original,
    SecretDocument,
    forget_copies,
    make_copy,
)
from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, Subject, record
from lienthong.office import outgoing_queries, policies, queries, secrecy
from lienthong.office.contracts import StoredVerdict
from lienthong.office.copy_models import CopyOfIncoming
from lienthong.office.models import IncomingDocument, IncomingFile, OutgoingDocument
from lienthong.office.states import WITHDRAWN_CODE, Reading, State
from lienthong.office.text_models import ReadText

MAX_ORIGINAL_BYTES = 60 * 1024 * 1024


class OriginalWithdrawn(Refusal):
    """Of a withdrawn document no copy is made, and none that was made is given out."""

    code, status = "original-withdrawn", 410
    sentence = _(
        "The document was withdrawn by the agency that issued it, so there is no copy of it. "
        "Ask that agency for the document that took its place."
    )


class NotIssuedYet(Refusal):
    """A draft is no document to copy."""

    code, status = "not-issued-yet", 409
    sentence = _("The document is still a draft, so it cannot be copied. It can once it is issued.")


class NotProven(Refusal):
    """A copy is made of what is authentic."""

    code, status = "original-not-proven", 409
    sentence = _(
        "The signatures of this file could not be established, or it is no signed PDF, "
        "so no copy can be made of it."
    )


class OriginalTooLarge(Refusal):
    """A file beyond what is copied while somebody waits."""

    code, status = "original-too-large", 422
    sentence = _("The original has more than %(megabytes)s MB; a copy of it is made on paper.")


def copy_outgoing(*, outgoing_id: UUID, order: CopyOrder, viewer: Viewer, at: datetime) -> ElectronicCopy:
    """Copy an issued document of the own agency.

    Raises:
        NotFound, NotAllowed, NotIssuedYet, OriginalWithdrawn, and what `make_copy` refuses.
    """
    require_copies(viewer)
    with transaction.atomic():
        outgoing = outgoing_queries.find_outgoing(viewer, outgoing_id, lock=True)
        document = outgoing.document
        if outgoing.state not in policies.ISSUED or document.pdf is None:
            raise NotIssuedYet
        if is_withdrawn(outgoing):
            raise OriginalWithdrawn
        _require_size(document.pdf.size)
        original = Original(
            pdf=read_blob(document.pdf),
            code=document.code,
            agency_name=outgoing.agency.name,
            subject=document.subject,
            sha256=document.sha256,
            official_id=document.pk,
            stamped=document.uploaded_id is not None,
        )
        made = make_copy(original=original, order=order, viewer=viewer, at=at)
        _record("office.outgoing", outgoing.id, "outgoing.copy", made, viewer, at)
    return made


def copy_incoming(
    *, document_id: UUID, position: int, order: CopyOrder, viewer: Viewer, at: datetime
) -> ElectronicCopy:
    """Copy a file of an authentic incoming document.

    Raises:
        NotFound, NotAllowed, OriginalWithdrawn, NotProven, SecretDocument, OriginalTooLarge, and what
        `make_copy` refuses.
    """
    require_copies(viewer)
    with transaction.atomic():
        document = queries.find_incoming(viewer, document_id, lock=True)
        if document.state == State.WITHDRAWN:
            raise OriginalWithdrawn
        file = queries.find_file(viewer, document_id, position)
        _require_proven(document, file)
        assert file.blob is not None
        _require_size(file.blob.size)
        original = Original(
            pdf=read_blob(file.blob),
            code=document.code,
            agency_name=document.sender_name,
            subject=document.subject,
            sha256=file.blob.sha256,
        )
        made = make_copy(original=original, order=order, viewer=viewer, at=at)
        CopyOfIncoming.objects.create(copy=made, file=file)
        _record("office.incoming", document.id, "incoming.copy", made, viewer, at)
    return made


def require_copies(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless the viewer makes copies: a leader, or a clerk whom a leader instructed."""
    if viewer.agency_id is None or not viewer.has(*policies.COPIERS):
        raise NotAllowed


def find_copy(viewer: Viewer, copy_id: UUID) -> ElectronicCopy:
    """A copy that the viewer may have, with its file: whoever sees the original, in the agency that copied.

    Raises:
        NotFound; OriginalWithdrawn: the original was withdrawn since; FileClosed: it bears a secrecy mark.
    """
    made = ElectronicCopy.objects.filter(agency_id=viewer.agency_id or 0, pk=copy_id).select_related("pdf")
    copy = made.first()
    if copy is None or not _sees_original(viewer, copy):
        raise NotFound
    if copy.original_id is None:
        made_of = CopyOfIncoming.objects.filter(copy=copy).values_list("file__document_id", flat=True).get()
        secrecy.require_open(viewer, made_of)
    if copy.pdf is None:
        raise OriginalWithdrawn
    if copy.original_id is not None:
        outgoing = OutgoingDocument.objects.get(document_id=copy.original_id)
        if is_withdrawn(outgoing):
            raise OriginalWithdrawn
    return copy


def copies_seen(viewer: Viewer, *, limit: int) -> list[ElectronicCopy]:
    """The newest copies whose originals the viewer may see and whose files are there: one query."""
    own = outgoing_queries.outgoing_of(viewer).values("document_id")
    files = IncomingFile.objects.filter(document__in=queries.incoming_of(viewer).values("id"))
    came = CopyOfIncoming.objects.filter(file__in=files.values("id")).values("copy_id")
    rows = ElectronicCopy.objects.filter(agency_id=viewer.agency_id or 0, pdf__isnull=False)
    return list(rows.filter(Q(original__in=own) | Q(pk__in=came)).order_by("-id")[:limit])


def destroy_copies(document: IncomingDocument) -> None:
    """Let the files of all copies of a withdrawn incoming document go; the register keeps their numbers."""
    made = CopyOfIncoming.objects.filter(file__document=document).values_list("copy_id", flat=True)
    forget_copies(copies=list(made))


def is_withdrawn(outgoing: OutgoingDocument) -> bool:
    """Whether it was declared withdrawn, or is gone from everyone who got it over the axis. One query."""
    if outgoing.withdrawn_at is not None:
        return True
    statuses = set(outgoing.recipients.values_list("status", flat=True).distinct())
    return statuses == {WITHDRAWN_CODE}


def copies_of_outgoing(outgoing: OutgoingDocument) -> list[ElectronicCopy]:
    """The copies made of an issued document, newest first: one query."""
    rows = ElectronicCopy.objects.filter(original_id=outgoing.document_id)
    return _listed(rows.filter(agency_id=outgoing.agency_id))


def copies_of_files(files: Iterable[IncomingFile]) -> list[ElectronicCopy]:
    """The copies made of files of an incoming document, newest first: one query."""
    made = CopyOfIncoming.objects.filter(file__in=[file.pk for file in files])
    return _listed(ElectronicCopy.objects.filter(pk__in=made.values("copy_id")))


def _listed(rows: object) -> list[ElectronicCopy]:
    return list(rows.select_related("made_by", "instructed_by").order_by("-id"))  # type: ignore[attr-defined]


def _sees_original(viewer: Viewer, copy: ElectronicCopy) -> bool:
    if copy.original_id is not None:
        return outgoing_queries.outgoing_of(viewer).filter(document_id=copy.original_id).exists()
    made = CopyOfIncoming.objects.filter(copy=copy).select_related("file").first()
    return made is not None and queries.incoming_of(viewer).filter(id=made.file.document_id).exists()


def _require_proven(document: IncomingDocument, file: IncomingFile) -> None:
    """Raise unless the file is a PDF whose signatures were established and that carries no secrecy mark."""
    verdict = StoredVerdict.from_json(file.verdict) if file.verdict else None
    if not document.authentic or verdict is None or not verdict.valid:
        raise NotProven
    marked = ReadText.objects.filter(document=document, state=Reading.MARKED)
    if marked.exists():
        raise SecretDocument(mark="MẬT")


def _require_size(size: int) -> None:
    if size > MAX_ORIGINAL_BYTES:
        raise OriginalTooLarge(megabytes=MAX_ORIGINAL_BYTES // 1024 // 1024)


def _record(kind: str, key: UUID, verb: str, made: ElectronicCopy, viewer: Viewer, at: datetime) -> None:
    data: dict[str, JSON] = {"code": made.code, "copy": str(made.pk)}
    record(actor=viewer.actor(), verb=verb, subject=Subject(kind, str(key)), at=at, data=data)
