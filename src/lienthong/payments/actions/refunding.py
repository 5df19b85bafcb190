"""Money that goes back, with its proof."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import store_received
from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.kernel.events import publish
from lienthong.ledger.public import Subject, record
from lienthong.payments.actions import writing
from lienthong.payments.contracts import RefundSettled
from lienthong.payments.models import Charge, Refund
from lienthong.payments.states import PAYERS_BACK, REFUND, RefundState

PROOF_LIMIT = 300
MOST_PROOF = 20 * 1024 * 1024


class ProofMissing(Refusal):
    """A refund is settled with the number of what proves it."""

    code, status = "proof-missing", 422
    sentence = _("Write what proves the refund, such as the number of the transfer or of the signed slip.")


class RefundDone(Refusal):
    """Someone has settled it."""

    code, status = "refund-settled", 409
    sentence = _("This refund was settled already. Reload the page to see by whom.")


def settle_refund(
    *,
    viewer: Viewer,
    refund_id: UUID,
    proof: str,
    at: datetime,
    proof_file: Iterable[bytes] | None = None,
    proof_name: str = "",
) -> Refund:
    """Record that the money has gone back, with what proves it.

    Raises:
        ProofMissing, NotFound, NotAllowed, RefundDone; EmptyFile, FileTooLarge, ExecutableRefused.
    """
    words = proof.strip()
    if not words or len(words) > PROOF_LIMIT or "\0" in words:
        raise ProofMissing(field="proof")
    with transaction.atomic():
        refund, charges = _hold(viewer, refund_id)
        if proof_file is not None:
            refund.proof_file = store_received(proof_file, at=at, max_bytes=MOST_PROOF)
            refund.proof_name = proof_name[-200:]
        refund.state, refund.settled_at, refund.proof = RefundState.SETTLED, at, words
        refund.settled_by_id = viewer.official_id
        refund.save()
        if charges:
            writing.move(charges, REFUND, actor=viewer.actor(), at=at)
        record(
            actor=viewer.actor(),
            verb="refund.settle",
            subject=Subject("payments.refund", str(refund.pk)),
            at=at,
            data={"subject": str(refund.subject_id), "amount": refund.amount, "proof": words},
        )
        publish(RefundSettled(refund.subject_id, refund.pk, refund.amount, at))
    return refund


def _hold(viewer: Viewer, refund_id: UUID) -> tuple[Refund, list[Charge]]:
    """Lock the charge, if there is one, then the refund, and see that the viewer may settle it."""
    found = Refund.objects.filter(pk=refund_id, agency_id=viewer.agency_id or 0).first()
    if found is None:
        raise NotFound
    if not viewer.has(*PAYERS_BACK):
        raise NotAllowed
    charges = list(Charge.objects.select_for_update().filter(refund=refund_id))
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.state != RefundState.DUE:
        raise RefundDone
    return refund, charges
