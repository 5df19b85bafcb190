"""Manual acts on deliveries, each with its reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.axis.models import Delivery
from lienthong.axis.policies import require_can_operate
from lienthong.axis.states import MANUAL_ACTS, DeliveryState
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import record

REASON_LEAST, REASON_MOST = 5, 500


class NotReplayable(Refusal):
    """The delivery stands in a state from which it is not delivered again."""

    code, status = "delivery-not-replayable", 409
    sentence = _(
        "Only what was collected but not yet registered can be delivered again; this delivery stands at "
        "“%(label)s”. Nothing was changed. Reload the page to see what happened meanwhile."
    )


class ReasonMissing(Refusal):
    """A manual act without a reason, or with one too long."""

    code, status = "reason-missing", 422
    sentence = _("Give the reason in %(least)s to %(most)s characters; it stands in the ledger.")


def replay_delivery(delivery_id: UUID, *, viewer: Viewer, reason: str, at: datetime) -> Delivery:
    """Put a collected but unregistered delivery back into its recipient's inbox.

    Of several operators at the same time one has the effect, the others are refused. The statuses that were
    reported stay as they are.

    Raises:
        NotAllowed: the viewer does not operate the axis.
        NotFound, NotReplayable, ReasonMissing: nothing was changed.
    """
    require_can_operate(viewer)
    reason = " ".join(reason.replace("\0", " ").split())
    if not REASON_LEAST <= len(reason) <= REASON_MOST:
        raise ReasonMissing(field="reason", least=REASON_LEAST, most=REASON_MOST)
    act = MANUAL_ACTS["replay"]
    with transaction.atomic():
        rows = Delivery.objects.select_related("packet", "recipient").select_for_update(of=("self",))
        delivery = rows.filter(pk=delivery_id).first()
        if delivery is None:
            raise NotFound
        if delivery.state not in act.sources:
            raise NotReplayable(label=DeliveryState(delivery.state).label)
        before, delivery.state = delivery.state, act.target or delivery.state
        delivery.collected_at, delivery.last_status_at = None, at
        delivery.save(update_fields=["state", "collected_at", "last_status_at"])
        record(
            actor=viewer.actor(),
            verb="delivery.replay",
            subject=delivery.packet.as_subject(),
            at=at,
            data={"recipient": delivery.recipient.code, "from": before, "reason": reason},
        )
    return delivery
