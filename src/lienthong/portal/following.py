"""How often one address looks dossiers up by code, so that codes are not tried through."""

from __future__ import annotations

import hashlib
from datetime import datetime
from ipaddress import IPv6Address, ip_address

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal
from lienthong.kernel.statements import execute

LOOKS, MINUTES = 30, 10


class TooManyLooks(Refusal):
    """Too many codes were looked up from one address."""

    code, status = "too-many-looks", 429
    sentence = _(
        "More than %(most)s codes were looked up from your connection in %(minutes)s minutes. Wait a while, "
        "sign in to see your own dossiers, or scan the QR code on your slip: that always works."
    )


def count_look(address: str, *, at: datetime) -> None:
    """Count a look-up by code, found or not.

    Those of one address are counted one after the other, so that many at once get no further than one by one.

    Raises:
        TooManyLooks
    """
    key = f"follow:{_network(address)}:{int(at.timestamp()) // (MINUTES * 60)}"
    with transaction.atomic():
        execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", key)
        used = cache.get(key, 0)
        if used < LOOKS:
            cache.set(key, used + 1, timeout=2 * MINUTES * 60)
    if used >= LOOKS:
        raise TooManyLooks(most=LOOKS, minutes=MINUTES)


def _network(address: str) -> str:
    """What one asker has: an IPv4 address, or the 64 bits of IPv6 that a connection is given whole. Hashed,
    so that no address is kept.
    """
    try:
        read = ip_address(address)
        packed = read.packed[:8] if isinstance(read, IPv6Address) else read.packed
    except ValueError:
        packed = address.encode()
    return hashlib.sha256(packed).hexdigest()[:32]
