"""What is due of feedback, told to those who have taken it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.urls import reverse

from lienthong.notifications.public import DueRow, register_due
from lienthong.participation.models import Feedback
from lienthong.participation.states import OPEN


def _due(official_ids: Collection[int], since: datetime, until: datetime) -> Iterable[DueRow]:
    """What the officials have taken, due from `since` until before `until`: one query."""
    rows = Feedback.objects.filter(
        handler__in=official_ids, state__in=sorted(OPEN), due_at__gte=since, due_at__lt=until
    ).select_related("category")
    return [
        DueRow(
            official_id=feedback.handler_id or 0,
            key=f"participation.feedback/{feedback.pk}",
            title=f"{feedback.number} · {feedback.category.name}",
            link=reverse("participation:desk_one", args=[feedback.pk]),
            due_at=feedback.due_at or until,
            changed_at=feedback.reopened_at or feedback.sent_at,
        )
        for feedback in rows
    ]


register_due("participation", _due)
