"""What an agency, or the country, decides about its working time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.actions.text import one_line
from lienthong.directory.calendars import lawful_days
from lienthong.directory.contracts import BEGINNING, OFFICE_WEEK, CalendarChanged, Day
from lienthong.directory.models import Agency, CalendarDay, WorkingHours, WorkingSession
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.events import publish
from lienthong.ledger.public import JSON, Actor, Subject, record

FIRST_YEAR, LAST_YEAR = 2020, 2035
MIDNIGHT = 24 * 60


class NoSuchHours(Refusal):
    """There are no hours of the agency from that day, or they hold already."""

    code, status = "no-such-hours", 409
    sentence = _(
        "No working hours of this agency are yet to begin on %(day)s, so none were taken back. "
        "Hours that hold already are changed by setting others from a later day."
    )


class BadHours(Refusal):
    """The sessions of a day overlap, or lie outside the day."""

    code, status = "bad-working-hours", 400
    sentence = _("These working hours overlap or do not lie within one day. Give each session its own time.")


class NoWorkingDays(Refusal):
    """A week without any work: nothing would ever be due."""

    code, status = "no-working-days", 400
    sentence = _(
        "With these hours nobody would ever work, so no deadline could be counted. "
        "Give at least one day of the week a session."
    )


class BadWeekday(Refusal):
    """There are seven weekdays."""

    code, status = "bad-weekday", 400
    sentence = _("“%(weekday)s” is no weekday. Write 0 for Monday to 6 for Sunday.")


def seed_calendar(years: Iterable[int] = range(FIRST_YEAR, LAST_YEAR + 1)) -> int:
    """Write the country's holidays and swapped days of the years where nothing is written yet; how many rows.

    A year that has a row is left alone: what was decided in the database stands.
    """
    recorded = {day.year for day in CalendarDay.objects.filter(agency=None).dates("day", "year")}
    rows = [row for year in years if year not in recorded for row in lawful_days(year)]
    CalendarDay.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def set_day(
    *, agency: Agency | None, day: date, works_as: int | None, name: str, actor: Actor, at: datetime
) -> CalendarDay:
    """Decide that on the day the agency and all below work as on a weekday (0 Monday), or not at all (None).

    Without agency it holds for the country. A row for that day is replaced. Raises `BadWeekday`, `BadText`.
    """
    if works_as is not None and works_as not in range(7):
        raise BadWeekday(field="works_as", weekday=works_as)
    written = one_line(name, model=CalendarDay, field="name")
    with transaction.atomic():
        if agency is None:
            seed_calendar([day.year])
        row, _made = CalendarDay.objects.update_or_create(
            agency=agency, day=day, defaults={"works_as": works_as, "name": written}
        )
        data: dict[str, JSON] = {"day": day.isoformat(), "works_as": works_as, "name": written}
        _record("calendar.set-day", agency, actor=actor, at=at, data=data)
        _publish(agency, day, written, actor=actor, at=at)
    return row


def clear_day(*, agency: Agency | None, day: date, actor: Actor, at: datetime) -> None:
    """Let the day be again what it is above the agency, or for the country what its weekday is."""
    with transaction.atomic():
        if agency is None:
            seed_calendar([day.year])
        rows = CalendarDay.objects.filter(agency=agency, day=day)
        name = rows.values_list("name", flat=True).first() or ""
        rows.delete()
        _record("calendar.clear-day", agency, actor=actor, at=at, data={"day": day.isoformat()})
        _publish(agency, day, name, actor=actor, at=at)


def set_hours(
    *,
    agency: Agency | None,
    week: Sequence[Day],
    cut_off: int,
    valid_from: date = BEGINNING,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> WorkingHours:
    """Decide the hours of Monday to Sunday and the cut-off for the agency and all below, from a day on.

    Hours set before from the same day are replaced. Raises `BadHours`, `NoWorkingDays`, `BadText`.
    """
    _require_good_hours(week, cut_off)
    written = one_line(reason, model=WorkingHours, field="reason") if reason else ""
    with transaction.atomic():
        hours, _made = WorkingHours.objects.update_or_create(
            agency=agency, valid_from=valid_from, defaults={"cut_off": cut_off, "reason": written}
        )
        hours.sessions.all().delete()
        WorkingSession.objects.bulk_create(
            WorkingSession(hours=hours, weekday=weekday, starts=session.starts, ends=session.ends)
            for weekday, sessions in enumerate(week)
            for session in sessions
        )
        sessions: list[JSON] = [[[session.starts, session.ends] for session in day] for day in week]
        data: dict[str, JSON] = {"week": sessions, "cut_off": cut_off}
        data |= {"valid_from": valid_from.isoformat(), "reason": written}
        _record("calendar.set-hours", agency, actor=actor, at=at, data=data)
        _publish(agency, None, written, actor=actor, at=at)
    return hours


def clear_hours(*, agency: Agency, valid_from: date, actor: Actor, at: datetime) -> None:
    """Take back hours that are yet to begin. Raises `NoSuchHours`: what holds already was worked by."""
    with transaction.atomic():
        hours = WorkingHours.objects.filter(agency=agency, valid_from=valid_from).first()
        if hours is None or valid_from <= at.astimezone(VIETNAM).date():
            raise NoSuchHours(day=f"{valid_from:%d/%m/%Y}")
        data: dict[str, JSON] = {"valid_from": valid_from.isoformat(), "reason": hours.reason}
        hours.delete()
        _record("calendar.clear-hours", agency, actor=actor, at=at, data=data)
        _publish(agency, None, hours.reason, actor=actor, at=at)


def _require_good_hours(week: Sequence[Day], cut_off: int) -> None:
    in_order = all(
        one.ends <= other.starts
        for day in week
        for one, other in zip(sorted(day), sorted(day)[1:], strict=False)
    )
    within = all(0 <= session.starts < session.ends <= MIDNIGHT for day in week for session in day)
    if len(week) != len(OFFICE_WEEK) or not in_order or not within or not 0 <= cut_off <= MIDNIGHT:
        raise BadHours(field="week")
    if not any(week):
        raise NoWorkingDays(field="week")


def _record(verb: str, agency: Agency | None, *, actor: Actor, at: datetime, data: dict[str, JSON]) -> None:
    subject = Subject(kind="directory.agency", id=str(agency.pk) if agency else "country")
    record(actor=actor, verb=verb, subject=subject, at=at, data=data)


def _publish(agency: Agency | None, day: date | None, name: str, *, actor: Actor, at: datetime) -> None:
    key, path = (agency.pk, agency.path) if agency else (None, "/")
    publish(CalendarChanged(key, path, day, name, actor, at))
