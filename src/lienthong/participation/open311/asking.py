"""What a call of Open311 GeoReport v2 asks for, read and checked; nothing here is trusted."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from lienthong.directory.public import AdministrativeUnit, Agency
from lienthong.kernel.clock import VIETNAM
from lienthong.participation import places
from lienthong.participation.contracts import NewFeedback, Place, Point, Sender
from lienthong.participation.models import TEXT_LIMIT
from lienthong.participation.states import Kind, Source

SPAN = timedelta(days=90)
MOST_ROWS, MOST_ASKED = 1_000, 50
OPEN, CLOSED = "open", "closed"
Said = Mapping[str, str]


class Wrong(Exception):
    """The call cannot be answered: the code of HTTP, and why."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(status, description)
        self.status, self.description = status, description


@dataclass(frozen=True)
class Wanted:
    """Which requests are asked for: of ids alone, or narrowed by service, state and time."""

    ids: tuple[UUID, ...] = ()
    services: tuple[str, ...] = ()
    states: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    page: int = 1
    size: int = MOST_ROWS


def jurisdiction(said: Said, *, on: date) -> AdministrativeUnit:
    """The province of `jurisdiction_id`, the code of its People's Committee. Raises `Wrong`."""
    code = said.get("jurisdiction_id", "").strip()
    if not code:
        raise Wrong(400, _("jurisdiction_id was not provided: the code of a province's People's Committee."))
    rows = Agency.objects.valid(on).filter(kind="province", code=code[:40]) if code.isprintable() else None
    body = rows.select_related("unit").first() if rows is not None else None
    if body is None or body.unit is None:
        raise Wrong(404, _("jurisdiction_id was not found."))
    return body.unit


def wanted(said: Said, *, at: datetime) -> Wanted:
    """What a list is narrowed to: without dates the last 90 days, with one of them 90 from there.

    Raises:
        Wrong: a value makes no sense, or the span is longer.
    """
    if asked := _listed(said, "service_request_id"):
        return Wanted(ids=tuple(_uuid(one) for one in asked))
    states = frozenset(_listed(said, "status"))
    if not states <= {OPEN, CLOSED}:
        raise Wrong(400, _("status is open, closed or both."))
    since, until = _moment(said, "start_date"), _moment(said, "end_date")
    if since is None:
        since = (until or at) - SPAN
    if until is None:
        until = since + SPAN
    if not since <= until <= since + SPAN:
        raise Wrong(400, _("end_date is at most 90 days after start_date."))
    page, size = _number(said, "page", 1), _number(said, "page_size", MOST_ROWS)
    return Wanted(
        services=tuple(_listed(said, "service_code")),
        states=states,
        since=since,
        until=until,
        page=page,
        size=min(size, MOST_ROWS),
    )


def new_request(said: Said, province: AdministrativeUnit, *, client_id: int, on: date) -> NewFeedback:
    """The feedback that a POST describes. Raises `Wrong`."""
    service, text = said.get("service_code", ""), said.get("description", "")
    if not service:
        raise Wrong(400, _("service_code was not provided."))
    if not text.strip():
        raise Wrong(400, _("description was not provided."))
    if len(text) > TEXT_LIMIT:
        raise Wrong(400, _("description has more than 4,000 characters."))
    kind = said.get("attribute[kind]", "") or Kind.REFLECTION.value
    public = said.get("attribute[public]", "") or "no"
    if kind not in list(Kind) or public not in {"yes", "no"}:
        raise Wrong(400, _("An attribute has a value that its list does not have."))
    name = " ".join(filter(None, (said.get("last_name", "").strip(), said.get("first_name", "").strip())))
    return NewFeedback(
        kind=Kind(kind),
        category=service,
        text=text,
        place=_place(said, province, on=on),
        sender=Sender(None, name, said.get("phone", ""), said.get("email", "")),
        wants_public=public == "yes",
        source=Source.OPEN311,
        client_id=client_id,
        media_url=said.get("media_url", "")[:500],
    )


def _place(said: Said, province: AdministrativeUnit, *, on: date) -> Place:
    """The place by coordinates, by a commune's national code, or in words; at least one of them."""
    words = said.get("address_string", "").strip()[:300]
    if said.get("lat") or said.get("long"):
        point = Point(_degrees(said, "lat"), _degrees(said, "long"))
        return Place(_within(province, places.commune_at(point, on=on)).pk, words, point)
    if code := said.get("address_id", ""):
        return Place(_within(province, places.find_commune(code, on=on)).pk, words)
    if not words:
        raise Wrong(400, _("A location was not provided: lat and long, address_id or address_string."))
    return Place(_named_in(words, province).pk, words)


def _within(province: AdministrativeUnit, unit: AdministrativeUnit) -> AdministrativeUnit:
    if places.province_of(unit).pk != province.pk:
        raise Wrong(400, _("The location is not in this jurisdiction."))
    return unit


def _named_in(words: str, province: AdministrativeUnit) -> AdministrativeUnit:
    """The one commune whose name stands in the words; else the province, whose body passes it on."""
    plain = f" {_folded(words)} "
    found = [one for one in places.communes_of(province) if f" {_folded(one.name)} " in plain]
    return found[0] if len(found) == 1 else province


def _folded(text: str) -> str:
    """Lower case without marks, words apart by one space."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join(
        "".join(
            letter if letter.isalnum() else " " for letter in bare if not unicodedata.combining(letter)
        ).split()
    )


def _degrees(said: Said, name: str) -> float:
    try:
        value = float(said.get(name, "")[:30])
    except ValueError as error:
        raise Wrong(400, _("lat and long are degrees, such as 21.5942 and 105.8482.")) from error
    if not isfinite(value):
        raise Wrong(400, _("lat and long are degrees, such as 21.5942 and 105.8482."))
    return value


def _listed(said: Said, name: str) -> list[str]:
    found = [part.strip() for part in said.get(name, "")[:4_000].split(",") if part.strip()]
    if len(found) > MOST_ASKED:
        raise Wrong(400, _("Too many values are asked for at once."))
    return found


def _uuid(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError as error:
        raise Wrong(404, _("service_request_id was not found.")) from error


def _moment(said: Said, name: str) -> datetime | None:
    text = said.get(name, "").strip()
    if not text:
        return None
    try:
        moment = parse_datetime(text.replace(" ", "+"))
        day = parse_date(text) if moment is None else None
    except ValueError:
        moment, day = None, None
    if moment is None and day is not None:
        moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001, the zone comes next
    if moment is None or not 2000 <= moment.year <= 2100:
        raise Wrong(400, _("A date is written as 2026-11-25T13:15:30Z."))
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def _number(said: Said, name: str, default: int) -> int:
    text = said.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) > 0):
        raise Wrong(400, _("page and page_size are whole numbers from 1."))
    return int(text)
