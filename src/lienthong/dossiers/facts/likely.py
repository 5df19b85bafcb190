"""When a dossier is likely done: by how long the same procedure really took, on the calendar of its body."""

from __future__ import annotations

from datetime import datetime

from lienthong.directory.public import add_working_minutes
from lienthong.dossiers.calendars import read_calendars
from lienthong.dossiers.facts.settling import real_time
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.party_contracts import Likely
from lienthong.dossiers.states import UNDER_WAY
from lienthong.procedures.public import WORKING_DAY


def likely_done(dossier: Dossier, *, at: datetime) -> Likely | None:
    """By when half of the last ones were done, and by when nine of ten.

    None while the dossier has no clock, or where too few were settled to say. One query, and three for the
    calendar.
    """
    start = dossier.counted_from_at
    if dossier.state not in UNDER_WAY or start is None:
        return None
    took = real_time(procedure_id=dossier.version.procedure_id, agency_id=dossier.agency_id)
    calendar = read_calendars([dossier.agency_id] if took else [], since=start.year, at=at)
    if took is None or dossier.agency_id not in calendar:
        return None
    half_at, most_at = (
        add_working_minutes(calendar[dossier.agency_id], start, days * WORKING_DAY)
        for days in (took.median, took.ninth)
    )
    return Likely(took.cases, half_at, most_at, of_body=took.of_body, longer=most_at.date() < at.date())
