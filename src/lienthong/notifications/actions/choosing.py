"""What officials choose for themselves: ways, the time of the digest, the calendar feed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from lienthong.identity.public import NotAllowed, Viewer
from lienthong.notifications.models import Preference, Reminding
from lienthong.notifications.states import Way

TOKEN_BYTES = 32


def choose_ways(viewer: Viewer, ways: Mapping[str, Way], *, digest: bool, digest_minute: int) -> None:
    """Keep the viewer's way for each kind, and whether and when the digest comes. Two queries."""
    official_id = _official(viewer)
    rows = [Preference(official_id=official_id, kind=kind, way=way) for kind, way in ways.items()]
    with transaction.atomic():
        Preference.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["official", "kind"], update_fields=["way"]
        )
        _remind(official_id, digest=digest, digest_minute=digest_minute)


def make_feed(viewer: Viewer, *, at: datetime) -> str:
    """A new secret for the viewer's calendar feed, shown this once; the one before no longer works."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    _remind(_official(viewer), feed_hash=hash_of(token), feed_made_at=at)
    return token


def revoke_feed(viewer: Viewer) -> None:
    """Let the viewer's calendar feed answer no more."""
    _remind(_official(viewer), feed_hash=None, feed_made_at=None)


def hash_of(token: str) -> bytes:
    """How a secret is kept. It is random and long, so that a fast hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def _remind(official_id: int, **values: object) -> None:
    row = Reminding(official_id=official_id, **values)
    Reminding.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["official"], update_fields=list(values)
    )


def _official(viewer: Viewer) -> int:
    if viewer.official_id is None:
        raise NotAllowed
    return viewer.official_id
