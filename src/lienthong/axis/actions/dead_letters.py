"""What an operator does with a dead letter among the webhook messages; each act with its reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.axis.edxml.limits import REASON
from lienthong.axis.edxml.values import check_text, clean
from lienthong.axis.models import Webhook, WebhookMessage
from lienthong.axis.policies import require_can_operate
from lienthong.axis.queries.webhooks import find_dead_letter
from lienthong.axis.states import MessageState
from lienthong.identity.public import Viewer
from lienthong.kernel.errors import Refusal
from lienthong.kernel.jobs import enqueue
from lienthong.ledger.public import record


class ReasonMissing(Refusal):
    """An act by hand without a reason."""

    code, status = "reason-missing", 422
    sentence = _("Give the reason: it is recorded with your name, and later readers need it.")


class NoDeadLetter(Refusal):
    """The message is not a dead letter any more."""

    code, status = "no-dead-letter", 409
    sentence = _("This message is no dead letter any more (%(state)s). Look at the list again.")


def send_again(message_id: int, *, viewer: Viewer, reason: str, at: datetime) -> WebhookMessage:
    """Begin the attempts anew, at once and for the whole set time.

    Raises:
        NotAllowed, NotFound, ReasonMissing, FieldTooLong, NoDeadLetter.
    """
    with transaction.atomic():
        message = _begun(message_id, viewer, reason, at, verb="webhook_message.send_again")
        message.state, message.since, message.next_attempt_at = MessageState.WAITING, at, at
        message.attempts, message.leased_until = 0, None
        message.save()
        Webhook.objects.filter(pk=message.webhook_id).update(resting_until=None)
        enqueue("axis.send_webhooks")
    return message


def give_up(message_id: int, *, viewer: Viewer, reason: str, at: datetime) -> WebhookMessage:
    """Make no attempt any more; the delivery stays in the inbox, and its sender still sees the trouble.

    Raises:
        NotAllowed, NotFound, ReasonMissing, FieldTooLong, NoDeadLetter.
    """
    with transaction.atomic():
        message = _begun(message_id, viewer, reason, at, verb="webhook_message.give_up")
        message.state = MessageState.GIVEN_UP
        message.save()
    return message


def _begun(message_id: int, viewer: Viewer, reason: str, at: datetime, *, verb: str) -> WebhookMessage:
    """The dead letter with the act recorded, locked; the caller changes and saves it."""
    require_can_operate(viewer)
    reason = clean(reason)
    if not reason:
        raise ReasonMissing(field="reason")
    check_text(reason, field="reason", limit=REASON)
    message = find_dead_letter(viewer, message_id)
    if message.state != MessageState.DEAD:
        raise NoDeadLetter(state=MessageState(message.state).label)
    message.reason = reason
    record(
        actor=viewer.actor(),
        verb=verb,
        subject=message.as_subject(),
        at=at,
        data={
            "reason": reason,
            "system": message.webhook.system.client_id,
            "delivery": str(message.delivery_id),
            "recipient": message.delivery.recipient.code,
            "problem": message.problem,
            "attempts": message.attempts,
        },
    )
    return message
