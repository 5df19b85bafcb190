"""Connecting systems, and the tokens they come with."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lienthong.axis.contracts import Credentials, Token
from lienthong.axis.models import AccessToken, ConnectedSystem, Serves, TokenFailure
from lienthong.directory.public import Agency
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Actor, Subject, record

TOKEN_SECONDS = 30 * 60
FAILURES_WINDOW = timedelta(minutes=5)
FAILURES_PER_CLIENT, FAILURES_PER_ADDRESS = 10, 50


class TooManyAttempts(Refusal):
    """Too many failed attempts to get a token."""

    code, status = "too-many-attempts", 429
    sentence = _(
        "Too many failed attempts to get a token. Wait %(minutes)s minutes, then check id and secret."
    )


def connect_system(
    *,
    name: str,
    agency: Agency,
    serves: Serves,
    actor: Actor,
    at: datetime,
    sandbox: bool = False,
    partner_of: ConnectedSystem | None = None,
) -> tuple[ConnectedSystem, Credentials]:
    """Register a system, live or in the sandbox; its secret (256 bits) is in the answer and nowhere else."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        system = ConnectedSystem.objects.create(
            name=name,
            client_id=f"{agency.code.lower()}-{secrets.token_hex(6)}",
            secret_hash=hash_secret(secret),
            agency=agency,
            serves=serves,
            created_at=at,
            sandbox=sandbox,
            partner_of=partner_of,
        )
        _record(system, "system.connect", actor, at)
    return system, Credentials(system.client_id, secret)


def disable_system(system: ConnectedSystem, *, actor: Actor, at: datetime) -> None:
    """Take the system's access away, and all its tokens with it; its partners in the sandbox go too."""
    both = Q(pk=system.pk) | Q(partner_of=system.pk)
    with transaction.atomic():
        changed = ConnectedSystem.objects.filter(both, disabled_at=None).update(disabled_at=at)
        AccessToken.objects.filter(Q(system=system) | Q(system__partner_of=system)).delete()
        if changed:
            _record(system, "system.disable", actor, at)


def authenticate_system(client_id: str, secret: str, *, address: str, at: datetime) -> ConnectedSystem | None:
    """The system with these credentials, or None; each failure is counted.

    Raises:
        TooManyAttempts: 10 failures of this client from this address, or 50 from this address, in 5 minutes.
    """
    limits = {
        f"c:{_short(client_id)}:{address}"[:130]: FAILURES_PER_CLIENT,
        f"a:{address}": FAILURES_PER_ADDRESS,
    }
    for key, limit in limits.items():
        if TokenFailure.objects.filter(key=key, at__gt=at - FAILURES_WINDOW)[:limit].count() >= limit:
            raise TooManyAttempts(minutes=FAILURES_WINDOW.seconds // 60)
    systems = ConnectedSystem.objects.select_related("agency").filter(disabled_at=None)
    system = systems.filter(client_id=client_id).first() if client_id.isprintable() else None
    if system and knows_secret(system, secret, at=at):
        return system
    TokenFailure.objects.bulk_create(TokenFailure(key=key, at=at) for key in limits)
    return None


def knows_secret(system: ConnectedSystem, secret: str, *, at: datetime) -> bool:
    """Whether the secret is the system's at the time; the one before the last is so for an agreed while."""
    until, given = system.previous_secret_until, hash_secret(secret)
    good = [system.secret_hash, *([system.previous_secret_hash] if until and at < until else [])]
    return any(hmac.compare_digest(known, given) for known in good)


def issue_token(system: ConnectedSystem, *, at: datetime) -> Token:
    """A new bearer token of 256 bits, stored as its SHA-256, valid for 30 minutes."""
    value = secrets.token_urlsafe(32)
    AccessToken.objects.create(
        token_hash=hash_secret(value),
        system=system,
        created_at=at,
        expires_at=at + timedelta(seconds=TOKEN_SECONDS),
    )
    return Token(value, TOKEN_SECONDS)


def forget_expired(*, at: datetime) -> int:
    """Remove expired tokens and old failures; answers how many rows."""
    tokens, _kinds = AccessToken.objects.filter(expires_at__lt=at).delete()
    failures, _kinds = TokenFailure.objects.filter(at__lt=at - FAILURES_WINDOW).delete()
    return tokens + failures


def hash_secret(secret: str) -> str:
    """SHA-256 in hex: secrets and tokens are 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _short(client_id: str) -> str:
    return hashlib.sha256(client_id.encode()).hexdigest()[:16]


def _record(system: ConnectedSystem, verb: str, actor: Actor, at: datetime) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=Subject("axis.connectedsystem", system.client_id),
        at=at,
        data={"name": system.name, "agency": system.agency.code, "serves": str(system.serves)},
    )
