"""What a viewer may read of the agency's lists of files: every keeper and reader of work files, all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from lienthong.directory.public import Division, PostHolding
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.paging import Page, page_of
from lienthong.office.archive import queries
from lienthong.office.archive.list_models import FileList, PlannedFile
from lienthong.office.archive.models import WorkFile
from lienthong.office.archive.states import READERS, ListState

ENTRY_PAGE = 100
CHOICE_LIMIT = 500
_NAMED = ("official", "post", "division")


@dataclass(frozen=True)
class ListFigures:
    """How many rows a list has, of how many a work file was opened, how many were added after approval."""

    rows: int
    opened: int
    added: int

    @property
    def unopened(self) -> int:
        """Of how many there is no file."""
        return self.rows - self.opened


def lists_of(viewer: Viewer) -> QuerySet[FileList]:
    """The lists of the viewer's agency, the newest year first."""
    if viewer.agency_id is None or not viewer.has(*READERS):
        return FileList.objects.none()
    return FileList.objects.filter(agency_id=viewer.agency_id).order_by("-year")


def find_list(viewer: Viewer, year: int, *, lock: bool = False) -> FileList:
    """The list of a year; with `lock` it is held until the transaction ends. Raises `NotFound`."""
    rows = lists_of(viewer).filter(year=year)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def has_approved(viewer: Viewer, year: int) -> bool:
    """Whether the agency's list of the year is approved, so that files are opened from it."""
    return lists_of(viewer).filter(year=year, state=ListState.APPROVED).exists()


def find_entry(viewer: Viewer, entry_id: int) -> PlannedFile:
    """A row of one of the agency's lists. Raises `NotFound`."""
    rows = PlannedFile.objects.filter(list__in=lists_of(viewer)).select_related("list", *_NAMED)
    found = rows.filter(pk=entry_id).first()
    if found is None:
        raise NotFound
    return found


def figures_of(found: FileList) -> ListFigures:
    """One query, whatever the list's length."""
    opened = Count("files", filter=Q(files__isnull=False))
    return ListFigures(**found.entries.aggregate(rows=Count("pk"), opened=opened, added=Count("added_at")))


def list_entries(
    viewer: Viewer, found: FileList, *, unopened: bool = False, cursor: str = ""
) -> Page[PlannedFile]:
    """A page of the rows in their order: `taken` has the work file of each, `opened` if the viewer sees it.

    Three queries.
    """
    rows = found.entries.select_related(*_NAMED)
    if unopened:
        rows = rows.filter(files=None)
    seen = Prefetch(
        "files", queries.files_of(viewer).only("id", "code", "state", "planned"), to_attr="opened"
    )
    taken = Prefetch("files", WorkFile.objects.only("id", "planned"), to_attr="taken")
    return page_of(rows.prefetch_related(seen, taken), key="+position", cursor=cursor, size=ENTRY_PAGE)


def all_entries(found: FileList) -> Iterator[PlannedFile]:
    """Every row in its order, for a printed list. One query."""
    yield from found.entries.select_related(*_NAMED).order_by("position").iterator(chunk_size=500)


def headings_of(found: FileList) -> list[str]:
    """The headings of a list, each once."""
    rows = found.entries.exclude(heading="").order_by("heading").distinct("heading")
    return list(rows.values_list("heading", flat=True))


def responsible_in(agency_id: int, *, on: date) -> dict[str, str]:
    """Who of the agency may be named, as "official:1" or "division:1", in words. Two queries."""
    found = {
        f"division:{row.pk}": row.name
        for row in Division.objects.filter(agency_id=agency_id).order_by("name")[:CHOICE_LIMIT]
    }
    rows = PostHolding.objects.filter(post__agency_id=agency_id, valid_from__lte=on, valid_to__gt=on)
    for holding in rows.select_related("official", "post").order_by("official__full_name", "id")[
        :CHOICE_LIMIT
    ]:
        found.setdefault(
            f"official:{holding.official_id}", f"{holding.official.full_name}, {holding.post.title}"
        )
    return found
