"""Who is acting now, as a plain value that policies and queries take."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from lienthong.ledger.public import Actor


class Role(StrEnum):
    """What a post may do; a post may carry several."""

    CLERK = "clerk"
    SPECIALIST = "specialist"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    AUDITOR = "auditor"


@dataclass(frozen=True)
class Viewer:
    """An official acting in one post at a time, or nobody (`official_id` is None): the asker of every query.

    Under a delegation `post_id` and `roles` are those of the post acted for, and `acting_for` names its holder.
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
        )


NOBODY = Viewer()
