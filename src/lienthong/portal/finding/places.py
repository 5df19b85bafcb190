"""Which bodies settle a service for a place, and the places to choose from.

A place is the agency of a commune, district or province; its bodies are that agency, those above it, and the
departments of these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from lienthong.directory.public import AdministrativeUnit, Agency
from lienthong.kernel.statements import fetch
from lienthong.portal.finding.trees import UNDER, under
from lienthong.procedures.public import Channel, ServiceOffer

PLACES = ("province", "district", "commune")
DEPARTMENTS = ("department", "ministry")
ONLINE = (Channel.ONLINE_WHOLE, Channel.ONLINE_PART)

_AGENCY = Agency._meta.db_table
_UNIT = AdministrativeUnit._meta.db_table
FACTS = f"""id, code, name, kind, path, address, telephone, email,
    (SELECT unit.name FROM {_UNIT} unit WHERE unit.id = unit_id) AS unit"""  # noqa: S608, of constants
_ONE = f"SELECT {FACTS} FROM {_AGENCY} WHERE %s = %%s AND valid_from <= %%s AND valid_to > %%s"  # noqa: S608
_BY_CODE, _BY_ID = _ONE % "code", _ONE % "id"
_BELOW = f"""
    SELECT {FACTS} FROM {_AGENCY}
    WHERE {UNDER.format(path="path")} AND kind = ANY (%s::text[]) AND valid_from <= %s AND valid_to > %s
    ORDER BY code
"""  # noqa: S608, of constants
# The bodies of a place are a dozen or two; each is looked up among the offers by its key.
_OFFERS = f"""
    SELECT offer.version_id, body.*, offer.id, offer.channel
    FROM (
        SELECT {FACTS} FROM {_AGENCY}
        WHERE (id = ANY (%s::bigint[]) OR parent_id = ANY (%s::bigint[]) AND kind = ANY (%s::text[]))
            AND valid_to > %s
    ) body
    CROSS JOIN unnest(%s::uuid[]) version (id)
    CROSS JOIN LATERAL (
        SELECT id, version_id, channel FROM {ServiceOffer._meta.db_table}
        WHERE version_id = version.id AND agency_id = body.id AND ended_at IS NULL OFFSET 0
    ) offer
    ORDER BY length(body.path) DESC, body.code
"""  # noqa: S608, of constants
_OFFER = f"""
    SELECT other.version_id, body.*, other.id, other.channel
    FROM {ServiceOffer._meta.db_table} offer
    JOIN {ServiceOffer._meta.db_table} other
        ON other.version_id = offer.version_id AND other.agency_id = offer.agency_id
        AND other.ended_at IS NULL
    JOIN LATERAL (SELECT {FACTS} FROM {_AGENCY} WHERE id = offer.agency_id) body ON true
    WHERE offer.id = %s
"""  # noqa: S608, of constants


@dataclass(frozen=True)
class Body:
    """An agency, as people need to know it."""

    id: int
    code: str
    name: str
    kind: str
    path: str
    address: str
    telephone: str
    email: str
    unit: str | None

    @property
    def place_name(self) -> str:
        """What people call the place itself: "Phường Quan Triều"; without a place the body's name."""
        return (self.kind in PLACES and self.unit) or self.name

    @property
    def line(self) -> list[int]:
        """The keys from the first level down to itself."""
        return [int(key) for key in self.path.strip("/").split("/")]


@dataclass(frozen=True)
class Offered:
    """A body that offers a version, and its offers by channel."""

    version_id: UUID
    body: Body
    channels: dict[str, int] = field(default_factory=dict)

    @property
    def any_id(self) -> int:
        """One of its offers, to name it by."""
        return min(self.channels.values())

    @property
    def online_id(self) -> int | None:
        """The offer to apply at from home, if there is one."""
        return next((self.channels[channel] for channel in ONLINE if channel in self.channels), None)

    @property
    def whole(self) -> bool:
        """Whether it can be done online from beginning to end."""
        return Channel.ONLINE_WHOLE in self.channels

    @property
    def at_counter(self) -> bool:
        """Whether one may come to the counter."""
        return Channel.COUNTER in self.channels

    @property
    def by_post(self) -> bool:
        """Whether it may be sent by post."""
        return Channel.POST in self.channels


def find_body(*, on: date, code: str = "", body_id: int | None = None) -> Body | None:
    """The agency of a code or key that exists on the day. One query, none for nothing."""
    sql, key = (_BY_CODE, code) if code else (_BY_ID, body_id)
    rows = fetch(sql, key, on, on) if key else []
    return Body(*rows[0]) if rows else None


def bodies_below(path: str, *, kinds: Collection[str], on: date) -> list[Body]:
    """All agencies of these kinds at or below a path, by code; of an empty path in the country. One query."""
    return [Body(*row) for row in fetch(_BELOW, *under(path), list(kinds), on, on)]


def offers_at(place: Body, version_ids: Iterable[UUID], *, on: date) -> dict[UUID, list[Offered]]:
    """Which bodies of the place offer each of the versions, the nearest first. One query."""
    rows = fetch(_OFFERS, place.line, place.line, list(DEPARTMENTS), on, list(version_ids))
    found: dict[UUID, list[Offered]] = {}
    for one in _gathered(rows):
        found.setdefault(one.version_id, []).append(one)
    return found


def find_offer(offer_id: int) -> Offered | None:
    """The body of an offer with all its channels for the same version; None if it ended. One query."""
    found = _gathered(fetch(_OFFER, offer_id))
    return found[0] if found and offer_id in found[0].channels.values() else None


def _gathered(rows: Iterable[tuple[object, ...]]) -> list[Offered]:
    found: dict[tuple[object, object], Offered] = {}
    for version_id, *facts, offer_id, channel in rows:
        key = (version_id, facts[0])
        one = found.setdefault(key, Offered(version_id, Body(*facts)))  # type: ignore[arg-type]
        one.channels[str(channel)] = int(offer_id)  # type: ignore[call-overload]
    return list(found.values())
