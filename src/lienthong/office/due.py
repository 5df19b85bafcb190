"""What clerks have to register, for the digest and the calendar: one line, not one for each document."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import PostHolding
from lienthong.identity.public import Role, RoleGrant
from lienthong.kernel.clock import VIETNAM
from lienthong.notifications.public import DueRow
from lienthong.office.models import IncomingDocument
from lienthong.office.states import State

END_OF_DAY = time(17, 0)


def due_of_clerks(
    official_ids: Collection[int], *, since: datetime, until: datetime, at: datetime
) -> list[DueRow]:
    """How many documents wait to be registered in the agencies the officials are clerks of. Two queries.

    Due on the day on which the oldest of them arrived (NĐ 30/2020, Đ.22). `at` says which posts are held.
    """
    today = at.astimezone(VIETNAM).date()
    clerks = RoleGrant.objects.filter(post=OuterRef("post_id"), role=Role.CLERK)
    held = PostHolding.objects.filter(
        Exists(clerks), official_id__in=list(official_ids), valid_from__lte=today, valid_to__gt=today
    )
    pairs = set(held.values_list("official_id", "post__agency_id"))
    if not pairs:
        return []
    waiting = IncomingDocument.objects.filter(
        agency__in={agency for _official, agency in pairs}, state=State.ARRIVED
    )
    counted = (
        waiting.order_by()
        .values("agency_id")
        .annotate(number=Count("pk"), oldest=Min("arrived_at"), newest=Max("arrived_at"))
    )
    found = {row["agency_id"]: row for row in counted}
    return [
        row
        for official_id, agency_id in sorted(pairs)
        if agency_id in found
        for row in [_row(official_id, agency_id, found[agency_id])]
        if since <= row.due_at < until
    ]


def _row(official_id: int, agency_id: int, counted: Mapping[str, Any]) -> DueRow:
    oldest, newest = counted["oldest"], counted["newest"]
    assert isinstance(oldest, datetime)
    assert isinstance(newest, datetime)
    return DueRow(
        official_id=official_id,
        key=f"office.arrivals/{agency_id}",
        title=format_lazy("{words}: {number}", words=_("Documents to register"), number=counted["number"]),
        link=reverse("office:incoming") + "?tab=arrived",
        due_at=datetime.combine(oldest.astimezone(VIETNAM).date(), END_OF_DAY, VIETNAM),
        changed_at=newest,
    )
