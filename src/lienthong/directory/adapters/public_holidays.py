"""Public holidays of Vietnam from the package `holidays`: Labour Code 2019, Đ.112, and the yearly swaps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays

MONDAY = 0
_SWAP = re.compile(r"\d{2}/\d{2}/\d{4}")


@dataclass(frozen=True)
class SpecialDay:
    """A day that differs from its weekday: `works_as` is the weekday whose hours hold, None a day off."""

    day: date
    works_as: int | None
    name: str


@cache
def special_days(year: int) -> tuple[SpecialDay, ...]:
    """Every holiday, substitute and swapped working day of the year, in order, named in Vietnamese.

    Years whose decision the package does not know yet follow the law's rule alone, without swaps.
    """
    country = holidays.country_holidays("VN", years=year, language="vi")
    off = [SpecialDay(day, None, name) for day, name in country.items() if day.year == year]
    swapped = {worked: day for day, name in country.items() for worked in _worked_for(name)}
    worked = [
        SpecialDay(day, _weekday_of(swapped.get(day)), _worked_name(swapped.get(day)))
        for day in country.weekend_workdays
        if day.year == year
    ]
    return tuple(sorted([*off, *worked], key=lambda special: special.day))


def _worked_for(name: str) -> list[date]:
    return [_read(found) for found in _SWAP.findall(name)]


def _read(text: str) -> date:
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def _weekday_of(off: date | None) -> int:
    return MONDAY if off is None else off.weekday()


def _worked_name(off: date | None) -> str:
    return f"Làm bù cho ngày {off:%d/%m/%Y}" if off else "Làm bù"
