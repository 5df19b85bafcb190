"""Bodies from the first level down, each with what it offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lienthong.directory.public import Agency
from lienthong.kernel.statements import fetch
from lienthong.portal.finding.places import FACTS, Body, Offered
from lienthong.portal.finding.search import Found, folded
from lienthong.procedures.public import Procedure, ProcedureVersion, ServiceField, ServiceOffer

SHOWN = ("ministry", "province", "department", "district", "commune")
MOST_BELOW = 300
_AGENCY = Agency._meta.db_table
_FIRST = f"""
    SELECT {FACTS} FROM {_AGENCY}
    WHERE parent_id IS NULL AND kind = ANY (%s::text[]) AND valid_from <= %s AND valid_to > %s ORDER BY code
"""  # noqa: S608, of constants
_RIGHT_BELOW = f"""
    SELECT {FACTS} FROM {_AGENCY}
    WHERE parent_id = %s AND kind = ANY (%s::text[]) AND valid_from <= %s AND valid_to > %s
    ORDER BY code LIMIT %s
"""  # noqa: S608, of constants
_ABOVE = f"SELECT {FACTS} FROM {_AGENCY} WHERE id = ANY (%s::bigint[]) ORDER BY length(path)"  # noqa: S608
_OFFERED = f"""
    SELECT procedure.id, version.id, procedure.code, procedure.name, procedure.name_en, procedure.level,
        field.name, field.name_en, offer.id, offer.channel
    FROM {ServiceOffer._meta.db_table} offer
    JOIN {ProcedureVersion._meta.db_table} version
        ON version.id = offer.version_id AND version.state = 'published'
    JOIN {Procedure._meta.db_table} procedure ON procedure.id = version.procedure_id
    JOIN {ServiceField._meta.db_table} field ON field.id = procedure.field_id
    WHERE offer.agency_id = %s AND offer.ended_at IS NULL ORDER BY procedure.name, procedure.code
"""  # noqa: S608, of constants


@dataclass(frozen=True)
class Level:
    """Bodies of one kind."""

    kind: str
    bodies: tuple[Body, ...]


def first_level(*, on: date) -> list[Level]:
    """Ministries and provinces. One query."""
    return _by_kind([Body(*row) for row in fetch(_FIRST, list(SHOWN), on, on)])


def right_below(body: Body, *, on: date) -> list[Level]:
    """The bodies right below that people go to, by kind. One query."""
    return _by_kind([Body(*row) for row in fetch(_RIGHT_BELOW, body.id, list(SHOWN), on, on, MOST_BELOW)])


def above(body: Body) -> list[Body]:
    """The bodies above, the first level first. One query, none for the first level."""
    line = body.line[:-1]
    return [Body(*row) for row in fetch(_ABOVE, line)] if line else []


def offered_by(body: Body, *, words: str = "") -> list[tuple[Found, Offered]]:
    """What the body offers, by name; narrowed to names or codes that hold every word. One query."""
    wanted = folded(words).split()[:8]
    found: dict[object, tuple[Found, Offered]] = {}
    for *facts, offer_id, channel in fetch(_OFFERED, body.id):
        one = Found(*facts)
        if all(word in folded(f"{one.name} {one.name_en} {one.code}") for word in wanted):
            _service, offered = found.setdefault(one.version_id, (one, Offered(one.version_id, body)))
            offered.channels[channel] = offer_id
    return list(found.values())


def _by_kind(bodies: list[Body]) -> list[Level]:
    return [Level(kind, some) for kind in SHOWN if (some := tuple(one for one in bodies if one.kind == kind))]
