"""The figures of a period, and which dossiers each one counts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import DateField, F, Func, Q
from django.db.models.lookups import Exact, LessThan
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers.states import DossierState, Outcome, TaskKind, TaskState, Timing
from lienthong.kernel.clock import VIETNAM
from lienthong.procedures.public import Channel


class Group(StrEnum):
    """What the figures are told apart by."""

    AGENCY = "agency"
    FIELD = "field"
    PROCEDURE = "procedure"
    OFFICIAL = "official"


@dataclass(frozen=True)
class Wanted:
    """Which figures: of the days from `since` to `until`, of an agency, with `below` also of all under it.

    Narrowed to a field (its key) or a procedure; an official for finished steps.
    """

    since: date
    until: date
    group: Group
    agency_id: int | None = None
    below: bool = False
    field_id: int | None = None
    procedure_id: UUID | None = None
    official_id: int | None = None


@dataclass(frozen=True)
class Figures:
    """The dossiers of a period, each linked group once: what was there and came, how it ended, what is left.

    `refused` are some of the finished ones. Carried over and received are together what ended (finished,
    returned, withdrawn) and what is in progress. `over` are past the day of their deadline.
    """

    carried: int = 0
    counter: int = 0
    post: int = 0
    online: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    refused: int = 0
    returned: int = 0
    withdrawn: int = 0
    within: int = 0
    over: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True)
class StepFigures:
    """The steps that an official finished in a period."""

    early: int = 0
    on_time: int = 0
    late: int = 0

    def __add__(self, other: StepFigures) -> StepFigures:
        return StepFigures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


MEASURES: dict[str, Promise] = {
    "carried": _("Carried over"),
    "counter": _("Received at the counter"),
    "post": _("Received by post"),
    "online": _("Received online"),
    "early": _("Finished early"),
    "on_time": _("Finished on time"),
    "late": _("Finished late"),
    "refused": _("Of these refused"),
    "returned": _("Returned to the applicant"),
    "withdrawn": _("Withdrawn by the applicant"),
    "within": _("In progress, within time"),
    "over": _("In progress, over time"),
}
# What quality scores count besides (ADR 0071).
QUALITY_MEASURES: dict[str, Promise] = {
    "filed": _("All papers kept as files"),
    "unfiled": _("Not all papers kept as files"),
    "signed": _("Granted, the result signed electronically"),
    "unsigned": _("Granted without an electronically signed result"),
}
# The same under the heads of a table: a head over several of them, and the word below it.
HEADS: dict[str, tuple[Promise | None, Promise]] = {
    "carried": (None, _("Carried over")),
    "counter": (_("Received in the period"), _("At the counter")),
    "post": (_("Received in the period"), _("By post")),
    "online": (_("Received in the period"), _("Online")),
    "early": (_("Finished"), _("Early")),
    "on_time": (_("Finished"), _("On time")),
    "late": (_("Finished"), _("Late")),
    "refused": (_("Finished"), _("Of these refused")),
    "returned": (None, _("Returned to the applicant")),
    "withdrawn": (None, _("Withdrawn by the applicant")),
    "within": (_("In progress"), _("Within time")),
    "over": (_("In progress"), _("Over time")),
}
STEP_MEASURES: dict[str, Promise] = {
    "early": _("Steps finished early"),
    "on_time": _("Steps finished on time"),
    "late": _("Steps finished late"),
}

STEP_HEADS: dict[str, tuple[Promise | None, Promise]] = {
    "early": (_("Finished steps"), _("Early")),
    "on_time": (_("Finished steps"), _("On time")),
    "late": (_("Finished steps"), _("Late")),
}


@dataclass(frozen=True)
class Period:
    """The instants of a period as it is asked for on a day: a day that is still to come counts nothing.

    `last` is the last day counted. `over_before` is the first instant whose deadlines are not over yet: after
    `last`, or where that is today, the beginning of today, since a deadline's day is only over at its end.
    """

    since: date
    last: date
    over_before: date

    @property
    def begins(self) -> datetime:
        """The first instant."""
        return datetime.combine(self.since, time(), VIETNAM)

    @property
    def ends(self) -> datetime:
        """The first instant after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), VIETNAM)


def period_of(since: date, until: date, *, at: datetime) -> Period:
    """The period from one day to another, asked for at that time."""
    today = at.astimezone(VIETNAM).date()
    last = min(until, today)
    return Period(min(since, last), last, today if last == today else last + timedelta(days=1))


def condition(measure: str, period: Period) -> Q:
    """The dossiers that the figure counts: what `dossiers_cells` says of a row, asked the other way round.

    Raises:
        KeyError: there is no such figure.
    """
    received = Q(submitted_at__gte=period.begins, submitted_at__lt=period.ends)
    finished = Q(finished_at__gte=period.begins, finished_at__lt=period.ends)
    closed = Q(finished_at=None, closed_at__gte=period.begins, closed_at__lt=period.ends)
    accepted = Q(accepted_at__gte=period.begins, accepted_at__lt=period.ends)
    granted = finished & Q(outcome=Outcome.GRANTED)
    is_open = _open_at(period.ends)
    limit = datetime.combine(period.over_before, time(), VIETNAM)
    # A clock that stands stood before the deadline, or it stopped when that had passed.
    over = Q(due_at__lt=limit) | Q(due_at=None, minutes_left__lt=0, paused_at__lt=limit)
    stands = Q(minutes_left=None) | Q(minutes_left__gte=0) | Q(paused_at__gte=limit)
    within = Q(due_at__gte=limit) | Q(due_at=None) & stands
    conditions = {
        "carried": _open_at(period.begins),
        "counter": received & Q(channel=Channel.COUNTER),
        "post": received & Q(channel=Channel.POST),
        "online": received & Q(channel__in=[Channel.ONLINE_PART, Channel.ONLINE_WHOLE]),
        "early": finished & Q(timing=Timing.EARLY),
        "on_time": finished & Q(timing=Timing.ON_TIME),
        "late": finished & Q(timing=Timing.LATE),
        "refused": finished & Q(outcome=Outcome.REFUSED),
        "returned": closed & Q(state__in=[DossierState.NOT_ACCEPTED, DossierState.STOPPED]),
        "withdrawn": closed & Q(state=DossierState.WITHDRAWN),
        "within": is_open & within,
        "over": is_open & over,
        "filed": accepted & Q(papers_filed=True),
        "unfiled": accepted & Q(papers_filed=False),
        "signed": granted & Q(result_signed=True),
        "unsigned": granted & Q(result_signed=False),
    }
    return Q(root=F("id")) & conditions[measure]


def step_condition(measure: str, period: Period) -> Q:
    """The finished steps that the figure counts. Raises KeyError."""
    done = Q(state=TaskState.DONE, done_by__isnull=False)
    done &= Q(kind__in=[TaskKind.WORK, TaskKind.CHOICE, TaskKind.OPINION])
    done &= Q(done_at__gte=period.begins, done_at__lt=period.ends)
    due_day, done_day = _day("due_at"), _day("done_at")
    conditions = {
        "early": Q(LessThan(done_day, due_day)),
        "on_time": Q(due_at=None) | Q(done_at__lte=F("due_at")) & Q(Exact(done_day, due_day)),
        "late": Q(done_at__gt=F("due_at")),
    }
    return done & conditions[measure]


def _open_at(moment: datetime) -> Q:
    """Handed in before and not ended before: neither finished nor closed."""
    not_ended = Q(finished_at__gte=moment) | Q(finished_at=None, closed_at=None)
    not_ended |= Q(finished_at=None, closed_at__gte=moment)
    return Q(submitted_at__lt=moment) & not_ended


def _day(column: str) -> Func:
    """The day of a moment in Viet Nam, as the counting itself reads it."""
    return Func(F(column), function="dossiers_day", output_field=DateField())
