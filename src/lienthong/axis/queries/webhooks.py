"""Reads of webhooks: one system's own, and the dead letters of all for the operator."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lienthong.axis.contracts import DeliveryTrouble, WebhookFacts
from lienthong.axis.models import ConnectedSystem, Packet, Webhook, WebhookMessage
from lienthong.axis.policies import require_can_watch
from lienthong.axis.queries.sentences import in_both
from lienthong.axis.states import MessageState
from lienthong.axis.webhook_problems import PROBLEMS
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.kernel.paging import Page, page_of


class NoWebhook(Refusal):
    """The system has registered no webhook."""

    code, status = "no-webhook", 404
    sentence = _("This system has no webhook. Register an address first.")


_TROUBLE = _(
    "%(problem)s It was tried %(attempts)s times to tell it of this document, which still waits in its inbox."
)


def webhook_of(system: ConnectedSystem, *, lock: bool = False) -> Webhook:
    """The system's webhook, locked if asked; raises `NoWebhook`. One query."""
    rows: QuerySet[Webhook] = Webhook.objects.filter(system=system)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NoWebhook
    return found


def webhook_facts(system: ConnectedSystem) -> WebhookFacts:
    """The system's webhook without its secrets; raises `NoWebhook`."""
    row = webhook_of(system)
    return WebhookFacts(row.address, row.created_at, row.changed_at, row.previous_until)


def troubles_of(packet: Packet) -> dict[UUID, DeliveryTrouble]:
    """By delivery: of which deliveries of the packet no webhook could tell their recipient. One query."""
    messages = WebhookMessage.objects.filter(delivery__packet=packet)
    told = messages.filter(state=MessageState.SENT).values("delivery")
    rows = messages.undelivered().exclude(delivery__in=told).order_by("id")
    return {row.delivery_id: trouble_of(row) for row in rows}


def trouble_of(message: WebhookMessage) -> DeliveryTrouble:
    """What the sender is told of a message that could not be delivered."""
    said = in_both(_TROUBLE, problem=PROBLEMS[message.problem], attempts=message.attempts)
    return DeliveryTrouble(message.problem, message.since, message.attempts, said)


def dead_letters(viewer: Viewer, *, cursor: str = "") -> Page[WebhookMessage]:
    """Messages no attempt is made for any more, newest first; for operators and auditors. One query.

    Raises:
        NotAllowed, BadCursor.
    """
    require_can_watch(viewer)
    rows = WebhookMessage.objects.undelivered().filter(state=MessageState.DEAD)
    related = rows.select_related("webhook__system", "delivery__recipient", "delivery__packet__sender")
    return page_of(related, key="id", cursor=cursor)


def find_dead_letter(viewer: Viewer, message_id: int) -> WebhookMessage:
    """One message, dead or not, locked for the act that follows; raises `NotAllowed`, `NotFound`."""
    require_can_watch(viewer)
    rows = WebhookMessage.objects.select_related("webhook__system__agency", "delivery__recipient")
    found = rows.select_for_update(of=("self",)).filter(pk=message_id).first()
    if found is None:
        raise NotFound
    return found
