"""What a viewer may read of work files. Every answer is narrowed to the viewer first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Value

from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import Page, page_of
from lienthong.kernel.remembered import Remembered
from lienthong.office import outgoing_queries, queries
from lienthong.office.archive import policies
from lienthong.office.archive.models import WorkFile, WorkFileItem
from lienthong.office.archive.states import READERS, FileState, Kind, destroyed_note
from lienthong.office.models import IncomingDocument, IncomingFile, OutgoingDocument
from lienthong.office.text_search import Plain
from lienthong.tasks.public import CLOSED, Task, tasks_of

MINE, DIVISION, ALL = "mine", "division", "all"
OWN_LIMIT = 100
NAMED = ("code", "title")  # what a document's page shows of a file
ITEM_PAGE = 100
EXPORT_LIMIT = 50_000
WORDS = 12
CHOICES = 40


@dataclass(frozen=True)
class WorkFileFilter:
    """Which work files are wanted: whose, in which state, of which year, named how."""

    scope: str = MINE
    state: str = ""
    year: int | None = None
    text: str = ""
    due: bool = False


@dataclass(frozen=True)
class Line:
    """One document of a file as its table of contents has it; `destroyed`: why only this is left of it."""

    position: int
    kind: Kind
    document_id: UUID
    code: str
    day: date | None
    author: str
    subject: str
    type_name: str
    pages: int | None
    destroyed: str
    readable: bool = False


def files_of(viewer: Viewer) -> QuerySet[WorkFile]:
    """The work files the viewer may see: the agency's, the division's for its head, or the own."""
    if viewer.agency_id is None or not viewer.has(*READERS):
        return WorkFile.objects.none()
    rows = WorkFile.objects.filter(agency_id=viewer.agency_id)
    if policies.watches_agency(viewer):
        return rows
    own = _kept_by(viewer)
    return rows.filter(own | _in_division(viewer) if policies.watches_division(viewer) else own)


def _kept_by(viewer: Viewer) -> Q:
    """The viewer's own; under a delegation those of the post acted for as well."""
    own = Q(keeper_id=viewer.official_id)
    return own | Q(keeper_post_id=viewer.post_id) if viewer.acting_for else own


def _in_division(viewer: Viewer) -> Q:
    return Q(division_id=viewer.division_id) if viewer.division_id else Q(pk=None)


def find_file(viewer: Viewer, file_id: UUID, *, lock: bool = False) -> WorkFile:
    """One work file; with `lock` it is held until the transaction ends. Raises `NotFound`."""
    rows = files_of(viewer).select_related("agency", "division", "keeper", "keeper_post", "cover", "contents")
    if lock:
        rows = rows.select_for_update(of=("self",))
    try:
        return rows.get(id=file_id)
    except WorkFile.DoesNotExist as error:
        raise NotFound from error


def filter_files(viewer: Viewer, wanted: WorkFileFilter, *, on: date) -> QuerySet[WorkFile]:
    """The viewer's work files narrowed to what is wanted, unordered."""
    rows = files_of(viewer).select_related("division", "keeper")
    if wanted.scope == MINE:
        rows = rows.filter(_kept_by(viewer))
    elif wanted.scope == DIVISION:
        rows = rows.filter(_in_division(viewer))
    if wanted.state in list(FileState):
        rows = rows.filter(state=wanted.state)
    if wanted.year is not None:
        rows = rows.filter(year=wanted.year)
    if wanted.due:
        rows = rows.filter(state__in=[FileState.CLOSED, FileState.RETURNED], closed_on__lt=a_year_before(on))
    for word in wanted.text.split()[:WORDS]:
        rows = rows.filter(search_text__contains=Plain(Value(word)))
    return rows


def a_year_before(day: date) -> date:
    """Files closed before this are overdue for the archive (NĐ 30/2020, Đ.30)."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def list_files(viewer: Viewer, wanted: WorkFileFilter, *, at: datetime, cursor: str = "") -> Page[WorkFile]:
    """A page of the list, newest first: one query whatever its length."""
    return page_of(filter_files(viewer, wanted, on=_day(at)), key="id", cursor=cursor)


def export_files(viewer: Viewer, wanted: WorkFileFilter, *, at: datetime) -> Iterator[WorkFile]:
    """The filtered list by year and code, for an export; at most `EXPORT_LIMIT` rows."""
    rows = filter_files(viewer, wanted, on=_day(at)).order_by("year", "code", "id")[:EXPORT_LIMIT]
    return rows.iterator(chunk_size=2000)


def open_files_of(viewer: Viewer) -> list[WorkFile]:
    """The open files that the viewer keeps, newest first."""
    return _OPEN(viewer=viewer)


def files_with(viewer: Viewer, kind: Kind, document_id: UUID) -> list[WorkFile]:
    """The files the viewer may see that hold the document."""
    return _HOLDING(viewer=viewer, kind=kind, document_id=document_id)


def is_filed(kind: Kind, document_id: UUID) -> bool:
    """Whether the document is in any work file, whoever keeps it."""
    return bool(_FILED(kind=kind, document_id=document_id))


def _open_of(viewer: Viewer) -> QuerySet[WorkFile]:
    rows = files_of(viewer).filter(_kept_by(viewer), state=FileState.OPEN).only(*NAMED)
    return rows.order_by("-id")[:OWN_LIMIT]


def _holding(viewer: Viewer, kind: Kind, document_id: UUID) -> QuerySet[WorkFile]:
    holding = WorkFileItem.objects.filter(**{f"{kind}_id": document_id}, file=OuterRef("pk"))
    return files_of(viewer).filter(Exists(holding)).only(*NAMED).order_by("-id")[:OWN_LIMIT]


def _filed(kind: Kind, document_id: UUID) -> QuerySet[WorkFileItem, Any]:
    return WorkFileItem.objects.filter(**{f"{kind}_id": document_id}).values_list("pk", flat=True)[:1]


# Asked for on every document's page (`kernel.remembered`).
_OPEN, _HOLDING, _FILED = Remembered(_open_of), Remembered(_holding), Remembered(_filed)


def list_lines(viewer: Viewer, file: WorkFile, *, cursor: str = "") -> tuple[list[Line], str]:
    """A page of the table of contents, each line telling whether its document opens. Four queries."""
    page = page_of(_items(file), key="+position", cursor=cursor, size=ITEM_PAGE)
    incoming = [row.incoming_id for row in page.rows if row.incoming_id]
    outgoing = [row.outgoing_id for row in page.rows if row.outgoing_id]
    readable = set(queries.incoming_of(viewer).filter(id__in=incoming).values_list("id", flat=True))
    readable |= set(outgoing_queries.outgoing_of(viewer).filter(id__in=outgoing).values_list("id", flat=True))
    if tasks := [row.task_id for row in page.rows if row.task_id]:
        readable |= set(tasks_of(viewer).filter(id__in=tasks).values_list("id", flat=True))
    lines = [_line(row, file.agency, readable=dict.fromkeys(readable, True)) for row in page.rows]
    return lines, page.next


def all_lines(file: WorkFile) -> Iterator[Line]:
    """The whole table of contents, in order."""
    for row in _items(file).order_by("position").iterator(chunk_size=500):
        yield _line(row, file.agency, readable={})


def items_in(file: WorkFile) -> QuerySet[WorkFileItem]:
    """The items with all that a package takes of their documents. Two queries."""
    received = ("incoming__edxml", "incoming__product", "incoming__secret_mark")
    issued = ("outgoing__edxml", "outgoing__document__pdf", "outgoing__document__signer")
    given = ("task__product", "task__given_by", "course")
    rows = WorkFileItem.objects.filter(file=file).select_related(*received, *issued, *given)
    files = Prefetch("incoming__files", IncomingFile.objects.select_related("blob").order_by("position"))
    return rows.defer("incoming__content").prefetch_related(files).order_by("position")


def _items(file: WorkFile) -> QuerySet[WorkFileItem]:
    return (
        WorkFileItem.objects.filter(file=file)
        .select_related("incoming__secret_mark", "outgoing__document", "task__given_by")
        .defer("incoming__content", "incoming__verdict")
    )


def _line(row: WorkFileItem, agency: Agency, *, readable: Mapping[UUID, bool]) -> Line:
    if row.incoming:
        return _incoming_line(row, row.incoming, readable)
    if row.task:
        return _task_line(row, row.task, readable)
    assert row.outgoing
    return _outgoing_line(row, row.outgoing, agency, readable)


def _incoming_line(row: WorkFileItem, document: IncomingDocument, readable: Mapping[UUID, bool]) -> Line:
    return Line(
        position=row.position,
        kind=Kind.INCOMING,
        document_id=document.id,
        code=document.code,
        day=document.promulgated_on,
        author=document.sender_name or document.sender_code,
        subject=document.subject,
        type_name=document.type_name,
        pages=row.pages,
        destroyed=destroyed_note(document.state, secret=document.destroyed_as_secret),
        readable=document.id in readable,
    )


def _outgoing_line(
    row: WorkFileItem, document: OutgoingDocument, agency: Agency, readable: Mapping[UUID, bool]
) -> Line:
    return Line(
        position=row.position,
        kind=Kind.OUTGOING,
        document_id=document.id,
        code=document.code,
        day=document.document.promulgated_on,
        author=agency.name,
        subject=document.subject,
        type_name=document.document.document_type.name_vi,
        pages=row.pages,
        destroyed="",
        readable=document.id in readable,
    )


def _task_line(row: WorkFileItem, task: Task, readable: Mapping[UUID, bool]) -> Line:
    return Line(
        position=row.position,
        kind=Kind.TASK,
        document_id=task.id,
        code="",
        day=_day(task.closed_at or task.given_at),
        author=task.given_by.full_name,
        subject=task.work,
        type_name="Nhiệm vụ",
        pages=row.pages,
        destroyed="",
        readable=task.id in readable,
    )


def task_choices(viewer: Viewer, file: WorkFile) -> list[Task]:
    """Closed tasks that the viewer may put in: those of the file's documents first, then the latest.

    Two queries.
    """
    items = WorkFileItem.objects.filter(file=file)
    there = items.filter(task=OuterRef("pk"))
    rows = tasks_of(viewer).filter(~Exists(there), state__in=sorted(CLOSED))
    sources = [
        str(key)
        for key in items.filter(incoming__isnull=False).values_list("incoming_id", flat=True)[:ITEM_PAGE]
    ]
    own = rows.filter(source_kind="office.incoming", source_id__in=sources).order_by("-id")[:CHOICES]
    found = {row.id: row for row in own}
    found |= {row.id: row for row in rows.order_by("-id")[:CHOICES] if row.id not in found}
    return list(found.values())[:CHOICES]


def _day(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()
