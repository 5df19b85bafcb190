"""What an administrator types of the working hours of a week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Hours, Session
from lienthong.identity.forms import DayField

MIDNIGHT = 24 * 60
HALVES: tuple[tuple[str, Promise], ...] = (("morning", _("morning")), ("afternoon", _("afternoon")))
EDGES: tuple[tuple[str, Promise], ...] = (("from", _("from")), ("to", _("to")))
ONE_MISSING = _("Give this session both a beginning and an end, or neither.")
ENDS_FIRST = _("This session ends before it begins.")
OVERLAP = _("The afternoon begins before the morning has ended.")


class TimeInput(forms.TimeInput):
    """The browser's own field for a time of day."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


@dataclass(frozen=True)
class HalfDay:
    """The two fields of a morning or an afternoon, and what is wrong with them."""

    name: Promise
    fields: list[BoundField]
    errors: list[str]
    key: str


class HoursForm(forms.Form):
    """The sessions of Monday to Sunday, the cut-off, the day from which they hold, and why.

    A day without times is not worked. An end at 00:00 is midnight.
    """

    valid_from = DayField(
        label=_("From day"),
        help_text=_("Until then the hours shown above hold. Deadlines are counted again."),
    )
    cut_off = forms.TimeField(
        label=_("Last hour of the day"),
        widget=TimeInput,
        help_text=_("What arrives after it counts from the next working day."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Kept in the ledger."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in range(7):
            for half, half_name in HALVES:
                for edge, edge_name in EDGES:
                    label = format_lazy("{}, {}, {}", WEEKDAYS[day], half_name, edge_name)
                    field = forms.TimeField(label=label, widget=TimeInput, required=False)
                    self.fields[f"{half}_{edge}_{day}"] = field

    @classmethod
    def showing(cls, hours: Hours) -> HoursForm:
        """The form with the hours that hold now, to be changed."""
        given: dict[str, Any] = {"cut_off": _time(hours.cut_off)}
        for number, day in enumerate(hours.week):
            # Who works in one stretch works in the morning; one that begins after noon is the afternoon's.
            halves = day if len(day) > 1 or not day or day[0].starts < MIDNIGHT // 2 else (None, *day)
            for (half, _name), session in zip(HALVES, halves, strict=False):
                if session is not None:
                    given[f"{half}_from_{number}"] = _time(session.starts)
                    given[f"{half}_to_{number}"] = _time(session.ends)
        return cls(initial=given)

    def clean(self) -> dict[str, Any]:
        """Each session has both its ends in order, and the afternoon comes after the morning."""
        given = self.cleaned_data
        for day in range(7):
            before = 0
            for half, _name in HALVES:
                names = [f"{half}_{edge}_{day}" for edge, _edge in EDGES]
                if any(name in self.errors for name in names):
                    continue
                starts, ends = (given.get(name) for name in names)
                if (starts is None) is not (ends is None):
                    self.add_error(names[0 if starts is None else 1], ONE_MISSING)
                elif starts is not None and ends is not None:
                    session = _session(starts, ends)
                    if session.ends <= session.starts:
                        self.add_error(names[1], ENDS_FIRST)
                    elif session.starts < before:
                        self.add_error(names[0], OVERLAP)
                    before = session.ends
        return given

    def week(self) -> tuple[tuple[Session, ...], ...]:
        """The sessions of Monday to Sunday."""
        return tuple(tuple(self._sessions(day)) for day in range(7))

    def minutes(self) -> int:
        """The cut-off in minutes after midnight."""
        at: time = self.cleaned_data["cut_off"]
        return at.hour * 60 + at.minute

    def since(self) -> date:
        """The day from which they hold."""
        day: date = self.cleaned_data["valid_from"]
        return day

    def rows(self) -> list[tuple[Promise | str, list[HalfDay]]]:
        """The table of the page: each weekday with its halves."""
        return [(WEEKDAYS[day], [self._half(day, *half) for half in HALVES]) for day in range(7)]

    def _half(self, day: int, half: str, name: Promise) -> HalfDay:
        fields = [self[f"{half}_{edge}_{day}"] for edge, _name in EDGES]
        errors = [str(error) for field in fields for error in field.errors]
        return HalfDay(name, fields, errors, f"{half}-{day}")

    def _sessions(self, day: int) -> Iterator[Session]:
        for half, _name in HALVES:
            starts, ends = (self.cleaned_data[f"{half}_{edge}_{day}"] for edge, _edge in EDGES)
            if starts is not None:
                yield _session(starts, ends)


def _session(starts: time, ends: time) -> Session:
    return Session(starts.hour * 60 + starts.minute, (ends.hour * 60 + ends.minute) or MIDNIGHT)


def _time(minute: int) -> time:
    return time(minute % MIDNIGHT // 60, minute % 60)
