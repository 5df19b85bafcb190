"""Figures of feedback and ratings by body. Where fewer than five were counted, nothing is said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, F, Q

from lienthong.directory.public import Agency
from lienthong.participation.contracts import BodyFigures, Satisfaction
from lienthong.participation.models import Feedback, Rating
from lienthong.participation.states import LEAST_SHOWN, OPEN

MOST_BODIES = 500
CONTENT = 4  # points from which a party is content
Period = tuple[datetime, datetime]


def satisfaction(agency_ids: Collection[int], period: Period) -> dict[int, Satisfaction]:
    """Ratings given in the period (from, until before), by body; of fewer than five nothing. One query."""
    since, until = period
    rows = (
        Rating.objects.filter(agency__in=list(agency_ids), rated_at__gte=since, rated_at__lt=until)
        .values("agency_id")
        .annotate(count=Count("id"), mean=Avg("score"), content=Count("id", filter=Q(score__gte=CONTENT)))
        .filter(count__gte=LEAST_SHOWN)
    )
    return {
        row["agency_id"]: Satisfaction(
            row["agency_id"],
            row["count"],
            round(row["mean"], 2),
            round(100 * row["content"] / row["count"], 1),
        )
        for row in rows
    }


def figures(period: Period, *, at: datetime, province_path: str = "") -> list[BodyFigures]:
    """What was said in the period to bodies at or below the agency of that path, and what became of it.

    The most asked bodies first. Two queries. A number under five is None, and so is one from which it could
    be reckoned: the others of its row that add up with it.
    """
    since, until = period
    late = Q(in_time=False) | Q(state__in=sorted(OPEN), due_at__lt=at, in_time=None)
    rows = (
        Feedback.objects.filter(agency__path__startswith=province_path, sent_at__gte=since, sent_at__lt=until)
        .values("agency_id", name=F("agency__name"))
        .annotate(
            received=Count("id"),
            kept=Count("id", filter=Q(in_time=True)),
            missed=Count("id", filter=late),
            open_late=Count("id", filter=Q(state__in=sorted(OPEN), due_at__lt=at)),
        )
        .order_by("-received", "agency_id")[:MOST_BODIES]
    )
    found = list(rows)
    content = satisfaction([row["agency_id"] for row in found], period)
    return [_shown(row, content.get(row["agency_id"])) for row in found]


def _shown(row: Mapping[str, Any], content: Satisfaction | None) -> BodyFigures:
    received, in_time, late = int(row["received"]), int(row["kept"]), int(row["missed"])
    due = in_time + late
    # Of what is published, every part is at least five or nothing at all; so is what is left over.
    parts = [part for part in (in_time, late, received - due) if part]
    tells = received >= LEAST_SHOWN and all(part >= LEAST_SHOWN for part in parts)
    return BodyFigures(
        agency_id=int(row["agency_id"]),
        name=str(row["name"]),
        received=received if received >= LEAST_SHOWN else None,
        in_time=in_time if tells else None,
        late=late if tells else None,
        open_late=int(row["open_late"]) if int(row["open_late"]) >= LEAST_SHOWN else None,
        share=round(100 * in_time / due) if due >= LEAST_SHOWN and tells else None,
        satisfaction=round(content.content) if content else None,
    )


def province_of_agency(code: str) -> Agency | None:
    """The People's Committee of the province with that national code. One query."""
    rows = Agency.objects.filter(kind="province", unit__code=code, unit__level=1)
    return rows.order_by("-valid_to").first() if code.isascii() and code.isdigit() else None
