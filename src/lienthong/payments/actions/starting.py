"""An attempt to pay by a provider: begun with a QR code or an address, expired when nobody waits."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from lienthong.documents.public import qr_svg
from lienthong.identity.public import Viewer
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import Actor, Subject, record
from lienthong.payments import policies
from lienthong.payments.actions import writing
from lienthong.payments.contracts import Order, PaymentStart
from lienthong.payments.models import Attempt, Charge, CollectingAccount
from lienthong.payments.providers import provider_port
from lienthong.payments.queries import open_attempt
from lienthong.payments.refusals import NothingChosen, NotOffered
from lienthong.payments.states import EXPIRE, PAY, AttemptState, Provider

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without letters that are taken for figures
PREFIX, LENGTH = "LT", 13
BATCH = 1000


def start_payment(
    *,
    subject_id: UUID,
    charge_ids: Collection[UUID],
    provider: str,
    at: datetime,
    actor: Viewer | Actor | None = None,
    return_url: str = "",
) -> PaymentStart:
    """Begin to pay charges of the subject; what was begun for the same and still waits is answered again.

    `return_url`: where the payer's browser goes from a payment page; without one, to the attempt's own page.

    Raises:
        NothingChosen, ChargeNotNow; NotOffered: the agency has no account with the provider.
    """
    with transaction.atomic():
        charges = writing.hold(charge_ids)
        if charges[0].subject_id != subject_id:
            raise NothingChosen(field="charge")
        for charge in charges:
            if refusal := policies.wrong_state(charge, PAY):
                raise refusal
        before = open_attempt(subject_id, provider, {charge.pk for charge in charges}, at=at)
        if before is not None:
            return start_of(before)
        account = _account(charges[0].agency_id, provider)
        attempt = _begin(charges, account, return_url, at)
        record(
            actor=writing.actor_of(actor),
            verb="payment.start",
            subject=Subject("payments.attempt", str(attempt.pk)),
            at=at,
            data={"subject": str(subject_id), "provider": provider, "amount": attempt.amount},
        )
    return start_of(attempt)


def start_of(attempt: Attempt) -> PaymentStart:
    """How the payer goes on with the attempt."""
    return PaymentStart(
        attempt_id=attempt.pk,
        reference=attempt.reference,
        provider=attempt.provider,
        amount=attempt.amount,
        expires_at=attempt.expires_at,
        qr_text=attempt.qr_text,
        qr_svg=qr_svg(attempt.qr_text) if attempt.qr_text else "",
        url=attempt.url,
    )


def expire_attempts(*, at: datetime) -> int:
    """Mark a batch of attempts that nobody waits for any more; how many. Money may still come."""
    with transaction.atomic():
        rows = Attempt.objects.select_for_update(skip_locked=True).filter(
            state=AttemptState.STARTED, expires_at__lt=at
        )
        ids = list(rows.order_by("expires_at").values_list("pk", flat=True)[:BATCH])
        return Attempt.objects.filter(pk__in=ids).update(state=EXPIRE.target.value, ended_at=at)


def order_of(attempt: Attempt, account: CollectingAccount, return_url: str) -> Order:
    """What a provider is asked to collect."""
    page = settings.BASE_URL + reverse("payments:attempt", args=[attempt.pk])
    return Order(
        reference=attempt.reference,
        amount=attempt.amount,
        description=f"{attempt.reference} {attempt.subject_code}",
        account=account.values,
        return_url=return_url or page,
        notify_url=settings.BASE_URL + reverse("payments:callback", args=[attempt.provider]),
        expires_at=attempt.expires_at,
    )


def _begin(charges: list[Charge], account: CollectingAccount, return_url: str, at: datetime) -> Attempt:
    attempt = Attempt(
        pk=uuid7(),
        agency_id=charges[0].agency_id,
        subject_id=charges[0].subject_id,
        subject_code=charges[0].subject_code,
        provider=account.provider,
        reference=PREFIX + "".join(secrets.choice(ALPHABET) for _place in range(LENGTH)),
        amount=sum(charge.amount for charge in charges),
        started_at=at,
        expires_at=at + timedelta(minutes=settings.ENV.payment_minutes),
    )
    port = provider_port(account.provider)
    attempt.qr_text, attempt.url = port.start(order_of(attempt, account, return_url), at=at)
    attempt.save(force_insert=True)
    attempt.charges.set(charges)
    return attempt


def _account(agency_id: int, provider: str) -> CollectingAccount:
    if provider not in {Provider.VIETQR, Provider.PAGE}:
        raise NotOffered
    account = CollectingAccount.objects.filter(agency_id=agency_id, provider=provider, active=True).first()
    if account is None:
        raise NotOffered
    return account
