"""Which citizen is signed in, and for whom they act."""

from __future__ import annotations

from lienthong.identity.contracts import PartyKind, Visitor
from lienthong.identity.models import Account
from lienthong.kernel.statements import fetch

_PARTY = "SELECT id, name, kind FROM identity_party WHERE account_id = %s"


def visitor_for(account: Account, *, source: str = "") -> Visitor:
    """The party whose account it is, acting for itself; of an official's account nobody. One query."""
    rows = fetch(_PARTY, account.pk) if account.official_id is None else []
    if not rows:
        return Visitor(source=source)
    party_id, name, kind = rows[0]
    return Visitor(account.pk, party_id, name, party_id, name, PartyKind(kind), source)
