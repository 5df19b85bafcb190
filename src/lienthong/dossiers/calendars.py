"""The calendars that deadlines are counted by; an agency without working days holds up no other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef

from lienthong.directory.public import Agency, WorkingCalendar, calendars_of, ever_works
from lienthong.dossiers.models import Dossier, DossierTask
from lienthong.dossiers.states import UNDER_WAY, TaskState
from lienthong.kernel.clock import VIETNAM

LONGEST_YEARS = 3


def read_calendars(agency_ids: Collection[int], *, since: int, at: datetime) -> dict[int, WorkingCalendar]:
    """The calendars from the year `since` to as far as any deadline reaches. Three queries, none for nobody.

    An agency that never works within a year from `at` has no entry: no deadline can be counted by it, and
    whoever counts for many goes on without it.
    """
    if not agency_ids:
        return {}
    today = at.astimezone(VIETNAM).date()
    calendars = calendars_of(agency_ids, years=range(since, at.year + LONGEST_YEARS + 1))
    return {key: calendar for key, calendar in calendars.items() if ever_works(calendar, on=today)}


def agencies_without_work(*, at: datetime) -> list[Agency]:
    """The agencies that have dossiers or steps under way and no working day within a year. Four queries."""
    dossiers = Dossier.objects.filter(agency=OuterRef("pk"), state__in=sorted(UNDER_WAY))
    tasks = DossierTask.objects.filter(agency=OuterRef("pk"), state=TaskState.OPEN)
    busy = list(Agency.objects.filter(Exists(dossiers) | Exists(tasks)).order_by("pk"))
    calendars = read_calendars([one.pk for one in busy], since=at.year - 1, at=at)
    return [one for one in busy if one.pk not in calendars]
