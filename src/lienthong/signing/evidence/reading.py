"""Reading an evidence file, which is hostile until proven otherwise: capped, strict, and never trusted.

One statement or batch stands on one line, so that damage to the JSON itself can still be told by its place.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from asn1crypto import pem
from asn1crypto import x509 as asn1
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lienthong.signing.evidence.faults import EvidenceTooLarge, EvidenceUnreadable

FORMAT = "lienthong-evidence/1"
MAX_BYTES = 128 * 1024 * 1024
REPAIRS = 8
MOST_CERTIFICATES = 64
_STRICT = ConfigDict(strict=True, extra="forbid", frozen=True)

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
M = TypeVar("M", bound=BaseModel)


class PacketLine(BaseModel):
    """Which packet the file is about."""

    model_config = _STRICT
    id: str
    sha256: str


class StatementLine(BaseModel):
    """A statement: its text as it was signed, the signature (detached JWS), and its place in a batch."""

    model_config = _STRICT
    statement: str
    signature: str
    batch: int | None
    position: int | None
    path: Annotated[list[Hash], Field(max_length=64)] | None
    pending: Literal["batch", "timestamp"] | None


class BatchLine(BaseModel):
    """A batch: its header's text, the signature over it, and the token (base64 of DER) over its SHA-256."""

    model_config = _STRICT
    header: str
    signature: str
    timestamp: str | None
    timestamp_sha256: str | None


class EvidenceFile(BaseModel):
    """The whole; statements and batches are read one by one, so that a bad one is told apart."""

    model_config = _STRICT
    format: Literal["lienthong-evidence/1"]
    complete: bool
    packet: PacketLine
    certificates: Annotated[dict[str, str], Field(max_length=MOST_CERTIFICATES)]
    statements: list[Any]
    batches: list[Any]


class StatementFacts(BaseModel):
    """What a statement says, as far as checking needs it; the receipt is the first of a chain."""

    model_config = ConfigDict(strict=True, frozen=True)
    packet_id: str
    sha256: str
    stage: str = ""
    sequence: int = 0
    previous: str = ""
    at: str = ""
    by: str = ""


class HeaderFacts(BaseModel):
    """What a batch header says."""

    model_config = ConfigDict(strict=True, frozen=True)
    batch: int
    previous: str
    root: Hash
    size: int


def looks_like_evidence(head: bytes) -> bool:
    """Whether a file that begins so claims to be an evidence file."""
    return head.lstrip().startswith(b"{") and b'"lienthong-evidence/' in head[:200]


def read_evidence(content: bytes) -> EvidenceFile:
    """The file, its statements and batches not yet looked into.

    Raises:
        EvidenceTooLarge, EvidenceUnreadable
    """
    if len(content) > MAX_BYTES:
        raise EvidenceTooLarge(limit=MAX_BYTES // 1024 // 1024)
    # A damaged letter becomes one that no signature fits, so that the statement it stands in is told.
    text = content.decode("utf-8", "replace")
    for _attempt in range(REPAIRS):
        try:
            return EvidenceFile.model_validate(_parse(text))
        except json.JSONDecodeError as error:
            text = _without_line(text, error)
        except ValidationError as error:
            raise EvidenceUnreadable(detail=why(error)) from error
        except (ValueError, RecursionError) as error:
            raise EvidenceUnreadable(detail=str(error)[:200]) from error
    raise EvidenceUnreadable(detail="JSON")


def read_roots(data: bytes) -> list[bytes]:
    """The certificates (DER) of a PEM or DER file. Raises `EvidenceUnreadable` where there is none."""
    try:
        ders = (
            [der for _kind, _headers, der in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]
        )
        return [asn1.Certificate.load(der, strict=True).dump() for der in ders]
    except (ValueError, TypeError) as error:
        raise EvidenceUnreadable(detail="the file of roots holds no certificate") from error


def read_model(model: type[M], text: str) -> M:
    """A JSON object inside the file as a model; raises ValueError (also `ValidationError`)."""
    try:
        return model.model_validate(_parse(text))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def believable(at: datetime) -> datetime:
    """The instant itself; raises ValueError where it has no offset or calendars might disagree about it."""
    if at.tzinfo is None or not 2000 <= at.year <= 2200:
        raise ValueError("not a time that can be")
    return at


def why(error: ValueError) -> str:
    """In a few words what is wrong with the form."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        return ".".join(str(part)[:40] for part in first["loc"])[:200] or "JSON"
    return str(error)[:200]


def decode(text: str) -> bytes:
    """Base64 in its one canonical form; raises ValueError."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise ValueError("not base64 as it is written")
    return raw


def _parse(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)


def _unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _without_line(text: str, error: json.JSONDecodeError) -> str:
    """The file with the line of one statement, batch or certificate emptied, where that is what is broken."""
    lines = text.split("\n")
    number = error.lineno - 1
    if error.colno == 1 and error.msg.startswith("Expecting ','"):
        number -= 1  # its comma is gone
    above = next((line for line in reversed(lines[:number]) if line in _SECTIONS or line in _ENDS), "")
    if above not in _SECTIONS or number + 1 >= len(lines) or lines[number] in (*_SECTIONS, *_ENDS):
        raise EvidenceUnreadable(detail=f"JSON, {error.lineno}:{error.colno}") from error
    comma = "" if lines[number + 1] in _ENDS else ","
    lines[number] = _SECTIONS[above].format(number + 1) + comma
    return "\n".join(lines)


# The lines between which the items stand, and what takes the place of a broken one.
_SECTIONS = {'"certificates": {': '"line {}": ""', '"statements": [': "null", '"batches": [': "null"}
_ENDS = ("},", "],", "]}")
