"""Which agency works in each lane of a process, for the agency that received the dossier."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from lienthong.directory.public import Agency
from lienthong.dossiers.models import CompetentBody, Dossier
from lienthong.dossiers.refusals import NoCompetentBody
from lienthong.kernel.clock import VIETNAM
from lienthong.procedures.public import Body, Lane, Process, QuestionType, definition_of

# The kinds of agencies that a lane means when it looks up from the owner, the nearest first. Where there
# are no districts (since 1 July 2025) the province does their work.
ABOVE: dict[Body, tuple[str, ...]] = {
    Body.DISTRICT: ("district", "province"),
    Body.PROVINCE: ("province",),
    Body.MINISTRY: ("ministry",),
}
# The department of a province by the field of the procedure: its short name in the directory.
DEPARTMENTS: dict[str, str] = {
    "civil-status": "STP",
    "residence": "STP",
    "social-policy": "SLĐTBXH",
    "land": "STNMT",
    "construction": "SXD",
    "business": "SKHĐT",
    "transport": "SGTVT",
    "justice": "STP",
}


class Directory:
    """The agencies around some owners: those above them, and who is competent there. Two queries."""

    def __init__(self, dossiers: Collection[Dossier]) -> None:
        paths = {dossier.agency.path for dossier in dossiers}
        ids = {int(key) for path in paths for key in path.strip("/").split("/")}
        self._agencies = {row.pk: row for row in Agency.objects.filter(pk__in=ids)}
        rows = CompetentBody.objects.filter(province_id__in=ids)
        self._competent = {(row.province_id, row.field): row.agency_id for row in rows}

    def bodies(self, dossier: Dossier, process: Process, answers: Mapping[str, Any]) -> dict[str, int]:
        """The agency of each lane, by the lane's key.

        Raises:
            NoCompetentBody: it is not known which agency a lane means here.
        """
        found = {}
        for lane in process.lanes:
            agency_id = self._agency(dossier, lane, answers)
            if agency_id is None:
                raise NoCompetentBody(lane=lane.name)
            found[lane.key] = agency_id
        return found

    def _agency(self, dossier: Dossier, lane: Lane, answers: Mapping[str, Any]) -> int | None:
        above = [self._agencies[int(key)] for key in reversed(dossier.agency.path.strip("/").split("/"))]
        if lane.agency:
            return Agency.objects.filter(code=lane.agency).values_list("pk", flat=True).first()
        if lane.body is Body.OWNER or lane.body == Body.COMMUNE == dossier.agency.kind:
            return dossier.agency_id
        if lane.body is Body.COMMUNE:
            return _commune_of(dossier, answers)
        if lane.body is Body.DEPARTMENT:
            field = dossier.version.procedure.field.code
            provinces = [row.pk for row in above if row.kind == "province"]
            return next(
                (self._competent[key] for one in provinces if (key := (one, field)) in self._competent), None
            )
        for kind in ABOVE[lane.body]:
            for row in above:
                if row.kind == kind:
                    return row.pk
        return None


def _commune_of(dossier: Dossier, answers: Mapping[str, Any]) -> int | None:
    """The commune that the form names first: what is asked for lies there. One query."""
    form = definition_of(dossier.version).form
    places = (
        [answers.get(one.key) for one in form.questions if one.type is QuestionType.PLACE] if form else []
    )
    code = next((str(place) for place in places if place), "")
    communes = Agency.objects.valid(dossier.submitted_at.astimezone(VIETNAM).date()).filter(kind="commune")
    rows = communes.filter(unit__code=code).order_by("-unit__edition", "pk")
    return rows.values_list("pk", flat=True).first() if code else None


def seed_competent_bodies(*, at: datetime) -> int:
    """Name the departments of every province by field where nobody did; how many. Four queries."""
    day = at.astimezone(VIETNAM).date()
    agencies = Agency.objects.valid(day)
    provinces = set(agencies.filter(kind="province").values_list("pk", flat=True))
    departments = agencies.filter(
        kind="department", parent__in=provinces, short_name__in=DEPARTMENTS.values()
    )
    by_name = {(row.parent_id, row.short_name): row.pk for row in departments}
    known = set(CompetentBody.objects.values_list("province_id", "field"))
    rows = [
        CompetentBody(province_id=province, field=field, agency_id=by_name[province, name])
        for province in sorted(provinces)
        for field, name in DEPARTMENTS.items()
        if (province, name) in by_name and (province, field) not in known
    ]
    CompetentBody.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
