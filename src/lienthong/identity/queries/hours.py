"""What the administrator of an agency sees of the hours of its week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lienthong.directory.public import Hours, calendar_of
from lienthong.identity.contracts import Viewer
from lienthong.identity.policies import administered_agency


@dataclass(frozen=True)
class HoursTerm:
    """Hours from their day until the next: whether they hold now, and whether the agency set them itself.

    `coming`: set by the agency and yet to begin, so they can be taken back. `works`: by weekday, as text.
    """

    hours: Hours
    own: bool
    current: bool
    coming: bool
    works: tuple[str, ...]


def hours_of_agency(viewer: Viewer, *, on: date) -> list[HoursTerm]:
    """The hours by which the viewer's agency works, has worked and will, newest first. Three queries.

    Raises:
        NotAllowed: not an administrator.
    """
    agency_id = administered_agency(viewer)
    calendar = calendar_of(agency_id, years=[on.year])
    current = calendar.hours_on(on)
    terms = [
        HoursTerm(
            hours=one,
            own=one.agency_id == agency_id,
            current=one is current,
            coming=one.agency_id == agency_id and one.since > on,
            works=tuple(
                ", ".join(f"{_clock(session.starts)}–{_clock(session.ends)}" for session in day)
                for day in one.week
            ),
        )
        for one in calendar.hours
    ]
    return terms[::-1]


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
