"""A letter as JSON and back. What comes from outside is hostile: size, depth and shape are asked first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from math import isfinite
from typing import Any, NoReturn
from uuid import UUID

from lienthong.dossiers.across.contracts import (
    AskedFor,
    Body,
    FarState,
    HandedOver,
    Kind,
    Letter,
    Recalled,
    SentDocument,
    StateTold,
    Supplied,
)
from lienthong.dossiers.across.refusals import LetterUnreadable
from lienthong.dossiers.across.schema import FORMAT, VERSION, validator
from lienthong.identity.public import PartyFacts, PartyKind

LARGEST, DEEPEST = 1024 * 1024, 12


def write_letter(letter: Letter) -> bytes:
    """The letter as UTF-8 JSON; it fits its own schema, or `LetterUnreadable` is raised."""
    said = {
        "format": FORMAT,
        "version": VERSION,
        "kind": str(letter.kind),
        "handover": str(letter.handover),
        "sequence": letter.sequence,
        "body": asdict(letter.body),
    }
    written = json.dumps(said, default=_plain, ensure_ascii=False, allow_nan=False).encode()
    read_letter(written)
    return written


def read_letter(written: bytes) -> Letter:
    """The letter that these bytes are.

    Raises:
        LetterUnreadable: they are too many, too deep, no JSON, or do not fit the schema; says where.
    """
    if len(written) > LARGEST:
        _refuse("", f"> {LARGEST} bytes")
    try:
        said = json.loads(written, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        _refuse("", "JSON", error)
    _require_shallow(said)
    try:
        kind = Kind(said["kind"]) if isinstance(said, dict) else _refuse("", "object")
    except (KeyError, ValueError, TypeError) as error:
        _refuse("kind", str(list(Kind)), error)
    fault = next(iter(validator(kind).iter_errors(said)), None)
    if fault is not None:
        # What a validator says of a value repeats the value: only the place and the rule are told.
        _refuse(
            ".".join(str(part) for part in fault.instance_path), str(next(reversed(fault.schema_path), ""))
        )
    return Letter(kind, UUID(said["handover"]), int(said["sequence"]), _BODIES[kind](said["body"]))


def _refuse(place: str, fault: str, cause: Exception | None = None) -> NoReturn:
    raise LetterUnreadable(place=place[:200] or "letter", fault=fault[:200]) from cause


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _require_shallow(said: object) -> None:
    """No deeper than `DEEPEST`, and no text or number that no database keeps."""
    level = [said]
    for _depth in range(DEEPEST):
        inner: list[object] = []
        for one in level:
            if isinstance(one, dict):
                inner += [*one, *one.values()]
            elif isinstance(one, list):
                inner += one
            elif isinstance(one, str) and ("\x00" in one or not _is_text(one)):
                _refuse("", "text")
            elif isinstance(one, float) and not isfinite(one):
                _refuse("", "number")
        if not inner:
            return
        level = inner
    _refuse("", f"depth > {DEEPEST}")


def _is_text(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:  # RFC 3339 knows a 60th second
        _refuse("", "date-time", error)


def _party(said: Mapping[str, Any]) -> PartyFacts:
    born = said["born_date"]
    return PartyFacts(
        **{**said, "kind": PartyKind(said["kind"]), "born_date": date.fromisoformat(born) if born else None}
    )


def _documents(said: Mapping[str, Any]) -> tuple[SentDocument, ...]:
    return tuple(SentDocument(**one) for one in said["documents"])


def _handed_over(said: Mapping[str, Any]) -> HandedOver:
    whole = {
        **said,
        "submitted_at": _time(said["submitted_at"]),
        "due_at": _time(said["due_at"]) if said["due_at"] else None,
        "applicant": _party(said["applicant"]),
        "representative": _party(said["representative"]) if said["representative"] else None,
        "documents": _documents(said),
    }
    return HandedOver(**whole)


def _state(said: Mapping[str, Any]) -> StateTold:
    wanted = said["supplement"]
    asked = AskedFor(tuple(wanted["items"]), wanted["reason"], _time(wanted["asked_at"])) if wanted else None
    return StateTold(
        code=said["code"],
        state=FarState(said["state"]),
        at=_time(said["at"]),
        words=said["words"],
        supplement=asked,
        documents=_documents(said),
    )


def _supplied(said: Mapping[str, Any]) -> Body:
    return Supplied(_documents(said))


def _recalled(said: Mapping[str, Any]) -> Body:
    return Recalled(said["reason"])


_BODIES: Mapping[Kind, Any] = {
    Kind.HAND_OVER: _handed_over,
    Kind.SUPPLY: _supplied,
    Kind.RECALL: _recalled,
    Kind.STATE: _state,
}
