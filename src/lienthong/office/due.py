"""What clerks have to register and leaders to direct, for the digest and the calendar: one line for all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import PostHolding
from lienthong.identity.public import Role, RoleGrant
from lienthong.kernel.clock import VIETNAM
from lienthong.notifications.public import DueRow
from lienthong.office.models import IncomingDocument
from lienthong.office.states import State

END_OF_DAY = time(17, 0)


@dataclass(frozen=True)
class _Pile:
    """Documents in a state that wait for a role, since the moment in a column."""

    key: str
    role: Role
    state: State
    since: str
    words: Promise


_ARRIVALS = _Pile("arrivals", Role.CLERK, State.ARRIVED, "arrived_at", _("Documents to register"))
_UNDIRECTED = _Pile("undirected", Role.LEADER, State.REGISTERED, "registered_at", _("Documents to direct"))


def due_of_clerks(
    official_ids: Collection[int], *, since: datetime, until: datetime, at: datetime
) -> list[DueRow]:
    """How many documents wait to be registered in the agencies the officials are clerks of. Two queries.

    Due on the day on which the oldest of them arrived (NĐ 30/2020, Đ.22). `at` says which posts are held.
    """
    return _due_of(_ARRIVALS, official_ids, since=since, until=until, at=at)


def due_of_leaders(
    official_ids: Collection[int], *, since: datetime, until: datetime, at: datetime
) -> list[DueRow]:
    """How many documents wait to be directed in the agencies the officials lead. Two queries.

    Due on the day on which the oldest of them was registered (NĐ 30/2020, Đ.23 and Đ.24).
    """
    return _due_of(_UNDIRECTED, official_ids, since=since, until=until, at=at)


def _due_of(
    pile: _Pile, official_ids: Collection[int], *, since: datetime, until: datetime, at: datetime
) -> list[DueRow]:
    today = at.astimezone(VIETNAM).date()
    granted = RoleGrant.objects.filter(post=OuterRef("post_id"), role=pile.role)
    held = PostHolding.objects.filter(
        Exists(granted), official_id__in=list(official_ids), valid_from__lte=today, valid_to__gt=today
    )
    pairs = set(held.values_list("official_id", "post__agency_id"))
    if not pairs:
        return []
    waiting = IncomingDocument.objects.filter(
        agency__in={agency for _official, agency in pairs}, state=pile.state
    )
    counted = (
        waiting.order_by()
        .values("agency_id")
        .annotate(number=Count("pk"), oldest=Min(pile.since), newest=Max(pile.since))
    )
    found = {row["agency_id"]: row for row in counted if row["oldest"] is not None}
    return [
        row
        for official_id, agency_id in sorted(pairs)
        if agency_id in found
        for row in [_row(pile, official_id, agency_id, found[agency_id])]
        if since <= row.due_at < until
    ]


def _row(pile: _Pile, official_id: int, agency_id: int, counted: Mapping[str, Any]) -> DueRow:
    oldest, newest = counted["oldest"], counted["newest"]
    assert isinstance(oldest, datetime)
    assert isinstance(newest, datetime)
    return DueRow(
        official_id=official_id,
        key=f"office.{pile.key}/{agency_id}",
        title=format_lazy("{words}: {number}", words=pile.words, number=counted["number"]),
        link=f"{reverse('office:incoming')}?tab={pile.state}",
        due_at=datetime.combine(oldest.astimezone(VIETNAM).date(), END_OF_DAY, VIETNAM),
        changed_at=newest,
    )
