"""The communes of today's map, for questions that ask for a place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import F, Max, QuerySet, Value
from django.db.models.functions import Concat

from lienthong.directory.public import AdministrativeUnit
from lienthong.kernel.plain import Plain
from lienthong.procedures.filling import Place

COMMUNE, MOST = 3, 20


class Communes:
    """The communes of the newest edition of the map that is loaded; one query a call."""

    def find(self, text: str) -> Sequence[Place]:
        """Those whose name, with that of the unit above it, holds every word; at most 20."""
        rows = _communes().annotate(whole=Plain(Concat(F("name"), Value(" "), F("parent__name"))))
        words = text[:100].replace(",", " ").split()[:8]
        for word in words:
            rows = rows.filter(whole__contains=Plain(Value(word)))
        return [_place(unit) for unit in rows.order_by("name", "code")[:MOST]] if words else []

    def labels(self, codes: Collection[str]) -> Mapping[str, str]:
        """How the communes of these codes are called."""
        return {unit.code: _place(unit).label for unit in _communes().filter(code__in=codes)} if codes else {}


def _communes() -> QuerySet[AdministrativeUnit]:
    units = AdministrativeUnit.objects.filter(level=COMMUNE)
    newest = units.values("level").annotate(newest=Max("edition")).values("newest")
    return units.filter(edition__in=newest).select_related("parent")


def _place(unit: AdministrativeUnit) -> Place:
    return Place(unit.code, f"{unit.name}, {unit.parent.name}" if unit.parent else unit.name)
