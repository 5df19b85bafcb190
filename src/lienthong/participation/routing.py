"""Which body answers: as the table says, nearest unit first; else the People's Committee of the place."""

from __future__ import annotations

from datetime import date, datetime

from lienthong.directory.public import AdministrativeUnit, Agency, calendar_of, due_after
from lienthong.kernel.clock import VIETNAM
from lienthong.participation.models import Category, Competence
from lienthong.participation.places import COMMITTEES, lineage
from lienthong.participation.refusals import NoCompetentBody


def competent_body(unit: AdministrativeUnit, category: Category, *, on: date) -> Agency:
    """The body that answers for the category there. Two queries.

    Up from the unit: a row of the table for the category, one for all categories, the People's Committee of
    the unit. A body that is no more is passed over.

    Raises:
        NoCompetentBody: none up to the province.
    """
    line = [one.pk for one in lineage(unit)]
    named = Competence.objects.filter(unit__in=line, category__in=[category.pk]) | Competence.objects.filter(
        unit__in=line, category=None
    )
    rows = [
        row for row in named.select_related("agency") if row.agency.valid_from <= on < row.agency.valid_to
    ]
    held = {(row.unit_id, row.category_id): row.agency for row in rows}
    committees = {
        agency.unit_id: agency
        for agency in Agency.objects.valid(on).filter(unit__in=line, kind__in=COMMITTEES).order_by("-pk")
    }
    for key in line:
        found = held.get((key, category.pk)) or held.get((key, None)) or committees.get(key)
        if found is not None:
            return found
    raise NoCompetentBody(field="unit")


def due_for(agency: Agency, days: int, *, at: datetime) -> datetime:
    """When so many working days of the body's own calendar have passed. Three queries."""
    year = at.astimezone(VIETNAM).year
    return due_after(calendar_of(agency.pk, years=(year, year + 1)), at, days=days)
