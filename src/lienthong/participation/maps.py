"""Maps as SVG, drawn here: the outline of a province, centres of communes, and marks on them.

A picture of some kilobytes that needs no script: it is pressed like a button of a form (ADR 0079).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lienthong.directory.public import AdministrativeUnit, Ring, province_outlines
from lienthong.participation.contracts import Point

SIDE = 300  # CSS pixels: fits the narrowest telephone
STEPS = (0.02, 0.05, 0.12, 0.3, 0.8)  # degrees from the middle to the edge
MOST_NAMES = 25


@dataclass(frozen=True)
class Frame:
    """A square piece of the country: its middle and the degrees of latitude from there to the edge."""

    middle: Point
    reach: float

    def place(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Pixels from the left and from the top."""
        east = (longitude - self.middle.longitude) * self._narrow
        south = self.middle.latitude - latitude
        return round((east / self.reach + 1) * SIDE / 2, 1), round((south / self.reach + 1) * SIDE / 2, 1)

    def point(self, x: float, y: float) -> Point:
        """The place of a pixel."""
        east = (x * 2 / SIDE - 1) * self.reach / self._narrow
        south = (y * 2 / SIDE - 1) * self.reach
        return Point(round(self.middle.latitude - south, 5), round(self.middle.longitude + east, 5))

    @property
    def _narrow(self) -> float:
        return cos(radians(self.middle.latitude))


@dataclass(frozen=True)
class Mark:
    """Something on a map: a point, what it is called, and its page where it has one."""

    point: Point
    label: str
    url: str = ""


def frame_around(unit: AdministrativeUnit, *, zoom: int, at: Point | None = None) -> Frame | None:
    """The frame around the point, else the unit's centre; None where neither is known."""
    if at is None and unit.latitude is not None and unit.longitude is not None:
        at = Point(unit.latitude, unit.longitude)
    return Frame(at, STEPS[zoom]) if at is not None else None


def frame_of(province: AdministrativeUnit) -> Frame | None:
    """The frame in which the whole province lies; None where there is no outline of it."""
    corners = [corner for ring in _rings(province) for corner in ring]
    if not corners:
        return None
    west, east = min(x for x, _y in corners), max(x for x, _y in corners)
    south, north = min(y for _x, y in corners), max(y for _x, y in corners)
    middle = Point((south + north) / 2, (west + east) / 2)
    return Frame(middle, max(north - south, (east - west) * cos(radians(middle.latitude))) / 2 * 1.05)


def frame_of_marks(marks: Sequence[Mark]) -> Frame:
    """The frame in which all the marks lie, with some room around them."""
    south, north = min(one.point.latitude for one in marks), max(one.point.latitude for one in marks)
    west, east = min(one.point.longitude for one in marks), max(one.point.longitude for one in marks)
    middle = Point((south + north) / 2, (west + east) / 2)
    spread = max(north - south, (east - west) * cos(radians(middle.latitude))) / 2
    return Frame(middle, max(STEPS[0], spread * 1.25))


def draw(
    frame: Frame,
    province: AdministrativeUnit,
    communes: Iterable[AdministrativeUnit],
    marks: Sequence[Mark],
    *,
    label: str,
) -> SafeString:
    """The picture. Links in it are links only where it stands in the page itself."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 {0} {0}" width="{0}" '
        'height="{0}" role="group" aria-label="{1}" font-family="sans-serif">'
        '<rect width="{0}" height="{0}" fill="#dfe8ee"/>'
        '<path d="{2}" fill="#f6f3ea" stroke="#6b6b6b" fill-rule="evenodd"/>{3}{4}</svg>',
        SIDE,
        label,
        " ".join(_path(frame, ring) for ring in _rings(province)),
        _names(frame, communes),
        format_html_join("", "{}", ((_drawn(frame, mark),) for mark in marks)),
    )


def _rings(province: AdministrativeUnit) -> tuple[Ring, ...]:
    try:
        return province_outlines(province.edition).get(province.code, ())
    except FileNotFoundError:
        return ()


def _path(frame: Frame, ring: Ring) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in (frame.place(lat, lon) for lon, lat in ring)) + "Z"


def _names(frame: Frame, communes: Iterable[AdministrativeUnit]) -> SafeString:
    """Dots of the communes in the frame, with names where there are few enough to be read."""
    seen: list[tuple[float, float, str]] = []
    for one in communes:
        if one.latitude is not None and one.longitude is not None:
            x, y = frame.place(one.latitude, one.longitude)
            if 0 <= x <= SIDE and 0 <= y <= SIDE:
                seen.append((x, y, one.name))
    dot, named = (
        '<circle cx="{}" cy="{}" r="2" fill="#595959"/>',
        (
            '<circle cx="{0}" cy="{1}" r="2" fill="#595959"/><text x="{0}" y="{3}" font-size="11" '
            'text-anchor="middle" fill="#333">{2}</text>'
        ),
    )
    few = len(seen) <= MOST_NAMES
    return format_html_join("", named if few else dot, ((x, y, name, y + 13) for x, y, name in seen))


def _drawn(frame: Frame, mark: Mark) -> SafeString:
    x, y = frame.place(mark.point.latitude, mark.point.longitude)
    drawn = format_html(
        '<circle cx="{}" cy="{}" r="8" fill="#b3253a" stroke="#fff" stroke-width="2">'
        "<title>{}</title></circle>",
        x,
        y,
        mark.label,
    )
    return (
        format_html('<a href="{}" aria-label="{}">{}</a>', mark.url, mark.label, drawn) if mark.url else drawn
    )
