"""What other apps show of fees on their own pages: `{% load payments %}{% charges_card subject_id %}`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import template

from lienthong.identity.public import Viewer
from lienthong.payments import policies, queries
from lienthong.payments.states import CHARGE_COLORS, CHARGE_LABELS, ChargeState

register = template.Library()


@register.inclusion_tag("payments/_charges.html", takes_context=True)
def charges_card(context: template.Context, subject_id: UUID) -> dict[str, Any]:
    """The fees of a subject with their states, for whoever may see the page; the way on only for whom may go.

    One query. Draws nothing where nothing was charged.
    """
    viewer = context.get("viewer")
    rows = queries.charges_of([subject_id])[subject_id]
    return {
        "subject_id": subject_id,
        "rows": [(row, CHARGE_LABELS[row.state], CHARGE_COLORS.get(row.state, "neutral")) for row in rows],
        "owed": sum(row.amount for row in rows if row.state == ChargeState.OWED),
        "opens": isinstance(viewer, Viewer) and policies.reads(viewer),
    }
