"""What a citizen sees of the own account, and of mandates given and received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q

from lienthong.identity.access import NotFound
from lienthong.identity.adapters.allauth import keys_of
from lienthong.identity.contracts import Assurance, By, Role, Viewer, Visitor
from lienthong.identity.models import Mandate, Party, Representation
from lienthong.identity.policies import is_addressed, is_givers, require_role
from lienthong.kernel.clock import VIETNAM

KEPT_SHOWN = 30  # mandates that are over


@dataclass(frozen=True)
class Key:
    """A passkey of the account."""

    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Details:
    """What is known of the person who is signed in, and how it is known."""

    name: str
    number: str
    born_date: date | None
    email: str
    telephone: str
    address: str
    assurance: Assurance
    known_since: datetime
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class MandateRow:
    """A mandate as one of its two sides sees it; `other` is the other side."""

    id: UUID
    given: bool
    other: str
    other_number: str
    purpose: str
    procedures: tuple[str, ...]
    from_date: date
    until_date: date
    state: str
    may_accept: bool
    may_end: bool


@dataclass(frozen=True)
class RepresentationRow:
    """Who represents which business, since when, and how it was proven."""

    id: int
    person: str
    business: str
    number: str
    since: datetime
    proof: str


def details_of(visitor: Visitor) -> Details:
    """The person's own. Two queries. Raises `NotFound` for nobody."""
    party = Party.objects.select_related("account").filter(account_id=visitor.account_id or 0).first()
    if party is None or party.account is None:
        raise NotFound
    account = party.account
    return Details(
        name=party.name,
        number=account.number,
        born_date=party.born_date,
        email=account.email,
        telephone=account.telephone,
        address=party.address,
        assurance=Assurance(account.assurance),
        known_since=party.known_since,
        keys=tuple(Key(*row) for row in keys_of(account.pk)),
    )


def mandates_of(visitor: Visitor, *, at: datetime) -> list[MandateRow]:
    """Those given for whom the visitor acts now, and those addressed to the person. One query."""
    if not visitor.confirmed:
        return []
    mine = Q(holder_id=visitor.party_id) | Q(holder=None, holder_number=visitor.number)
    if visitor.by is not By.MANDATE:
        mine |= Q(giver_id=visitor.for_id)
    rows = (
        Mandate.objects.filter(mine)
        .select_related("giver")
        .order_by(F("ended_at").asc(nulls_first=True), "-given_at")[: 2 * KEPT_SHOWN]
    )
    today = at.astimezone(VIETNAM).date()
    return [
        _row(row, visitor, today)
        for row in rows
        if is_givers(row, visitor) or (is_addressed(row, visitor) and (row.holder_id or not row.ended_at))
    ]


def representations_of(visitor: Visitor) -> list[RepresentationRow]:
    """The businesses that the person represents. One query."""
    if not visitor.confirmed:
        return []
    return _representations(Q(person_id=visitor.party_id))


def representations_known(viewer: Viewer, number: str) -> list[RepresentationRow]:
    """For the counter: who represents the business of that tax code. Raises `NotAllowed`. One query."""
    require_role(viewer, Role.RECEPTIONIST)
    return _representations(Q(business__number=number)) if number else []


def _representations(which: Q) -> list[RepresentationRow]:
    rows = Representation.objects.filter(which, ended_at=None).select_related("person", "business")
    return [
        RepresentationRow(
            row.pk, row.person.name, row.business.name, row.business.number, row.since, row.proof
        )
        for row in rows.order_by("business__name", "pk")[:KEPT_SHOWN]
    ]


def _row(mandate: Mandate, visitor: Visitor, today: date) -> MandateRow:
    given = is_givers(mandate, visitor)
    state = _state(mandate, today)
    return MandateRow(
        id=mandate.pk,
        given=given,
        other=mandate.holder_name if given else mandate.giver.name,
        other_number=mandate.holder_number if given else "",
        purpose=mandate.purpose,
        procedures=tuple(mandate.procedures),
        from_date=mandate.from_date,
        until_date=mandate.until_date,
        state=state,
        may_accept=not given and state == "waiting",
        may_end=state in ("waiting", "later", "open"),
    )


def _state(mandate: Mandate, today: date) -> str:
    if mandate.ended_at is not None:
        return "ended"
    if mandate.until_date < today:
        return "over"
    if mandate.accepted_at is None:
        return "waiting"
    return "later" if mandate.from_date > today else "open"
