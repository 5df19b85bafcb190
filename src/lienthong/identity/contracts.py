"""Who is acting now, as a plain value that policies and queries take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from lienthong.ledger.public import Actor


class Role(StrEnum):
    """What a post may do; a post may carry several."""

    CLERK = "clerk"
    SPECIALIST = "specialist"
    LEADER = "leader"
    HEAD = "head"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    CATALOGUER = "cataloguer"
    RECEPTIONIST = "receptionist"
    CALLER = "caller"
    HALL_KEEPER = "hall_keeper"


class PartyKind(StrEnum):
    """What a party is."""

    CITIZEN = "citizen"
    BUSINESS = "business"
    HOUSEHOLD = "household"


class Assurance(StrEnum):
    """How it is known who a citizen's account belongs to, weakest first (ADR 0074)."""

    SELF = "self"
    COUNTER = "counter"
    NATIONAL = "national"


class Channel(StrEnum):
    """By which way a one-time code reaches a person."""

    MAIL = "mail"
    SMS = "sms"


class Purpose(StrEnum):
    """What a one-time code is for."""

    SIGN_IN = "sign_in"
    OPEN = "open"
    CONTACT = "contact"


class By(StrEnum):
    """By what right a visitor acts: for themselves, as a representative, or on a mandate."""

    SELF = "self"
    REPRESENTATION = "representation"
    MANDATE = "mandate"


# The head of a division (trưởng phòng, chánh văn phòng) works in it like its specialists, and directs it.
IMPLIED: dict[Role, frozenset[Role]] = {Role.HEAD: frozenset({Role.SPECIALIST})}


def carried(granted: Iterable[str]) -> frozenset[Role]:
    """The roles granted to a post, with those they imply."""
    roles = {Role(role) for role in granted}
    return frozenset(roles.union(*(IMPLIED.get(role, frozenset()) for role in roles)))


@dataclass(frozen=True)
class Viewer:
    """An official acting in one post at a time, or nobody (`official_id` is None): the asker of every query.

    Under a delegation `post_id` and `roles` are those of the post acted for; `acting_for` names its holder.
    """

    account_id: int | None = None
    official_id: int | None = None
    name: str = ""
    post_id: int | None = None
    post_title: str = ""
    division_id: int | None = None
    agency_id: int | None = None
    agency_code: str = ""
    agency_name: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)
    acting_for: str = ""
    source: str = ""

    def has(self, *roles: Role) -> bool:
        """Whether the post carries one of the roles."""
        return bool(self.roles & set(roles))

    def actor(self) -> Actor:
        """This viewer as the ledger records it."""
        return Actor(
            kind="official" if self.official_id else "public",
            id=str(self.official_id or ""),
            name=self.name,
            post=self.post_title,
            agency_id=self.agency_id,
            agency_code=self.agency_code,
            source=self.source,
            acting_for=self.acting_for,
        )


NOBODY = Viewer()


@dataclass(frozen=True)
class Visitor:
    """Who looks at the pages for citizens: a person signed in, and the party they act for now; or nobody.

    `for_id` is the person themselves, or a business or person on whose behalf they act. `number` is what the
    account says its number is. Only a `confirmed` one is known to be that person: the party of another has no
    number, so that nothing lies under it but what was sent in from this account (ADR 0074). On a mandate
    `procedures` are the codes it is for; empty, all of them.
    """

    account_id: int | None = None
    party_id: UUID | None = None
    party_name: str = ""
    for_id: UUID | None = None
    for_name: str = ""
    for_kind: PartyKind = PartyKind.CITIZEN
    source: str = ""
    number: str = ""
    confirmed: bool = False
    by: By = By.SELF
    procedures: frozenset[str] = frozenset()

    @property
    def signed_in(self) -> bool:
        """Whether it is known who this is."""
        return self.party_id is not None

    def may_deal_with(self, procedure_code: str) -> bool:
        """Whether what they act on reaches to that procedure."""
        return self.signed_in and (not self.procedures or procedure_code in self.procedures)

    def actor(self) -> Actor:
        """This visitor as the ledger records it."""
        return Actor(
            kind="party" if self.signed_in else "public",
            id=str(self.party_id or ""),
            name=self.party_name,
            source=self.source,
            acting_for=self.for_name if self.for_id != self.party_id else "",
        )


STRANGER = Visitor()


@dataclass(frozen=True)
class PartyFacts:
    """What a party says of itself, or a registry of it; empty where nothing was said."""

    kind: PartyKind
    name: str
    number: str = ""
    born_date: date | None = None
    telephone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True)
class Capacity:
    """A post in which an official may act now: held, or (`acting_for` named) delegated until `ends_at`."""

    official_id: int
    official_name: str
    post_id: int
    post_title: str
    division_id: int | None
    agency_id: int
    agency_code: str
    agency_name: str
    roles: frozenset[Role]
    acting_for: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Colleague:
    """An official of an agency, with one of the posts held now."""

    official_id: int
    name: str
    post_title: str


@dataclass(frozen=True)
class Deputy:
    """Who acts in a post while the one who holds it is away."""

    post_id: int
    absent_id: int
    official_id: int
    name: str
    ends_at: datetime


@dataclass(frozen=True)
class NewAccount:
    """An account to be made in a set."""

    username: str
    official_id: int
    email: str = ""


@dataclass(frozen=True)
class Appointment:
    """An official in a post of the agency, as its administrator sees it; `valid_to` is None while open."""

    holding_id: int
    post_id: int
    post_title: str
    division_name: str
    valid_from: date
    valid_to: date | None
    roles: frozenset[Role]
    current: bool
    open: bool


@dataclass(frozen=True)
class OfficialRow:
    """One line of the administrator's list."""

    id: int
    full_name: str
    username: str
    active: bool
    posts: str


@dataclass(frozen=True)
class OfficialSheet:
    """An official with account and appointments in the viewer's agency.

    `posts_elsewhere` counts the posts held now in other agencies: the account then answers to more than one.
    """

    official_id: int
    full_name: str
    email: str
    telephone: str
    account_id: int | None
    username: str
    active: bool
    must_change_password: bool
    second_factors: int
    appointments: tuple[Appointment, ...]
    posts_elsewhere: int

    @property
    def roles(self) -> frozenset[Role]:
        """What the posts held now in the agency carry together."""
        return frozenset(role for held in self.appointments if held.current for role in held.roles)


@dataclass(frozen=True)
class PostRow:
    """A post of the agency, its roles and who holds it now."""

    id: int
    title: str
    division_name: str
    roles: frozenset[Role]
    holders: str


@dataclass(frozen=True)
class SpecialDay:
    """A day on which an agency works as on weekday `works_as` (0 Monday), or not at all (None).

    `own`: decided by the agency itself, not by one above it or for the country.
    """

    day: date
    works_as: int | None
    name: str
    own: bool


@dataclass(frozen=True)
class SignInCodeMade:
    """A one-time code waits to be sent; whoever sends it asks `code_to_send`, so that no queue holds it.

    Published for numbers that have no account too: then there is nothing to send.
    """

    code_id: UUID


@dataclass(frozen=True)
class CodeToSend:
    """A one-time code, where it goes, in which language, and until when it serves."""

    code: str = field(repr=False)
    channel: Channel
    address: str = field(repr=False)
    language: str
    expires_at: datetime


@dataclass(frozen=True)
class Opening:
    """What a person says who opens an account."""

    number: str
    name: str
    born_date: date | None
    contact: str


@dataclass(frozen=True)
class NationalClaims:
    """What the national sign-on asserts of who signed in there; checked, so that it can be kept."""

    issuer: str
    subject: str
    number: str
    name: str
    born_date: date | None = None
    business_number: str = ""
    business_name: str = ""


@dataclass(frozen=True)
class NewMandate:
    """A mandate as it is granted: to whom, for what, from which day to which (both included)."""

    holder_number: str
    holder_name: str
    purpose: str
    procedures: tuple[str, ...]
    from_date: date
    until_date: date


@dataclass(frozen=True)
class Capability:
    """Someone for whom a person may act: the key to choose it by, and in words."""

    key: str
    by: By
    party_id: UUID
    name: str
    kind: PartyKind
    procedures: frozenset[str] = frozenset()
    until_date: date | None = None
