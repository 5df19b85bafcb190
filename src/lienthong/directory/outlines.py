"""Outlines of the provinces, from the data files: drawing them, and telling in which one a point lies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from math import dist
from typing import Any

Ring = tuple[tuple[float, float], ...]  # longitude, latitude
ARCHIPELAGO = 2.5  # degrees around the one point that stands for an archipelago in the data


@lru_cache(maxsize=4)
def province_outlines(edition: int) -> dict[str, tuple[Ring, ...]]:
    """The rings of each province of the edition (2024 or 2025), by its code; no islands far out.

    Raises:
        FileNotFoundError: there is no map of such an edition.
    """
    found: dict[str, tuple[Ring, ...]] = {}
    for code, geometry in _features(edition):
        if rings := tuple(_rings(geometry)):
            found[code] = (*found.get(code, ()), *rings)
    return found


def province_at(edition: int, latitude: float, longitude: float) -> str:
    """The code of the province in whose outline the point lies, or to whose archipelago; empty if in none."""
    outlines = province_outlines(edition).items()
    found = next((code for code, rings in outlines if _inside(rings, longitude, latitude)), "")
    return found or next(
        (
            code
            for code, geometry in _features(edition)
            if geometry["type"] == "Point"
            and dist(geometry["coordinates"], (longitude, latitude)) <= ARCHIPELAGO
        ),
        "",
    )


@lru_cache(maxsize=4)
def _features(edition: int) -> tuple[tuple[str, dict[str, Any]], ...]:
    text = (files("lienthong.directory") / "data" / f"provinces_{int(edition)}.geojson").read_text("utf-8")
    return tuple((str(one["properties"]["code"]), one["geometry"]) for one in json.loads(text)["features"])


def _rings(geometry: dict[str, Any]) -> Iterator[Ring]:
    if geometry["type"] == "Polygon":
        for ring in geometry["coordinates"]:
            yield tuple((float(x), float(y)) for x, y, *_rest in ring)
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            for ring in polygon:
                yield tuple((float(x), float(y)) for x, y, *_rest in ring)


def _inside(rings: tuple[Ring, ...], x: float, y: float) -> bool:
    """Whether a ray from the point crosses the rings an odd number of times."""
    crossed = False
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                crossed = not crossed
    return crossed
