"""Who did something, and to what, as plain values that outlive the rows they came from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """Who acts: an official in a post, a connected system, or a job of the platform.

    `kind` is "official", "system", "job" or "public"; `source` is a client address or a job's name.
    """

    kind: str
    id: str
    name: str
    post: str = ""
    agency_id: int | None = None
    agency_code: str = ""
    source: str = ""


@dataclass(frozen=True)
class Subject:
    """What was acted on: `kind` is the model's label ("axis.packet"), `id` its key as text."""

    kind: str
    id: str
