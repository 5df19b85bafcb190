"""The visible signatures, drawn as lines and filled outlines: nothing to embed, nothing behind them.

Personal: blue, the name in a slanted hand with a flourish. Agency: a red round seal in true size.
Outlines come from Tinos, so that every Vietnamese letter is there (NĐ 30/2020, annex I, part I).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

BLUE = "0.06 0.20 0.62"
RED = "0.85 0.07 0.10"
STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
CIRCLE = 0.5522847498  # of the radius: the handles of four Béziers that make a circle
_FACES = {
    "bold": ("700Bold", "Tinos_700Bold.ttf"),
    "script": ("700Bold_Italic", "Tinos_700Bold_Italic.ttf"),
}


@dataclass(frozen=True)
class Matrix:
    """A PDF transformation `a b c d e f`."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def of(self, x: float, y: float) -> str:
        """Where a point goes, as PDF writes it."""
        return f"{self.a * x + self.c * y + self.e:.2f} {self.b * x + self.d * y + self.f:.2f}"


class _PdfPen(BasePen):  # type: ignore[misc]
    """Writes an outline as PDF path operators."""

    def __init__(self, glyphs: object, matrix: Matrix) -> None:
        super().__init__(glyphs)
        self.matrix, self.operators = matrix, list[str]()

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self.operators.append(f"{self.matrix.of(*pt)} m")

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self.operators.append(f"{self.matrix.of(*pt)} l")

    def _curveToOne(self, *points: tuple[float, float]) -> None:
        self.operators.append(" ".join(self.matrix.of(*point) for point in points) + " c")

    def _closePath(self) -> None:
        self.operators.append("h")


class _Face:
    """A typeface's outlines and widths, in ems."""

    def __init__(self, path: Path) -> None:
        font = TTFont(path)
        self.names: dict[int, str] = font.getBestCmap()
        self.glyphs = font.getGlyphSet()
        self.em = font["head"].unitsPerEm

    def width(self, text: str) -> float:
        """The text's width at a size of 1."""
        return sum(self.advance(letter) for letter in text)

    def advance(self, letter: str) -> float:
        """One letter's width at a size of 1; a letter the face lacks takes no room."""
        name = self.names.get(ord(letter))
        return self.glyphs[name].width / self.em if name else 0.0

    def outline(self, letter: str, matrix: Matrix) -> list[str]:
        """The letter's path, its em square transformed."""
        name = self.names.get(ord(letter))
        if name is None:
            return []
        scale = 1 / self.em
        pen = _PdfPen(
            self.glyphs,
            Matrix(
                matrix.a * scale, matrix.b * scale, matrix.c * scale, matrix.d * scale, matrix.e, matrix.f
            ),
        )
        self.glyphs[name].draw(pen)
        return pen.operators


@cache
def _face(name: str) -> _Face:
    folder, file = _FACES[name]
    return _Face(settings.ENV.frontend / "@expo-google-fonts" / "tinos" / folder / file)


@lru_cache(maxsize=2048)
def draw_signature(name: str, width: float, height: float) -> bytes:
    """PDF operators for a personal signature of that name, centred in the box (points)."""
    face = _face("script")
    size = min(height * 0.5, width * 0.92 / max(face.width(name), 0.1))
    slant = 0.18
    left = (width - face.width(name) * size) / 2
    base = height * 0.42
    path: list[str] = []
    for letter in name:
        path += face.outline(letter, Matrix(size, size * 0.06, size * slant, size, left, base))
        left += face.advance(letter) * size
    flourish = _flourish(width, height)
    return f"q {BLUE} rg {BLUE} RG 1 j 1 J {' '.join(path)} f {flourish} Q".encode()


@lru_cache(maxsize=2048)
def draw_seal(agency: str, diameter: float) -> bytes:
    """PDF operators for a round seal: the State around, the agency across the middle, a star below."""
    radius = diameter / 2
    rings = [(radius * 0.97, 1.4), (radius * 0.92, 0.5), (radius * 0.62, 0.5)]
    parts = [f"{width} w {_circle(radius, ring)} S" for ring, width in rings]
    path = _around(STATE, centre=radius, radius=radius * 0.70, size=radius * 0.155)
    path += _star(radius, radius * 0.10)
    path += _lines(_wrap(agency.upper()), centre=radius, half_width=radius * 0.56, height=radius * 0.56)
    return f"q {RED} RG {RED} rg {' '.join(parts)} {' '.join(path)} f Q".encode()


def _flourish(width: float, height: float) -> str:
    x0, x1, y = width * 0.12, width * 0.90, height * 0.26
    return (
        f"1.2 w {x0:.2f} {y:.2f} m {width * 0.4:.2f} {y + height * 0.14:.2f} {width * 0.6:.2f} "
        f"{y - height * 0.16:.2f} {x1:.2f} {y + height * 0.1:.2f} c S"
    )


def _circle(centre: float, radius: float) -> str:
    """Four Béziers; each quarter is the first one turned."""
    quarters = []
    for x, y in ((1, 0), (0, 1), (-1, 0), (0, -1)):
        ends = ((x - y * CIRCLE, y + x * CIRCLE), (x * CIRCLE - y, y * CIRCLE + x), (-y, x))
        points = (f"{centre + across * radius:.2f} {centre + up * radius:.2f}" for across, up in ends)
        quarters.append(" ".join(points) + " c")
    return f"{centre + radius:.2f} {centre:.2f} m {' '.join(quarters)} h"


def _around(text: str, *, centre: float, radius: float, size: float) -> list[str]:
    """The text along the upper part of a circle, each letter upright to it, at most three quarters round."""
    face = _face("bold")
    size = min(size, 1.5 * math.pi * radius / face.width(text))
    angle = math.pi / 2 + face.width(text) * size / radius / 2
    path: list[str] = []
    for letter in text:
        step = face.advance(letter) * size / radius
        middle = angle - step / 2
        cos, sin = math.cos(middle - math.pi / 2), math.sin(middle - math.pi / 2)
        x = centre + radius * math.cos(middle) - cos * face.advance(letter) * size / 2
        y = centre + radius * math.sin(middle) - sin * face.advance(letter) * size / 2
        path += face.outline(letter, Matrix(cos * size, sin * size, -sin * size, cos * size, x, y))
        angle -= step
    return path


def _star(centre: float, radius: float) -> list[str]:
    """A five-pointed star at the foot of the ring."""
    y0 = centre - centre * 0.78
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.4
        turn = math.pi / 2 + corner * math.pi / 5
        points.append(f"{centre + reach * math.cos(turn):.2f} {y0 + reach * math.sin(turn):.2f}")
    return [f"{points[0]} m", *(f"{point} l" for point in points[1:]), "h"]


def _wrap(text: str) -> list[str]:
    """The text in as few lines as keep it roughly square: at most six."""
    words = text.split()
    target = max(8, math.ceil(math.sqrt(len(text) * 3.2)))
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= target:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines[:6] or ["…"]


def _lines(lines: Sequence[str], *, centre: float, half_width: float, height: float) -> list[str]:
    face = _face("bold")
    widest = max(face.width(line) for line in lines)
    size = min(2 * half_width * 0.88 / max(widest, 0.1), 2 * height * 0.8 / (len(lines) * 1.25))
    y = centre + (len(lines) * 1.25 / 2 - 1.0) * size
    path: list[str] = []
    for line in lines:
        x = centre - face.width(line) * size / 2
        for letter in line:
            path += face.outline(letter, Matrix(size, 0, 0, size, x, y))
            x += face.advance(letter) * size
        y -= 1.25 * size
    return path
