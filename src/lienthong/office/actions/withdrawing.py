"""Withdrawing an issued document (NĐ 30/2020, Đ.18).

Over the axis it is taken back by a call, or revoked by a signed packet; inside the agency and on paper it is
declared. Where only some recipients of the axis are chosen, the others keep it, and nothing is declared.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.axis.public import edxml
from lienthong.identity.public import Viewer
from lienthong.kernel.blobs import open_blob
from lienthong.kernel.errors import Refusal
from lienthong.kernel.lifting import lift
from lienthong.ledger.public import JSON, Subject, record
from lienthong.office import outgoing_queries, policies
from lienthong.office.actions.declaring import declare
from lienthong.office.actions.incoming import REASON_LIMIT, ReasonMissing, checked_text
from lienthong.office.actions.sending import catch_up, write_states
from lienthong.office.adapters import connect
from lienthong.office.models import OutgoingDocument
from lienthong.office.packets import revocation_of
from lienthong.office.ports import AxisPort, AxisUnavailable
from lienthong.office.states import OutState
from lienthong.signing.public import sign_packet


class AxisAway(Refusal):
    """The axis does not answer while somebody waits for it."""

    code, status = "axis-away", 503
    sentence = _("The document axis does not answer now. Nothing was withdrawn; try again in a minute.")


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

    All are also those inside the agency and on paper. Over the axis, where nobody has collected it, it is
    gone at once; elsewhere the receiver is asked and answers later.

    Raises:
        ReasonMissing, TextTooLong, NotSentThere, NotFound, NotAllowed, NotNow, Withdrawn, AxisAway,
        AxisRefused.
    """
    reason, outgoing, codes = _asked(outgoing_id, viewer, policies.TAKE_BACK, reason, recipients)
    if outgoing.state == OutState.ISSUED:
        return _declare(outgoing, policies.TAKE_BACK, reason, viewer, at)
    try:
        state = (port or connect()).take_back(outgoing.packet_id, reason=reason, recipients=codes, at=at)
    except AxisUnavailable as error:
        raise AxisAway from error
    with transaction.atomic():
        write_states(state)
        _record(outgoing, policies.TAKE_BACK, viewer, at, {"reason": reason, "recipients": len(codes)})
        if not codes:
            declare(_held(outgoing), kind=policies.TAKE_BACK, reason=reason, viewer=viewer, at=at)
    return outgoing


def revoke_outgoing(
    *,
    outgoing_id: UUID,
    viewer: Viewer,
    reason: str,
    recipients: Collection[int] = (),
    at: datetime,
    port: AxisPort | None = None,
) -> OutgoingDocument:
    """Send a revocation sealed with the agency's key to the recipients (ids of agencies), or to all.

    All are also those inside the agency and on paper, to whom it is declared.
    Asking again while a receiver has not answered makes the earlier revocation lapse. Must not run in a
    transaction.

    Raises:
        ReasonMissing, TextTooLong, NotSentThere, NotFound, NotAllowed, NotNow, Withdrawn, AxisAway,
        AxisRefused.
    """
    reason, outgoing, codes = _asked(outgoing_id, viewer, policies.REVOKE, reason, recipients)
    if outgoing.state == OutState.ISSUED:
        return _declare(outgoing, policies.REVOKE, reason, viewer, at)
    assert outgoing.edxml is not None
    original = edxml.parse_packet(lift(open_blob(outgoing.edxml)))
    xml = revocation_of(original, reason=reason, recipients=codes, viewer=viewer)
    axis = port or connect()
    try:
        receipt = axis.submit(sign_packet(xml, agency_id=outgoing.agency_id, at=at), at=at)
    except AxisUnavailable as error:
        raise AxisAway from error
    data: dict[str, JSON] = {"reason": reason, "packet": str(receipt.packet_id), "recipients": len(codes)}
    with transaction.atomic():
        _record(outgoing, policies.REVOKE, viewer, at, data)
        if not codes:
            declare(_held(outgoing), kind=policies.REVOKE, reason=reason, viewer=viewer, at=at)
    catch_up(outgoing.packet_id, axis, at)
    return outgoing


def _asked(
    outgoing_id: UUID, viewer: Viewer, act: str, reason: str, recipients: Collection[int]
) -> tuple[str, OutgoingDocument, list[str]]:
    """The clean reason, the document, and the codes of the recipients chosen (none: all)."""
    reason = checked_text(reason, field="reason", limit=REASON_LIMIT, missing=ReasonMissing)
    outgoing = outgoing_queries.find_outgoing(viewer, outgoing_id)
    policies.require_act(viewer, outgoing, act)
    rows = outgoing.recipients.filter(agency__in=recipients).select_related("agency")
    codes = [row.agency.old_code for row in rows]
    if len(codes) != len(set(recipients)):
        raise NotSentThere(field="recipients", count=len(set(recipients)) - len(codes))
    return reason, outgoing, codes


def _declare(
    outgoing: OutgoingDocument, act: str, reason: str, viewer: Viewer, at: datetime
) -> OutgoingDocument:
    """Withdraw what never went over the axis; of two who do so at once the second is told."""
    with transaction.atomic():
        held = _held(outgoing)
        policies.require_act(viewer, held, act)
        _record(held, act, viewer, at, {"reason": reason})
        declare(held, kind=act, reason=reason, viewer=viewer, at=at)
    return held


def _held(outgoing: OutgoingDocument) -> OutgoingDocument:
    """The document as it stands now, held until the transaction ends."""
    return OutgoingDocument.objects.select_for_update(of=("self",)).get(pk=outgoing.pk)


def _record(
    outgoing: OutgoingDocument, act: str, viewer: Viewer, at: datetime, data: dict[str, JSON]
) -> None:
    subject = Subject("office.outgoing", str(outgoing.id))
    record(actor=viewer.actor(), verb=f"outgoing.{act}", subject=subject, at=at, data=data)
