"""Taking a sent document back from its recipients (NĐ 30/2020, Đ.18)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Viewer
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, record
from lienthong.office import policies, queries
from lienthong.office.actions.incoming import REASON_LIMIT, ReasonMissing, checked_text
from lienthong.office.actions.sending import write_states
from lienthong.office.adapters import connect
from lienthong.office.models import OutgoingDocument
from lienthong.office.ports import AxisPort, AxisUnavailable


class AxisAway(Refusal):
    """The axis does not answer while somebody waits for it."""

    code, status = "axis-away", 503
    sentence = _("The document axis does not answer now. Nothing was taken back; try again in a minute.")


class NotSentThere(Refusal):
    """Agencies that are no recipients of the document."""

    code, status = "not-sent-there", 422
    sentence = _("%(count)s of the agencies chosen are no recipients of this document. Choose them again.")


def take_back_outgoing(
    *,
    outgoing_id: UUID,
    viewer: Viewer,
    reason: str,
    recipients: Collection[int] = (),
    at: datetime,
    port: AxisPort | None = None,
) -> OutgoingDocument:
    """Take the document back from the recipients (ids of agencies), or from all; write down how they stand.

    Where nobody has collected it, it is gone at once; elsewhere the receiver is asked and answers later.

    Raises:
        ReasonMissing, TextTooLong, NotSentThere, NotFound, NotAllowed, NotNow, AxisAway, AxisRefused.
    """
    reason = checked_text(reason, field="reason", limit=REASON_LIMIT, missing=ReasonMissing)
    outgoing = queries.find_outgoing(viewer, outgoing_id)
    policies.require_act(viewer, outgoing, policies.TAKE_BACK)
    rows = outgoing.recipients.filter(agency__in=recipients).select_related("agency")
    codes = [row.agency.old_code for row in rows]
    if len(codes) != len(set(recipients)):
        raise NotSentThere(field="recipients", count=len(set(recipients)) - len(codes))
    try:
        state = (port or connect()).take_back(outgoing.packet_id, reason=reason, recipients=codes, at=at)
    except AxisUnavailable as error:
        raise AxisAway from error
    with transaction.atomic():
        write_states(state)
        record(
            actor=viewer.actor(),
            verb="outgoing.take-back",
            subject=Subject("office.outgoing", str(outgoing.id)),
            at=at,
            data={"reason": reason, "recipients": len(codes) or len(state.recipients)},
        )
    return outgoing
