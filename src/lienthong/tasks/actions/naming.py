"""Who is named in a direction and until when, checked before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import (
    Division,
    Official,
    OutsideCalendar,
    PostHolding,
    add_working_minutes,
    calendar_of,
)
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.tasks import queries
from lienthong.tasks.contracts import Direction, PartyKey, PartyKind
from lienthong.tasks.models import Task, TaskParty
from lienthong.tasks.states import Part

TEXT_LIMIT = 5000
REASON_LIMIT = 1000


class WorkMissing(Refusal):
    """A task says what is to be done."""

    code, status = "work-missing", 422
    sentence = _("Nothing was given: the text is empty. Write what is to be done.")


class WordsMissing(Refusal):
    """This act needs words that others will read."""

    code, status = "words-missing", 422
    sentence = _("Nothing was done: say why in a sentence. The others will read it.")


class WordsTooLong(Refusal):
    """A text is longer than its place."""

    code, status = "words-too-long", 422
    sentence = _("The text has %(length)s characters; at most %(limit)s fit. Shorten it.")


class LeadMissing(Refusal):
    """Exactly one leads (NĐ 30/2020, Đ.23)."""

    code, status = "lead-missing", 422
    sentence = _("Nobody was named as the lead. Choose exactly one division or official.")


class NamedTwice(Refusal):
    """Each has one part in a task."""

    code, status = "named-twice", 422
    sentence = _("%(name)s was named more than once. Each has one part: leave the other out.")


class NotOfThisAgency(Refusal):
    """Work is given inside the agency; to another goes a document."""

    code, status = "not-of-this-agency", 422
    sentence = _(
        "%(name)s belongs to another agency. Choose from the list, or send the other agency a document."
    )


class NoPostToday(Refusal):
    """Work is given to those who hold a post."""

    code, status = "no-post-today", 422
    sentence = _("%(name)s holds no post today, so no work can be given to them. Choose someone else.")


class DeadlineMissing(Refusal):
    """A task has a deadline."""

    code, status = "deadline-missing", 422
    sentence = _("There is no deadline. Choose a number of working days, or a day and hour.")


class DeadlinePassed(Refusal):
    """A deadline lies ahead."""

    code, status = "deadline-in-past", 422
    sentence = _("The deadline %(due)s has already passed. Choose a later time.")


class DeadlineTooFar(Refusal):
    """A deadline beyond what the calendar of working days says."""

    code, status = "deadline-too-far", 422
    sentence = _("So many working days reach beyond the calendar. Choose a nearer day.")


class DueAfterParent(Refusal):
    """A sub-task ends before what it is part of."""

    code, status = "due-after-parent", 422
    sentence = _(
        "%(due)s is after %(parent)s, when the task it is part of is due. "
        "Choose an earlier time, or ask for more time for that one first."
    )


@dataclass(frozen=True)
class Named:
    """A party that may be named: its key, its name, and an official's post."""

    key: PartyKey
    part: Part
    name: str
    post_id: int | None = None

    def row(self, task: Task) -> TaskParty:
        """This party as a row of the task, not saved."""
        found = {f"{self.key.kind.value}_id": self.key.id}
        return TaskParty(task=task, part=self.part, post_id=self.post_id, **found)


def checked_words(text: str, *, field: str, limit: int, missing: type[Refusal] | None = None) -> str:
    """The text stripped; raises `missing` if it is empty, or `WordsTooLong`."""
    text = text.strip()
    if missing and not text:
        raise missing(field=field)
    if len(text) > limit:
        raise WordsTooLong(field=field, length=len(text), limit=limit)
    return text


def named(direction: Direction, *, agency_id: int, at: datetime) -> list[Named]:
    """Everyone the direction names, the lead first: two queries, a third only to say what is wrong.

    Raises:
        LeadMissing, NamedTwice, NotOfThisAgency, NoPostToday.
    """
    if direction.lead is None:
        raise LeadMissing(field="lead")
    parts = [
        (direction.lead, Part.LEAD, "lead"),
        *((key, Part.COOPERATING, "cooperating") for key in direction.cooperating),
        *((key, Part.INFORMED, "informed") for key in direction.informed),
    ]
    known = names_of([key for key, _part, _field in parts], agency_id=agency_id, at=at)
    counted = Counter(key for key, _part, _field in parts)
    for key, _part, field in parts:
        if key not in known:
            raise _stranger(key, field, at)
        if counted[key] > 1:
            raise NamedTwice(field=field, name=known[key][0])
    return [Named(key, part, *known[key]) for key, part, _field in parts]


def names_of(
    keys: Sequence[PartyKey], *, agency_id: int, at: datetime
) -> dict[PartyKey, tuple[str, int | None]]:
    """The names, and officials' posts, of those of the keys that are of the agency today. Two queries."""
    found: dict[PartyKey, tuple[str, int | None]] = {}
    divisions = Division.objects.filter(agency_id=agency_id, id__in=_ids(keys, PartyKind.DIVISION))
    for division in divisions:
        found[PartyKey(PartyKind.DIVISION, division.id)] = (division.name, None)
    holdings = queries.holders(agency_id, on=at.astimezone(VIETNAM).date())
    for row in holdings.filter(official_id__in=_ids(keys, PartyKind.OFFICIAL)).order_by("post__title", "id"):
        found.setdefault(PartyKey(PartyKind.OFFICIAL, row.official_id), (row.official.full_name, row.post_id))
    return found


def _ids(keys: Iterable[PartyKey], kind: PartyKind) -> list[int]:
    return [key.id for key in keys if key.kind is kind]


def _stranger(key: PartyKey, field: str, at: datetime) -> Refusal:
    """Why one that is not of the agency today cannot be named."""
    if key.kind is not PartyKind.OFFICIAL:
        division = Division.objects.filter(id=key.id).first() if key.kind is PartyKind.DIVISION else None
        return NotOfThisAgency(field=field, name=division.name if division else "–")
    today = at.astimezone(VIETNAM).date()
    official = Official.objects.filter(id=key.id).first()
    name = official.full_name if official else "–"
    held = PostHolding.objects.filter(official_id=key.id, valid_from__lte=today, valid_to__gt=today)
    return NotOfThisAgency(field=field, name=name) if held.exists() else NoPostToday(field=field, name=name)


def deadline_of(
    *,
    agency_id: int,
    due_at: datetime | None,
    working_days: int | None,
    parent: Task | None,
    at: datetime,
) -> datetime:
    """The deadline given, or so many working days of the agency's calendar from now.

    Raises:
        DeadlineMissing, DeadlinePassed, DeadlineTooFar, DueAfterParent.
    """
    if due_at is None and working_days is None:
        raise DeadlineMissing(field="working_days")
    field = "due_at" if due_at is not None else "working_days"
    due = due_at or _after(agency_id, working_days or 0, at)
    if due <= at:
        raise DeadlinePassed(field=field, due=said(due))
    if parent is not None and due > parent.due_at:
        raise DueAfterParent(field=field, due=said(due), parent=said(parent.due_at))
    return due


def said(moment: datetime) -> str:
    """An instant as people of Vietnam write it."""
    return moment.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


def _after(agency_id: int, days: int, at: datetime) -> datetime:
    today = at.astimezone(VIETNAM).date()
    calendar = calendar_of(agency_id, years=(today.year, today.year + 1))
    try:
        return add_working_minutes(calendar, at, days * calendar.hours_on(today).minutes_per_day)
    except OutsideCalendar as error:
        raise DeadlineTooFar(field="working_days") from error
