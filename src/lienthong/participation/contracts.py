"""Plain values of `participation`: what is sent, what is asked for, what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from lienthong.participation.states import Kind, Source


@dataclass(frozen=True)
class Point:
    """A place on the map, in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Place:
    """Where something is: a commune or province (its key), words, a point; at least the first."""

    unit_id: int
    words: str = ""
    point: Point | None = None


@dataclass(frozen=True)
class Sender:
    """Who says it: a party, or somebody without an account; empty where nothing was said."""

    party_id: UUID | None = None
    name: str = ""
    telephone: str = ""
    email: str = ""


@dataclass(frozen=True)
class NewFeedback:
    """Feedback as it is sent. `photos`: keys of photos kept before; `client_id`: an application of others."""

    kind: Kind
    category: str
    text: str
    place: Place
    sender: Sender
    wants_public: bool = False
    photos: tuple[UUID, ...] = ()
    source: Source = Source.PORTAL
    client_id: int | None = None
    media_url: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer as an official submits it.

    To be shown in public it needs `public_text`, what was said without anything that tells of a person;
    `shows_place` and `photos` (their keys) say what else is shown.
    """

    text: str
    publish: bool = False
    public_text: str = ""
    shows_place: bool = False
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class FeedbackFilter:
    """What an inbox is narrowed to; `tab` is "open", "mine", "approve", "ended" or "all"."""

    tab: str = "open"
    text: str = ""
    category: str = ""


@dataclass(frozen=True)
class BodyFigures:
    """What was said to a body in a period. A number is None where so few were that it could tell of a person.

    `share` is percent answered in time of those that were due; `satisfaction` percent content of ratings.
    """

    agency_id: int
    name: str
    received: int | None
    in_time: int | None
    late: int | None
    open_late: int | None
    share: int | None
    satisfaction: int | None


@dataclass(frozen=True)
class Satisfaction:
    """Ratings of a body's service: how many, their mean, percent content (4 or 5 points)."""

    agency_id: int
    count: int
    mean: float
    content: float
