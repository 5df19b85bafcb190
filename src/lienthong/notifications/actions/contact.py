"""What parties choose for themselves: the order of channels, the hours of quiet, the language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from lienthong.identity.public import NotFound, Visitor
from lienthong.ledger.public import Subject, record
from lienthong.notifications.models import ContactChoice
from lienthong.notifications.states import Channel


def choose_contact(
    visitor: Visitor,
    *,
    channels: Sequence[Channel],
    quiet_from: int,
    quiet_until: int,
    language: str,
    at: datetime,
) -> None:
    """Keep how the party acted for wants to be told; no channel at all leaves only the page of notices.

    What is already in the outbox still goes out by the channel it was put there for. Raises `NotFound`.
    """
    if visitor.for_id is None:
        raise NotFound
    row = ContactChoice(
        party_id=visitor.for_id,
        channels=list(dict.fromkeys(str(one) for one in channels)),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        language=language,
        changed_at=at,
    )
    with transaction.atomic():
        ContactChoice.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["party"],
            update_fields=["channels", "quiet_from", "quiet_until", "language", "changed_at"],
        )
        subject = Subject("identity.party", str(visitor.for_id))
        record(actor=visitor.actor(), verb="contact.choose", subject=subject, at=at)
