"""Which citizen is signed in, and for whom they act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from lienthong.identity.contracts import By, Capability, PartyKind, Visitor
from lienthong.identity.models import Account, Mandate, Representation, live
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.statements import fetch

_PARTY = "SELECT id, name, kind, number FROM identity_party WHERE account_id = %s"


def visitor_for(
    account: Account, *, source: str = "", chosen: str = "", at: datetime | None = None
) -> Visitor:
    """The party whose account it is, acting for itself or for whom it chose; of an official's account nobody.

    One query, and one more where someone else is chosen (`Capability.key`): a right that is over, or not
    theirs, lets them act for themselves. Whether the account is confirmed is read here and nowhere else.
    """
    rows = fetch(_PARTY, account.pk) if account.official_id is None else []
    if not rows:
        return Visitor(source=source)
    party_id, name, kind, number = rows[0]
    visitor = Visitor(
        account.pk,
        party_id,
        name,
        party_id,
        name,
        PartyKind(kind),
        source,
        number=account.number,
        confirmed=bool(number),
    )
    return _acting(visitor, chosen, at=at or now()) if chosen else visitor


def capabilities_of(visitor: Visitor, *, at: datetime, key: str = "") -> list[Capability]:
    """For whom the person may act now beside themselves; with `key`, only that one. At most two queries."""
    if not visitor.confirmed:
        return []
    day, (sort, _colon, chosen) = at.astimezone(VIETNAM).date(), key.partition(":")
    found = []
    if sort in ("", By.REPRESENTATION):
        found += _represented(visitor, chosen)
    if sort in ("", By.MANDATE):
        found += _mandated(visitor, chosen, day)
    return found


def _acting(visitor: Visitor, chosen: str, *, at: datetime) -> Visitor:
    for capability in capabilities_of(visitor, at=at, key=chosen)[:1]:
        return replace(
            visitor,
            for_id=capability.party_id,
            for_name=capability.name,
            for_kind=capability.kind,
            by=capability.by,
            procedures=capability.procedures,
        )
    return visitor


def _represented(visitor: Visitor, chosen: str) -> list[Capability]:
    rows = Representation.objects.filter(person_id=visitor.party_id, ended_at=None).select_related("business")
    if chosen:
        rows = (
            rows.filter(pk=int(chosen))
            if chosen.isascii() and chosen.isdigit() and len(chosen) < 19
            else rows.none()
        )
    return [
        Capability(
            f"{By.REPRESENTATION}:{row.pk}",
            By.REPRESENTATION,
            row.business_id,
            row.business.name,
            PartyKind(row.business.kind),
        )
        for row in rows.order_by("business__name", "pk")
    ]


def _mandated(visitor: Visitor, chosen: str, day: date) -> list[Capability]:
    rows = Mandate.objects.filter(live(day), holder_id=visitor.party_id).select_related("giver")
    if chosen:
        rows = rows.filter(pk=key) if (key := _uuid(chosen)) else rows.none()
    return [
        Capability(
            f"{By.MANDATE}:{row.pk}",
            By.MANDATE,
            row.giver_id,
            row.giver.name,
            PartyKind(row.giver.kind),
            frozenset(row.procedures),
            row.until_date,
        )
        for row in rows.order_by("giver__name", "pk")
    ]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
