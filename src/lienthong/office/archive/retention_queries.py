"""Which periods of retention hold for an agency on a day: its own, those from above, the shipped ones."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Length

from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Viewer
from lienthong.office.archive.retention_models import RetentionRule
from lienthong.office.archive.states import READERS, Retention, retention_of

SHIPPED = Path(__file__).parents[1] / "data" / "retention_periods.csv"
MOST_TOLD = 500


@dataclass(frozen=True)
class Rule:
    """A row that holds; `owner` is the agency that decided it, empty for a shipped row, to be confirmed."""

    group: str
    retention: str
    source: str
    article: str
    owner: str = ""
    own: bool = False
    pk: int | None = None
    valid_from: date | None = None

    @property
    def kept(self) -> Retention:
        """The period."""
        return retention_of(self.retention)

    @property
    def basis(self) -> str:
        """Where it says so."""
        return ", ".join(filter(None, (self.article, self.source)))


def rules_on(agency_id: int, *, on: date) -> list[Rule]:
    """The rows valid on the day, longest kept first; of one group the nearest agency's. One query."""
    found = {key_of(rule.group): rule for rule in shipped_rules()}
    for row in _reaching(agency_id, on=on):
        found[row.group_key] = Rule(
            group=row.group,
            retention=row.retention,
            source=row.source,
            article=row.article,
            owner=row.agency.name,
            own=row.agency_id == agency_id,
            pk=row.pk,
            valid_from=row.valid_from,
        )
    return sorted(found.values(), key=lambda rule: (-(rule.kept.years or 10_000), rule.group))


def _reaching(agency_id: int, *, on: date) -> Iterable[RetentionRule]:
    """Approved rows of the agency and of those above it, the nearest last, which wins."""
    below = Agency.objects.filter(pk=agency_id, path__startswith=OuterRef("agency__path"))
    rows = RetentionRule.objects.filter(Exists(below), approved_at__isnull=False, valid_from__lte=on)
    rows = rows.exclude(valid_to__lte=on).select_related("agency")
    return rows.order_by(Length("agency__path"), "id")


def periods_on(agency_id: int, *, on: date) -> frozenset[str]:
    """The codes of the periods that may be given on the day. One query."""
    return frozenset(rule.retention for rule in rules_on(agency_id, on=on))


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """The table of the package."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        return tuple(
            Rule(row["group"], row["retention"], row["source"], row["article"])
            for row in csv.DictReader(file)
        )


def key_of(group: str) -> str:
    """What makes two groups one: the words in small letters."""
    return " ".join(group.casefold().split())


def own_rows(viewer: Viewer) -> QuerySet[RetentionRule]:
    """What the viewer's own agency ever proposed, approved and ended, the newest first."""
    if viewer.agency_id is None or not viewer.has(*READERS):
        return RetentionRule.objects.none()
    return RetentionRule.objects.filter(agency_id=viewer.agency_id).order_by("-id")


def find_rule(viewer: Viewer, rule_id: int, *, lock: bool = False) -> RetentionRule:
    """A row of the viewer's agency; with `lock` it is held until the transaction ends. Raises `NotFound`."""
    rows = own_rows(viewer).filter(pk=rule_id)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    return found
