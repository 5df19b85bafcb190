"""Filling a work file: opening it, putting documents in, taking them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency, Division
from lienthong.documents.public import take_number
from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.kernel.blobs import open_blob, store_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.models import Blob
from lienthong.ledger.public import JSON, record
from lienthong.office import outgoing_queries
from lienthong.office import queries as documents
from lienthong.office.archive import policies, queries
from lienthong.office.archive.courses import render_course
from lienthong.office.archive.list_models import PlannedFile
from lienthong.office.archive.models import WorkFile, WorkFileItem
from lienthong.office.archive.retention_queries import periods_on
from lienthong.office.archive.states import Kind, ListState
from lienthong.office.models import IncomingDocument, OutgoingDocument
from lienthong.office.states import UNREGISTERED, OutState
from lienthong.signing.public import count_pages
from lienthong.tasks.public import CLOSED, Task, find_task

TITLE_LIMIT, CODE_LIMIT = 500, 50
MOST_ITEMS = 10_000
SERIES = "work-files"
PDF = "application/pdf"
COUNTED_BYTES = 8 * 1024 * 1024  # a larger PDF is not read only to count its pages


class TitleMissing(Refusal):
    """A work file has a title."""

    code, status = "title-missing", 422
    sentence = _("The work file needs a title that says which work it is about. Write it and try again.")


class TextDoesNotFit(Refusal):
    """A title or code is longer than its place, or has characters that no title has."""

    code, status = "text-does-not-fit", 422
    sentence = _("At most %(limit)s characters on one line fit here. Shorten the text.")


class UnknownRetention(Refusal):
    """How long a file is kept is chosen from the list."""

    code, status = "unknown-retention", 422
    sentence = _("Choose from the list how long the work file is kept.")


class CodeTaken(Refusal):
    """A code names one file of an agency in a year."""

    code, status = "work-file-code-taken", 409
    sentence = _(
        "The code %(code)s already names another work file of %(year)s. "
        "Choose another one, or leave the code empty to get the next number."
    )


class AlreadyInFile(Refusal):
    """A document stands in a file once."""

    code, status = "already-in-work-file", 409
    sentence = _("The document already stands in the work file %(code)s.")


class NothingToFile(Refusal):
    """What is not yet, or no longer, a document of the agency is not put into a file."""

    code, status = "not-to-be-filed", 409
    sentence = _(
        "This document cannot be put into a work file in its state: a draft has to be issued first, an "
        "incoming document registered, and one that was returned or withdrawn is not kept."
    )


class TaskNotClosed(Refusal):
    """A task is kept with its whole course."""

    code, status = "task-not-closed", 409
    sentence = _("The task is not closed yet, so its course is not whole. Finish it or call it off first.")


class FileFull(Refusal):
    """A file has its limits."""

    code, status = "work-file-full", 409
    sentence = _("The work file has %(limit)s documents, the most that one holds. Open a second part.")


class NotYoursToOpen(NotAllowed):
    """A planned file is opened by who is named for it."""

    code = "not-yours-to-open"
    sentence = _(
        "The list of files names %(responsible)s for the file %(code)s. Ask them to open it, or the clerk."
    )


class OpenedAlready(Refusal):
    """A row of the list of files stands for one work file."""

    code, status = "planned-file-opened", 409
    sentence = _("The work file %(code)s of the list was opened already. Put the documents into that one.")


class NotInTheList(Refusal):
    """What is opened beside the approved list has a reason."""

    code, status = "not-in-the-list", 422
    sentence = _(
        "The list of files of %(year)s is approved. Open the file from its row there, or write in at most "
        "%(limit)s characters why the list does not have it."
    )


@dataclass(frozen=True)
class NewFile:
    """A work file to be opened; an empty `code` takes the next number of the year.

    `planned_id` is the row of the approved list that it stands for, whose code it takes; without one, and
    with an approved list, `reason` says why.
    """

    title: str
    retention: str
    code: str = ""
    planned_id: int | None = None
    reason: str = ""


def open_file(*, new: NewFile, viewer: Viewer, at: datetime) -> WorkFile:
    """Open a work file that the viewer keeps (NĐ 30/2020, Đ.29).

    Without a code it gets the next number of the agency's year from the locked series.

    Raises:
        NotAllowed, TitleMissing, TextDoesNotFit, UnknownRetention, CodeTaken; NotFound, NotYoursToOpen,
        OpenedAlready, NotInTheList
    """
    policies.require_open(viewer)
    title, code = checked_title(new.title), fitting(new.code, field="code", limit=CODE_LIMIT)
    day = at.astimezone(VIETNAM).date()
    with transaction.atomic():
        agency = Agency.objects.get(pk=viewer.agency_id or 0)
        planned, reason = _planned(new, code, viewer, day.year)
        require_retention(new.retention, agency.pk, planned.retention if planned else "", on=day)
        file = WorkFile(
            agency=agency,
            year=day.year,
            code=planned.code if planned else code or _next_code(agency, viewer, day.year),
            planned=planned,
            unplanned_reason=reason,
            title=title,
            division_id=viewer.division_id,
            keeper_id=viewer.official_id or 0,
            keeper_post_id=viewer.post_id,
            retention=new.retention,
            opened_on=day,
        )
        try:
            with transaction.atomic():
                file.save(force_insert=True)
        except IntegrityError as error:
            taken = "work_file_code" in str(error)
            # A row's code is only ever its own file's, so either constraint says that someone was faster.
            if "work_file_planned_once" in str(error) or (taken and planned is not None):
                raise OpenedAlready(code=file.code) from error
            if not taken:
                raise
            raise CodeTaken(field="code", code=file.code, year=day.year) from error
        note(
            file,
            "open",
            viewer,
            at,
            {"code": file.code, "title": title, **({"why": reason} if reason else {})},
        )
    return file


def _planned(new: NewFile, code: str, viewer: Viewer, year: int) -> tuple[PlannedFile | None, str]:
    """The row of the approved list that the file stands for, or why it stands for none."""
    approved = PlannedFile.objects.filter(
        list__agency=viewer.agency_id or 0, list__year=year, list__state=ListState.APPROVED
    )
    same = Q(pk=new.planned_id) if new.planned_id else Q(code=code) if code else Q(pk=None)
    planned = approved.filter(same).select_related("official", "division").first()
    if planned is None:
        if new.planned_id:
            raise NotFound
        return None, _reason(new.reason, year) if approved.exists() else ""
    if not policies.may_open_planned(viewer, planned):
        raise NotYoursToOpen(responsible=planned.responsible, code=planned.code)
    if planned.files.exists():
        raise OpenedAlready(code=planned.code)
    return planned, ""


def _reason(reason: str, year: int) -> str:
    reason = " ".join(reason.split())
    if not reason or len(reason) > TITLE_LIMIT:
        raise NotInTheList(field="reason", year=year, limit=TITLE_LIMIT)
    return reason


def put_document(
    *, file_id: UUID, kind: Kind, document_id: UUID, viewer: Viewer, at: datetime
) -> WorkFileItem:
    """Put a document or a closed task that the viewer may see into a file that they answer for, as its last.

    Positions are given under the file's lock, so that they have no gap, none twice, and none after closing.

    Raises:
        NotFound: the file or the document is not there for the viewer.
        NotAllowed, FileClosed, NothingToFile, AlreadyInFile, FileFull
    """
    pages, course = _kept(viewer, kind, document_id, at)
    with transaction.atomic():
        file = queries.find_file(viewer, file_id, lock=True)
        policies.require_fill(viewer, file)
        _filed(viewer, kind, document_id, lock=True)
        if file.items.filter(**{f"{kind}_id": document_id}).exists():
            raise AlreadyInFile(code=file.code)
        if file.item_count >= MOST_ITEMS:
            raise FileFull(limit=MOST_ITEMS)
        file.item_count += 1
        file.save(update_fields=["item_count"])
        item = WorkFileItem.objects.create(
            file=file,
            position=file.item_count,
            pages=pages,
            course=course,
            added_by_id=viewer.official_id or 0,
            added_at=at,
            **{f"{kind}_id": document_id},
        )
        note(file, "put", viewer, at, {"position": item.position, "document": str(document_id), "kind": kind})
    return item


def take_out(*, file_id: UUID, position: int, viewer: Viewer, at: datetime) -> WorkFile:
    """Take a document out of an open file; those behind it move up, so that no number is missing.

    Raises:
        NotFound, NotAllowed, FileClosed
    """
    with transaction.atomic():
        file = queries.find_file(viewer, file_id, lock=True)
        policies.require_fill(viewer, file)
        item = file.items.filter(position=position).first()
        if item is None:
            raise NotFound
        document_id = item.incoming_id or item.outgoing_id or item.task_id
        item.delete()
        file.items.filter(position__gt=position).update(position=F("position") - 1)
        file.item_count -= 1
        file.save(update_fields=["item_count"])
        note(file, "take-out", viewer, at, {"position": position, "document": str(document_id)})
    return file


def revise_file(*, file_id: UUID, title: str, retention: str, viewer: Viewer, at: datetime) -> WorkFile:
    """Change title and retention of an open file.

    Raises:
        NotFound, NotAllowed, FileClosed, TitleMissing, TextDoesNotFit, UnknownRetention
    """
    title = checked_title(title)
    with transaction.atomic():
        file = queries.find_file(viewer, file_id, lock=True)
        policies.require_fill(viewer, file)
        require_retention(retention, file.agency_id, file.retention, on=at.astimezone(VIETNAM).date())
        file.title, file.retention = title, retention
        file.save(update_fields=["title", "retention"])
        note(file, "revise", viewer, at, {"title": title, "retention": retention})
    return file


def note(file: WorkFile, verb: str, viewer: Viewer, at: datetime, data: dict[str, JSON]) -> None:
    """Record in the ledger what was done with the file."""
    record(actor=viewer.actor(), verb=f"work-file.{verb}", subject=file.as_subject(), at=at, data=data)


def _next_code(agency: Agency, viewer: Viewer, year: int) -> str:
    """The next number that no given code already says: "05.KT", after the division, else the agency.

    Codes of the list of files are left to the files that it plans.
    """
    division = Division.objects.filter(pk=viewer.division_id or 0).first()
    unit = (division.short_name if division else "") or agency.short_name
    while True:
        code = f"{take_number(agency=agency, register=SERIES, year=year):02d}.{unit}"[:CODE_LIMIT]
        taken = WorkFile.objects.filter(agency=agency, year=year, code=code).exists()
        if (
            not taken
            and not PlannedFile.objects.filter(list__agency=agency, list__year=year, code=code).exists()
        ):
            return code


def _kept(viewer: Viewer, kind: Kind, key: UUID, at: datetime) -> tuple[int | None, Blob | None]:
    """How many pages it has, and of a task its course as a stored PDF: a closed one never moves again."""
    filed = _filed(viewer, kind, key)
    if not isinstance(filed, Task):
        return _pages_of(filed), None
    course = store_blob([render_course(filed)], at=at, max_bytes=COUNTED_BYTES)
    return _pages_in(course), course


def _filed(
    viewer: Viewer, kind: Kind, document_id: UUID, *, lock: bool = False
) -> IncomingDocument | OutgoingDocument | Task:
    """The document or the task, if the viewer may see it and it may be filed as it stands."""
    if kind is Kind.TASK:
        task = find_task(viewer, document_id, lock=lock)
        if task.state not in CLOSED:
            raise TaskNotClosed
        return task
    if kind is Kind.INCOMING:
        incoming = documents.find_incoming(viewer, document_id, lock=lock)
        if incoming.state in UNREGISTERED:
            raise NothingToFile
        return incoming
    outgoing = outgoing_queries.find_outgoing(viewer, document_id, lock=lock)
    if outgoing.state == OutState.DRAFT:
        raise NothingToFile
    return outgoing


def _pages_of(document: IncomingDocument | OutgoingDocument) -> int | None:
    """How many pages its PDF files have together; None where that is not known of each."""
    if isinstance(document, OutgoingDocument):
        blobs = [document.document.pdf]
    else:
        blobs = [row.blob for row in documents.files_of(document) if row.blob and row.blob.media_type == PDF]
    counts = [_pages_in(blob) for blob in blobs if blob]
    return sum(count for count in counts if count) if counts and all(counts) else None


def _pages_in(blob: Blob) -> int | None:
    return None if blob.size > COUNTED_BYTES else count_pages(b"".join(open_blob(blob)))


def checked_title(title: str) -> str:
    """The title on one line; raises `TitleMissing`, `TextDoesNotFit`."""
    title = fitting(title, field="title", limit=TITLE_LIMIT)
    if not title:
        raise TitleMissing(field="title")
    return title


def fitting(text: str, *, field: str, limit: int) -> str:
    """The text on one line; raises `TextDoesNotFit`."""
    text = " ".join(text.split())
    if len(text) > limit or not text.isprintable():
        raise TextDoesNotFit(field=field, limit=limit)
    return text


def require_retention(retention: str, agency_id: int, given: str, *, on: date) -> None:
    """Raise `UnknownRetention` for a period of no row valid on the day; the one `given` already may stay."""
    if not retention or (retention != given and retention not in periods_on(agency_id, on=on)):
        raise UnknownRetention(field="retention")
