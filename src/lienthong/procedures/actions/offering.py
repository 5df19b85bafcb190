"""What an agency asks for a fee of its own, from a day on: said by its administrator, only ever added to."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, Role, Viewer, require_role
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import record
from lienthong.procedures.models import MOST_AMOUNT, OfferFee
from lienthong.procedures.queries import find_offered
from lienthong.procedures.stored import definition_of

LAW_LIMIT, REASON_LIMIT = 200, 500


class FeeNotThere(Refusal):
    """The version in force has no such fee."""

    code, status = "fee-not-there", 422
    sentence = _("The version in force has no fee “%(key)s”. Reload the page and choose one of its fees.")


class BadOfferFee(Refusal):
    """An amount that is none."""

    code, status = "bad-offer-fee", 422
    sentence = _(
        "%(amount)s is no amount of a fee. Write a whole number of đồng from 0 to 1,000,000,000,000, or "
        "nothing to return to the general amount."
    )


class OfferFeeUnfounded(Refusal):
    """An amount rests on a resolution, and is set for a reason."""

    code, status = "offer-fee-unfounded", 422
    sentence = _(
        "Write the resolution that sets the amount (at most %(law)s characters) and why it is set now (at "
        "most %(reason)s): both stay on record."
    )


class OfferFeeInPast(Refusal):
    """What was charged stays as it was charged."""

    code, status = "offer-fee-in-past", 422
    sentence = _(
        "An amount holds from today or from a later day, not from %(day)s: what was charged before stays as "
        "it was."
    )


class OfferFeeSame(Refusal):
    """Nothing would change."""

    code, status = "offer-fee-same", 409
    sentence = _("Your agency has set just this already for that day. Nothing was changed.")


def set_offer_fee(
    *,
    procedure_id: UUID,
    fee: str,
    amount: int | None,
    law: str,
    reason: str,
    valid_from: date,
    viewer: Viewer,
    at: datetime,
) -> OfferFee:
    """Say what the viewer's agency, and those below that set nothing, ask for the fee from the day on.

    Without an amount the agency has none of its own any more. Dossiers accepted before keep what was charged.

    Raises:
        NotAllowed: the viewer does not administer the agency. NotFound: neither it nor one below offers the
        procedure. FeeNotThere, BadOfferFee, OfferFeeUnfounded, OfferFeeInPast, OfferFeeSame.
    """
    require_role(viewer, Role.ADMINISTRATOR)
    if viewer.agency_id is None or viewer.official_id is None:
        raise NotAllowed
    procedure, version = find_offered(viewer, procedure_id)
    if fee not in {one.key for one in definition_of(version).fees}:
        raise FeeNotThere(field="fee", key=fee[:40])
    law, reason = law.strip(), reason.strip()
    _require_sane(amount, law, reason)
    if valid_from < at.astimezone(VIETNAM).date():
        raise OfferFeeInPast(field="valid_from", day=f"{valid_from:%d/%m/%Y}")
    with transaction.atomic():
        row = OfferFee(
            agency_id=viewer.agency_id,
            procedure=procedure,
            fee=fee,
            amount=amount,
            law=law if amount is not None else "",
            reason=reason,
            valid_from=valid_from,
            set_by_id=viewer.official_id,
            set_at=at,
        )
        _require_new(row)
        row.save()
        _record(row, viewer)
    return row


def _record(row: OfferFee, viewer: Viewer) -> None:
    record(
        actor=viewer.actor(),
        verb="offer-fee.set",
        subject=row.procedure.ledger_subject,
        at=row.set_at,
        data={
            "agency": viewer.agency_code,
            "fee": row.fee,
            "amount": row.amount,
            "law": row.law,
            "reason": row.reason,
            "valid_from": row.valid_from.isoformat(),
        },
    )


def _require_new(row: OfferFee) -> None:
    """Raise `OfferFeeSame` where the agency's last word for that day says the same."""
    said = OfferFee.objects.filter(agency=row.agency_id, procedure=row.procedure_id, fee=row.fee)
    last = said.filter(valid_from__lte=row.valid_from).order_by("valid_from", "id").last()
    before = (last.amount, last.law) if last else (None, "")
    if before == (row.amount, row.law):
        raise OfferFeeSame


def _require_sane(amount: int | None, law: str, reason: str) -> None:
    if amount is not None and (type(amount) is not int or not 0 <= amount <= MOST_AMOUNT):
        raise BadOfferFee(field="amount", amount=str(amount)[:40])
    for field, text, most, needed in (
        ("law", law, LAW_LIMIT, amount is not None),
        ("reason", reason, REASON_LIMIT, True),
    ):
        if (needed and not text) or len(text) > most or "\0" in text:
            raise OfferFeeUnfounded(field=field, law=LAW_LIMIT, reason=REASON_LIMIT)
