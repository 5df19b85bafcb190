"""Where feedback is from: provinces and communes that can be chosen, and the one a point lies in."""

from __future__ import annotations

from datetime import date
from math import cos, radians

from django.db.models import Q

from lienthong.directory.public import AdministrativeUnit, Agency, province_at
from lienthong.participation.contracts import Point
from lienthong.participation.models import EAST, NORTH, SOUTH, WEST
from lienthong.participation.refusals import OutsideVietnam, UnknownPlace

PROVINCE, COMMUNE = 1, 3
COMMITTEES = ("commune", "district", "province")
NEAR = 0.1  # degrees: how far off the rough outline a coast or a pier may lie


def provinces(*, on: date) -> list[AdministrativeUnit]:
    """The provinces whose People's Committee is there on the day, by name. One query."""
    ids = Agency.objects.valid(on).filter(kind="province", unit__level=PROVINCE).values("unit")
    return list(AdministrativeUnit.objects.filter(pk__in=ids).order_by("name"))


def find_province(code: str, *, on: date) -> AdministrativeUnit | None:
    """One of `provinces` by its code. One query."""
    if not (code.isascii() and code.isdigit() and len(code) <= 5):
        return None
    held = Agency.objects.valid(on).filter(kind="province", unit__level=PROVINCE, unit__code=code)
    return AdministrativeUnit.objects.filter(pk__in=held.values("unit")).first()


def communes_of(province: AdministrativeUnit) -> list[AdministrativeUnit]:
    """The communes of the province on the map it belongs to, by name, each with its parent. One query."""
    rows = AdministrativeUnit.objects.filter(_below(province), level=COMMUNE)
    return list(rows.select_related("parent").order_by("name", "pk"))


def find_unit(unit_id: int, *, on: date) -> AdministrativeUnit:
    """The province or commune of that key, with those above it; raises `UnknownPlace`. Two queries."""
    rows = AdministrativeUnit.objects.select_related("parent__parent")
    unit = rows.filter(pk=unit_id, level__in=(PROVINCE, COMMUNE)).first() if 0 < unit_id < 2**62 else None
    if unit is None or find_province(province_of(unit).code, on=on) != province_of(unit):
        raise UnknownPlace(field="unit")
    return unit


def find_commune(code: str, *, on: date) -> AdministrativeUnit:
    """The commune of the national code; raises `UnknownPlace`."""
    rows = AdministrativeUnit.objects.filter(level=COMMUNE, code=code[:5], edition=_edition(on))
    unit = rows.select_related("parent__parent").first() if code.isascii() and code.isdigit() else None
    if unit is None:
        raise UnknownPlace(field="unit")
    return unit


def lineage(unit: AdministrativeUnit) -> list[AdministrativeUnit]:
    """The unit and those above it, the nearest first."""
    found = [unit]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return found


def province_of(unit: AdministrativeUnit) -> AdministrativeUnit:
    """The province the unit lies in, or is."""
    return lineage(unit)[-1]


def commune_at(point: Point, *, on: date) -> AdministrativeUnit:
    """The commune with the nearest centre in the province the point lies in: as near as the maps here tell.

    Where no commune has a centre on the map, the province itself. Three queries at most.

    Raises:
        OutsideVietnam: it lies in no province, nor just off one's coast.
    """
    if not (SOUTH <= point.latitude <= NORTH and WEST <= point.longitude <= EAST):
        raise OutsideVietnam(field="point")
    edition = _edition(on)
    code = province_at(edition, point.latitude, point.longitude)
    rows = AdministrativeUnit.objects.filter(edition=edition, level=COMMUNE, latitude__isnull=False)
    if code:
        rows = rows.filter(Q(parent__code=code, parent__level=PROVINCE) | Q(parent__parent__code=code))
    else:
        box = Q(latitude__range=(point.latitude - NEAR, point.latitude + NEAR))
        rows = rows.filter(box, longitude__range=(point.longitude - NEAR, point.longitude + NEAR))
    centres = rows.values_list("pk", "latitude", "longitude")
    nearest = min(centres, key=lambda row: _apart(point, row[1] or 0.0, row[2] or 0.0), default=None)
    units = AdministrativeUnit.objects.select_related("parent__parent")
    if nearest is not None:
        return units.get(pk=nearest[0])
    province = units.filter(edition=edition, level=PROVINCE, code=code).first() if code else None
    if province is None:
        raise OutsideVietnam(field="point")
    return province


def require_in_vietnam(point: Point, *, on: date) -> None:
    """Raise `OutsideVietnam` for what is no place here."""
    commune_at(point, on=on)


def _apart(point: Point, latitude: float, longitude: float) -> float:
    """The square of the distance, in degrees of latitude."""
    east = (longitude - point.longitude) * cos(radians(point.latitude))
    return (latitude - point.latitude) ** 2 + east**2


def _below(province: AdministrativeUnit) -> Q:
    return Q(parent=province) | Q(parent__parent=province)


def _edition(on: date) -> int:
    """The map in force: that of the provinces' People's Committees. One query."""
    rows = Agency.objects.valid(on).filter(kind="province", unit__level=PROVINCE)
    return rows.order_by("-unit__edition").values_list("unit__edition", flat=True).first() or 0
