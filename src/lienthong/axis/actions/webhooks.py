"""Webhooks of connected systems: where they are told of deliveries, and the secrets that sign."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from lienthong.axis import standard_webhooks
from lienthong.axis.adapters.webhook_http import connect_webhooks
from lienthong.axis.contracts import WebhookSecret
from lienthong.axis.models import ConnectedSystem, Webhook
from lienthong.axis.models.receiving import ADDRESS_LENGTH
from lienthong.axis.ports import Failed, Taken, WebhookPort
from lienthong.axis.queries.webhooks import webhook_of
from lienthong.axis.webhook_problems import UNSEALED, check_address
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import Actor, Subject, record
from lienthong.signing.public import SecretUnreadable

TEST = "webhook.test"


def set_webhook(system: ConnectedSystem, *, address: str, actor: Actor, at: datetime) -> WebhookSecret | None:
    """Have the system told at this address of every delivery from now on; its first secret is the answer.

    A changed address keeps the secret, and the answer is None. What waits already stays in the inbox alone.

    Raises:
        AddressTooLong, AddressInvalid, AddressForbidden.
    """
    networks = settings.ENV.axis_webhook_networks
    address = check_address(address.strip(), limit=ADDRESS_LENGTH, allowed=networks)
    secret = secrets.token_bytes(standard_webhooks.SECRET_BYTES)
    with transaction.atomic():
        ConnectedSystem.objects.select_for_update(of=("self",)).get(pk=system.pk)
        webhook = Webhook.objects.filter(system=system).first()
        made = webhook is None
        if webhook is None:
            webhook = Webhook(system=system, created_at=at)
            webhook.secret = webhook.seal(secret)
        webhook.address, webhook.changed_at, webhook.resting_until = address, at, None
        webhook.save()
        _record(system, "webhook.set", actor, at, address=address)
    return WebhookSecret(address, standard_webhooks.write_secret(secret)) if made else None


def rotate_secret(system: ConnectedSystem, *, actor: Actor, at: datetime) -> WebhookSecret:
    """Give the webhook a new secret; for the set hours messages carry the signatures of both.

    Raises:
        NoWebhook: the system has none.
    """
    secret = secrets.token_bytes(standard_webhooks.SECRET_BYTES)
    with transaction.atomic():
        webhook = webhook_of(system, lock=True)
        webhook.previous_secret = webhook.secret
        webhook.previous_until = at + timedelta(hours=settings.ENV.axis_webhook_overlap_hours)
        webhook.secret, webhook.changed_at = webhook.seal(secret), at
        webhook.save(update_fields=["secret", "previous_secret", "previous_until", "changed_at"])
        _record(system, "webhook.rotate_secret", actor, at, address=webhook.address)
    return WebhookSecret(webhook.address, standard_webhooks.write_secret(secret))


def remove_webhook(system: ConnectedSystem, *, actor: Actor, at: datetime) -> None:
    """Tell the system of nothing more; what it was not told of stays in its inbox. Raises `NoWebhook`."""
    with transaction.atomic():
        webhook = webhook_of(system, lock=True)
        webhook.delete()
        _record(system, "webhook.remove", actor, at, address=webhook.address)


def send_test(
    system: ConnectedSystem, *, actor: Actor, at: datetime, port: WebhookPort | None = None
) -> Taken | Failed:
    """Send one signed message of type `webhook.test` at once, and answer what became of it.

    Raises:
        NoWebhook: the system has none.
    """
    webhook = webhook_of(system)
    body = json.dumps(
        {
            "type": TEST,
            "timestamp": at.astimezone(VIETNAM).isoformat(),
            "data": {"client_id": system.client_id},
        }
    ).encode()
    try:
        signed = standard_webhooks.sign(webhook.secrets(at=at), message_id=str(uuid7()), body=body, at=at)
    except SecretUnreadable as error:
        answer: Taken | Failed = Failed(UNSEALED, str(error))
    else:
        answer = (port or connect_webhooks()).post(webhook.address, headers=signed, body=body)
    with transaction.atomic():
        outcome = f"HTTP {answer.status}" if isinstance(answer, Taken) else answer.problem
        _record(system, "webhook.test", actor, at, address=webhook.address, outcome=outcome)
    return answer


def _record(system: ConnectedSystem, verb: str, actor: Actor, at: datetime, **data: str) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=Subject("axis.connectedsystem", system.client_id),
        at=at,
        data={"agency": system.agency.code, **data},
    )
