"""Keeping the yearly list of files: drafted by the archive, approved by the head, added to with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Division, PostHolding
from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, Subject, record
from lienthong.office.archive import planned_queries, policies
from lienthong.office.archive.filing import CODE_LIMIT, UnknownRetention, checked_title, fitting
from lienthong.office.archive.list_models import FileList, PlannedFile
from lienthong.office.archive.models import WorkFile
from lienthong.office.archive.retention_queries import periods_on
from lienthong.office.archive.states import ListState

MOST_ENTRIES = 2_000
HEADING_LIMIT, REASON_LIMIT = 250, 500
YEARS_AHEAD = 1


class YearNotNow(Refusal):
    """A list is made for the year that runs, or the next."""

    code, status = "list-year-not-now", 422
    sentence = _("A list of files is drafted for this year or the next one, so not for %(year)s.")


class ListExists(Refusal):
    """An agency has one list a year."""

    code, status = "file-list-exists", 409
    sentence = _("The list of files of %(year)s is there already. Reload the page to see it.")


class NothingToCopy(Refusal):
    """There is no list to begin from."""

    code, status = "no-list-to-copy", 409
    sentence = _("There is no list of files of %(year)s to copy from. Begin with an empty list.")


class ListFrozen(Refusal):
    """An approved list is not changed."""

    code, status = "file-list-approved", 409
    sentence = _(
        "The list of files is approved, so its rows stay as they are. A file that is missing can be added "
        "with a reason."
    )


class ListEmpty(Refusal):
    """What is approved says something."""

    code, status = "file-list-empty", 409
    sentence = _("The list has no files yet, so there is nothing to approve. Add or import them first.")


class CodePlanned(Refusal):
    """A code stands in a list once."""

    code, status = "planned-code-taken", 409
    sentence = _("The code %(code)s stands in the list already. Choose another one.")


class ListFull(Refusal):
    """A list has its limits."""

    code, status = "file-list-full", 409
    sentence = _("A list of files has at most %(limit)s rows.")


class WhyAdded(Refusal):
    """What is added to an approved list has a reason that stays with it."""

    code, status = "addition-reason-missing", 422
    sentence = _("The list is approved: write in at most %(limit)s characters why this file is added.")


class NobodyThere(Refusal):
    """Who is responsible works in the agency."""

    code, status = "nobody-responsible", 422
    sentence = _("Choose an official who holds a post in the agency, or one of its divisions.")


@dataclass(frozen=True)
class Entry:
    """A row as it is written: who opens the file is an official with a post, or a division, or open."""

    code: str
    title: str
    retention: str
    heading: str = ""
    official_id: int | None = None
    division_id: int | None = None


def draft_list(*, year: int, copied: bool, viewer: Viewer, at: datetime) -> FileList:
    """Begin the list of a year, empty or with the rows of the year before.

    Who holds no post in the agency any more is left out of the copied rows. Four statements at most.

    Raises:
        NotAllowed, YearNotNow, ListExists, NothingToCopy
    """
    if not policies.drafts_lists(viewer):
        raise NotAllowed
    today = at.astimezone(VIETNAM).date()
    if not today.year <= year <= today.year + YEARS_AHEAD:
        raise YearNotNow(year=year)
    with transaction.atomic():
        last = planned_queries.lists_of(viewer).filter(year=year - 1).first() if copied else None
        if copied and last is None:
            raise NothingToCopy(year=year - 1)
        try:
            with transaction.atomic():
                made = FileList.objects.create(agency_id=viewer.agency_id or 0, year=year)
        except IntegrityError as error:
            raise ListExists(year=year) from error
        count = _copy(last, made, on=today) if last else 0
        _note(made, "draft", viewer, at, {"copied": count})
    return made


def _copy(last: FileList, made: FileList, *, on: date) -> int:
    still = _holdings(made.agency_id, on).filter(
        official_id=OuterRef("official_id"), post_id=OuterRef("post_id")
    )
    rows = last.entries.annotate(still=Subquery(still.values("pk")[:1]))
    copies = [
        PlannedFile(
            list=made,
            position=row.position,
            heading=row.heading,
            code=row.code,
            title=row.title,
            retention=row.retention,
            official_id=row.official_id if row.still else None,
            post_id=row.post_id if row.still else None,
            division_id=row.division_id,
        )
        for row in rows
    ]
    return len(PlannedFile.objects.bulk_create(copies, batch_size=500))


def add_entry(*, year: int, entry: Entry, viewer: Viewer, at: datetime, reason: str = "") -> PlannedFile:
    """Add a planned file as the last of its heading; to an approved list with a reason, on record.

    Raises:
        NotFound, NotAllowed, WhyAdded, CodePlanned, ListFull, NobodyThere; TitleMissing, TextDoesNotFit,
        UnknownRetention
    """
    with transaction.atomic():
        found = _held(year, viewer)
        row = _checked(found, entry, on=at.astimezone(VIETNAM).date())
        if not found.is_draft:
            row.added_reason = _why(reason)
            row.added_at, row.added_by = at, viewer.name[:250]
        count = found.entries.count()
        if count >= MOST_ENTRIES:
            raise ListFull(limit=MOST_ENTRIES)
        row.position = _place(found, row.heading, count)
        found.entries.filter(position__gte=row.position).update(position=F("position") + 1)
        _save(row)
        if not found.is_draft:
            _link_opened(found)
        _note(found, "add", viewer, at, {"code": row.code, "title": row.title, "reason": row.added_reason})
    return row


def _place(found: FileList, heading: str, count: int) -> int:
    """Behind the last row of the heading; a new heading comes last."""
    last = found.entries.filter(heading=heading).order_by("-position").values_list("position", flat=True)
    return (last.first() or count) + 1


def change_entry(*, entry_id: int, entry: Entry, viewer: Viewer, at: datetime) -> PlannedFile:
    """Write a row of a draft anew; under another heading it becomes that one's last.

    Raises:
        NotFound, NotAllowed, ListFrozen, CodePlanned, NobodyThere; as in `add_entry`
    """
    with transaction.atomic():
        found, old = _held_entry(entry_id, viewer)
        row = _checked(found, entry, on=at.astimezone(VIETNAM).date(), given=old.retention)
        row.pk, row.position = old.pk, old.position
        if row.heading != old.heading:
            count = found.entries.count()
            _close_gap(found, old.position, row.pk, count + 1)
            row.position = _place_without(found, row, count)
            found.entries.filter(position__gte=row.position).exclude(pk=row.pk).update(
                position=F("position") + 1
            )
        _save(row)
        _note(found, "change", viewer, at, {"code": row.code, "title": row.title})
    return row


def _close_gap(found: FileList, position: int, key: int, aside: int) -> None:
    """Take the row out of the order, to a place behind all, and let those behind it move up."""
    found.entries.filter(pk=key).update(position=aside)
    found.entries.filter(position__gt=position).exclude(pk=key).update(position=F("position") - 1)


def _place_without(found: FileList, row: PlannedFile, count: int) -> int:
    others = found.entries.exclude(pk=row.pk).filter(heading=row.heading).order_by("-position")
    return (others.values_list("position", flat=True).first() or count - 1) + 1


def remove_entry(*, entry_id: int, viewer: Viewer, at: datetime) -> FileList:
    """Take a row out of a draft; those behind it move up.

    Raises:
        NotFound, NotAllowed, ListFrozen
    """
    with transaction.atomic():
        found, row = _held_entry(entry_id, viewer)
        row.delete()
        found.entries.filter(position__gt=row.position).update(position=F("position") - 1)
        _note(found, "remove", viewer, at, {"code": row.code, "title": row.title})
    return found


def replace_entries(*, year: int, entries: Sequence[Entry], viewer: Viewer, at: datetime) -> FileList:
    """Put these rows in the place of all rows of a draft, in their order. A fixed number of statements.

    Raises:
        NotFound, NotAllowed, ListFrozen, ListFull, CodePlanned, NobodyThere; as in `add_entry`
    """
    if len(entries) > MOST_ENTRIES:
        raise ListFull(limit=MOST_ENTRIES)
    with transaction.atomic():
        found = _held(year, viewer)
        if not found.is_draft:
            raise ListFrozen
        today = at.astimezone(VIETNAM).date()
        people = _people(found.agency_id, [one.official_id for one in entries], today)
        divisions = _divisions(found.agency_id, [one.division_id for one in entries])
        given = found.entries.values_list("retention", flat=True)
        periods = periods_on(found.agency_id, on=today).union(given)
        rows = [_row(found, one, people, divisions, periods) for one in _headed(entries)]
        codes = [row.code for row in rows]
        if twice := next((code for code in codes if codes.count(code) > 1), ""):
            raise CodePlanned(field="file", code=twice)
        for position, row in enumerate(rows, 1):
            row.position = position
        found.entries.all().delete()
        PlannedFile.objects.bulk_create(rows, batch_size=500)
        _note(found, "import", viewer, at, {"rows": len(rows)})
    return found


def _headed(entries: Sequence[Entry]) -> list[Entry]:
    """Rows of one heading brought together, headings in the order in which they first come."""
    order = {heading: place for place, heading in enumerate(dict.fromkeys(one.heading for one in entries))}
    return sorted(entries, key=lambda one: order[one.heading])


def approve_list(*, year: int, viewer: Viewer, at: datetime) -> FileList:
    """Approve the list in the agency's name: its rows are frozen, and files opened with its codes join it.

    Raises:
        NotFound, NotAllowed, ListFrozen, ListEmpty
    """
    if not policies.approves_lists(viewer):
        raise NotAllowed
    with transaction.atomic():
        found = planned_queries.find_list(viewer, year, lock=True)
        if not found.is_draft:
            raise ListFrozen
        count = found.entries.count()
        if not count:
            raise ListEmpty
        found.state, found.approved_at, found.approved_by = (
            ListState.APPROVED,
            at,
            policies.signature_of(viewer),
        )
        found.save(update_fields=["state", "approved_at", "approved_by"])
        joined = _link_opened(found)
        _note(found, "approve", viewer, at, {"rows": count, "joined": joined})
    return found


def _link_opened(found: FileList) -> int:
    """Files of the year that were opened before with a code of the list stand for its rows. One statement."""
    same = found.entries.filter(code=OuterRef("code"), files=None).values("pk")[:1]
    codes = found.entries.filter(files=None).values("code")
    rows = WorkFile.objects.filter(agency=found.agency_id, year=found.year, planned=None, code__in=codes)
    return rows.update(planned=Subquery(same), unplanned_reason="")


def _held(year: int, viewer: Viewer) -> FileList:
    if not policies.drafts_lists(viewer):
        raise NotAllowed
    return planned_queries.find_list(viewer, year, lock=True)


def _held_entry(entry_id: int, viewer: Viewer) -> tuple[FileList, PlannedFile]:
    """A row of a draft with its list under lock; the row is read under that lock."""
    if not policies.drafts_lists(viewer):
        raise NotAllowed
    year = planned_queries.find_entry(viewer, entry_id).list.year
    found = planned_queries.find_list(viewer, year, lock=True)
    if not found.is_draft:
        raise ListFrozen
    row = found.entries.filter(pk=entry_id).first()
    if row is None:
        raise NotFound
    return found, row


def _checked(found: FileList, entry: Entry, *, on: date, given: str = "") -> PlannedFile:
    people = _people(found.agency_id, [entry.official_id], on)
    periods = periods_on(found.agency_id, on=on) | {given}
    return _row(found, entry, people, _divisions(found.agency_id, [entry.division_id]), periods)


def _row(
    found: FileList, entry: Entry, people: dict[int, int], divisions: set[int], periods: frozenset[str]
) -> PlannedFile:
    code = fitting(entry.code, field="code", limit=CODE_LIMIT)
    title = checked_title(entry.title)
    if not code:
        raise CodeMissing(field="code")
    if not entry.retention or entry.retention not in periods:
        raise UnknownRetention(field="retention")
    if entry.official_id and entry.official_id not in people:
        raise NobodyThere(field="responsible")
    if entry.division_id and (entry.official_id or entry.division_id not in divisions):
        raise NobodyThere(field="responsible")
    return PlannedFile(
        list=found,
        heading=fitting(entry.heading, field="heading", limit=HEADING_LIMIT),
        code=code,
        title=title,
        retention=entry.retention,
        official_id=entry.official_id,
        post_id=people.get(entry.official_id or 0),
        division_id=entry.division_id,
    )


class CodeMissing(Refusal):
    """A planned file has its code."""

    code, status = "planned-code-missing", 422
    sentence = _("The planned file needs its number and notation, such as “05.TH”. Write it and try again.")


def _people(agency_id: int, officials: Sequence[int | None], on: date) -> dict[int, int]:
    """The post that each of the officials holds in the agency now, the first of several."""
    rows = _holdings(agency_id, on).filter(official_id__in=[key for key in officials if key])
    return dict(rows.order_by("-id").values_list("official_id", "post_id"))


def _holdings(agency_id: int, on: date) -> QuerySet[PostHolding]:
    return PostHolding.objects.filter(post__agency_id=agency_id, valid_from__lte=on, valid_to__gt=on)


def _divisions(agency_id: int, divisions: Sequence[int | None]) -> set[int]:
    keys = [key for key in divisions if key]
    rows = Division.objects.filter(agency_id=agency_id, id__in=keys) if keys else Division.objects.none()
    return set(rows.values_list("id", flat=True))


def _why(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_LIMIT:
        raise WhyAdded(field="reason", limit=REASON_LIMIT)
    return reason


def _save(row: PlannedFile) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "planned_file_code" not in str(error):
            raise
        raise CodePlanned(field="code", code=row.code) from error


def _note(found: FileList, verb: str, viewer: Viewer, at: datetime, data: dict[str, JSON]) -> None:
    data = {"year": found.year, **{key: value for key, value in data.items() if value != ""}}
    subject = Subject("office.file-list", str(found.pk))
    record(actor=viewer.actor(), verb=f"file-list.{verb}", subject=subject, at=at, data=data)
