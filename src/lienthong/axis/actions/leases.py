"""Handing deliveries out to pollers: each to one of them, for a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.axis.actions.claiming import claim_rows
from lienthong.axis.contracts import Claim, Lease
from lienthong.axis.models import ConnectedSystem, Delivery
from lienthong.axis.queries.deliveries import delivery_of, inbox_item
from lienthong.axis.states import UNCOLLECTED, DeliveryState
from lienthong.kernel.errors import Refusal

CLAIM_MOST = 200
LEASE_LEAST, LEASE_USUAL, LEASE_MOST = 10, 300, 3600  # seconds


class ClaimOutOfBounds(Refusal):
    """More deliveries than one claim hands out, or none."""

    code, status = "claim-out-of-bounds", 422
    sentence = _("A claim hands out from 1 to %(most)s deliveries; %(limit)s were asked for.")


class LeaseOutOfBounds(Refusal):
    """A lease shorter or longer than is given."""

    code, status = "lease-out-of-bounds", 422
    sentence = _("A lease lasts from %(least)s to %(most)s seconds; %(seconds)s were asked for.")


class NotLeased(Refusal):
    """The delivery is not handed out to anybody: it never was, was given back, or a status settled it."""

    code, status = "not-leased", 409
    sentence = _("Nobody holds a lease on this delivery: it was given back, or a status was reported for it.")


class LeaseOfAnother(Refusal):
    """Another connected system holds the lease."""

    code, status = "lease-of-another-system", 409
    sentence = _(
        "Another connected system holds the lease on this delivery. Only that system can give it back."
    )


class LeaseTokenWrong(Refusal):
    """The token is not that of the lease."""

    code, status = "lease-token-wrong", 409
    sentence = _(
        "The lease on this delivery has another token. Your lease has ended and the delivery was handed out "
        "again, or the token was mistaken."
    )


class LeaseExpired(Refusal):
    """The lease has ended by itself."""

    code, status = "lease-expired", 409
    sentence = _(
        "The lease ended at %(until)s, so the delivery is free already. There is nothing to give back."
    )


def claim_deliveries(system: ConnectedSystem, *, limit: int, seconds: int, at: datetime) -> Claim:
    """Hand out the oldest deliveries nobody has collected or holds, for so long. Two queries.

    Of pollers that ask at once no two get the same delivery. A lease that ends returns the delivery by
    itself; reporting any status settles it.

    Raises:
        ClaimOutOfBounds, LeaseOutOfBounds.
    """
    if not 1 <= limit <= CLAIM_MOST:
        raise ClaimOutOfBounds(field="limit", limit=limit, most=CLAIM_MOST)
    if not LEASE_LEAST <= seconds <= LEASE_MOST:
        raise LeaseOutOfBounds(field="lease_seconds", seconds=seconds, least=LEASE_LEAST, most=LEASE_MOST)
    until, token = at + timedelta(seconds=seconds), uuid4()
    free = Delivery.objects.claimable(at).filter(system.receives()).order_by("pk")
    ids = claim_rows(free, limit=limit, leased_until=until, lease_token=token, leased_by=system.pk)
    rows = Delivery.objects.select_related("packet__sender", "packet__blob", "recipient")
    # A status of another poller may have settled one between the two queries; its lease is no more.
    mine = rows.filter(pk__in=ids, lease_token=token).order_by("pk")
    return Claim(tuple(Lease(inbox_item(delivery), until, token) for delivery in mine))


def release_delivery(
    system: ConnectedSystem, delivery_id: UUID, token: UUID, *, at: datetime
) -> DeliveryState:
    """Give a delivery back before its lease ends, for the next poller to get; answers its state.

    Raises:
        NotFound: there is no such delivery for this system.
        NotLeased, LeaseOfAnother, LeaseTokenWrong, LeaseExpired: nothing was changed.
    """
    with transaction.atomic():
        delivery = delivery_of(system, delivery_id, lock=True)
        if delivery.leased_until is None or delivery.state not in UNCOLLECTED:
            raise NotLeased
        if delivery.leased_by_id != system.pk:
            raise LeaseOfAnother
        if delivery.lease_token != token:
            raise LeaseTokenWrong(field="lease_token")
        if delivery.leased_until <= at:
            raise LeaseExpired(
                until=delivery.leased_until.astimezone(at.tzinfo).isoformat(timespec="seconds")
            )
        end_lease(delivery)
        delivery.save(update_fields=LEASE_FIELDS)
    return DeliveryState(delivery.state)


LEASE_FIELDS = ["leased_until", "lease_token", "leased_by"]


def end_lease(delivery: Delivery) -> None:
    """Take the lease off the delivery, which the caller holds locked and saves with `LEASE_FIELDS`."""
    delivery.leased_until = delivery.lease_token = delivery.leased_by = None
