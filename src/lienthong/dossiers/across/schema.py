"""The form of a letter, version 1, as JSON Schema 2020-12; what does not fit is refused whole."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs

from lienthong.dossiers.across.contracts import TOLD, Kind
from lienthong.identity.public import PartyKind
from lienthong.procedures.public import Channel

FORMAT, VERSION = "lienthong-dossier", 1
MOST_DOCUMENTS, MOST_ITEMS = 100, 50
ROLES = ("receptionist", "specialist", "leader", "clerk")

_TIME = {"type": "string", "format": "date-time", "maxLength": 40}


def _text(most: int, least: int = 0) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most}


def _whole(most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": 0, "maximum": most}


def _maybe(shape: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": "null"}, shape]}


def _object(optional: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


_PARTY = _object(
    kind={"enum": [str(kind) for kind in PartyKind]},
    name=_text(250, 1),
    number=_text(20),
    born_date=_maybe({"type": "string", "format": "date", "maxLength": 10}),
    telephone=_text(30),
    email=_text(254),
    address=_text(500),
)
_DOCUMENTS = {
    "type": "array",
    "maxItems": MOST_DOCUMENTS,
    "items": _object(
        name=_text(500, 1),
        key=_text(40),
        originals=_whole(999),
        copies=_whole(999),
        sha256={"type": "string", "pattern": "^([0-9a-f]{64})?$"},
        file_name=_text(200),
    ),
}
_ASKED = _object(
    items={"type": "array", "minItems": 1, "maxItems": MOST_ITEMS, "items": _text(500, 1)},
    reason=_text(4000, 1),
    asked_at=_TIME,
)
_BODIES: dict[Kind, dict[str, Any]] = {
    Kind.HAND_OVER: _object(
        code=_text(60, 1),
        procedure=_text(40, 1),
        procedure_version=_whole(32_000),
        channel={"enum": [str(value) for value in Channel.values]},
        submitted_at=_TIME,
        summary=_text(500),
        reply_to=_text(60, 1),
        step=_text(40, 1),
        step_name=_text(200),
        role={"enum": list(ROLES)},
        minutes=_whole(1_000_000),
        due_at=_maybe(_TIME),
        applicant=_PARTY,
        answers={"type": "object", "maxProperties": 500},
        representative=_maybe(_PARTY),
        mandate=_text(500),
        documents=_DOCUMENTS,
    ),
    Kind.SUPPLY: _object(documents=_DOCUMENTS),
    Kind.RECALL: _object(reason=_text(4000, 1)),
    Kind.STATE: _object(
        code=_text(60, 1),
        state={"enum": sorted(TOLD)},
        at=_TIME,
        words=_text(4000),
        supplement=_maybe(_ASKED),
        documents=_DOCUMENTS,
    ),
}


def letter_schema(kind: Kind) -> dict[str, Any]:
    """The schema of a letter of the kind."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_object(
            format={"const": FORMAT},
            version={"const": VERSION},
            kind={"const": str(kind)},
            handover={"type": "string", "format": "uuid"},
            sequence={"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
            body=_BODIES[kind],
        ),
    }


@cache
def validator(kind: Kind) -> jsonschema_rs.Draft202012Validator:
    """What asks a letter of the kind, compiled once."""
    return jsonschema_rs.Draft202012Validator(letter_schema(kind), validate_formats=True)
