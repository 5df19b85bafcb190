"""Slowing down floods: so many of a kind by one person in a time, and no more."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from lienthong.ledger.public import Actor
from lienthong.participation.models import RateMark
from lienthong.participation.refusals import TooOften


@dataclass(frozen=True)
class Limit:
    """At most `most` of what is `named` within a time."""

    named: str
    most: int
    within: timedelta


# By address, behind which a mobile network may have thousands; who is signed in counts for themselves.
SENDING = Limit("send", 60, timedelta(hours=1))
WRITING = Limit("write", 300, timedelta(hours=1))
PHOTO = Limit("photo", 300, timedelta(hours=1))
WRONG_CODE = Limit("code", 30, timedelta(minutes=10))
CLIENT = Limit("open311", 300, timedelta(hours=1))
WRONG_KEY = Limit("key", 20, timedelta(minutes=10))
LONGEST = timedelta(hours=1)


def who(actor: Actor) -> str:
    """Whom to count: the party or system, else the address."""
    return f"{actor.kind}:{actor.id}" if actor.id else actor.source


def require_calm(limit: Limit, by: str, *, at: datetime) -> None:
    """Raise `TooOften` if `by` (an address, a client) has as many marks as they may. One query."""
    marks = RateMark.objects.filter(key=_key(limit, by), at__gt=at - limit.within)
    if marks[: limit.most].count() >= limit.most:
        raise TooOften(minutes=max(1, int(limit.within.total_seconds() // 60)))


def mark(limit: Limit, by: str, *, at: datetime) -> None:
    """Remember one more. One query."""
    RateMark.objects.create(key=_key(limit, by), at=at)


def forget_marks(*, at: datetime) -> int:
    """Remove the marks that count no more."""
    return RateMark.objects.filter(at__lt=at - LONGEST).delete()[0]


def _key(limit: Limit, by: str) -> str:
    """Addresses are personal data: of them only a keyed hash is kept."""
    said = f"{limit.named}:{by}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()
