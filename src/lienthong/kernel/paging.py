"""Keyset paging: the next page starts after the last row seen, so its cost does not grow with its depth."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal

M = TypeVar("M", bound=Model)
PAGE_SIZE = 50


class BadCursor(Refusal):
    """The cursor was not made by this server."""

    code, status = "bad-cursor", 400
    sentence = _("The page address is damaged. Start again from the first page.")


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows of one page; `next` is the cursor of the page after it, empty on the last."""

    rows: list[M]
    next: str


def page_of(*sources: QuerySet[M], key: str, cursor: str = "", size: int = PAGE_SIZE) -> Page[M]:
    """The page after `cursor` of the rows by descending `key` (a unique, sortable column such as a UUIDv7).

    One query of `size + 1` rows for each source; no two have a row in common. A leading "+" on `key` asks for
    ascending order.
    """
    ascending, field = key.startswith("+"), key.lstrip("+")
    found = list[M]()
    for rows in sources:
        if cursor:
            after = _after(rows.model, field, cursor)
            rows = rows.filter(Q(**{f"{field}__{'gt' if ascending else 'lt'}": after}))
        found += rows.order_by(field if ascending else f"-{field}")[: size + 1]
    if len(sources) > 1:
        found.sort(key=lambda row: getattr(row, field), reverse=not ascending)
    more = len(found) > size
    return Page(found[:size], encode_cursor(str(getattr(found[size - 1], field))) if more else "")


def page_read(
    read: Callable[[Any], list[M]], *, key: Field[Any, Any], cursor: str = "", size: int = PAGE_SIZE
) -> Page[M]:
    """The page after `cursor` of what `read` answers, given the key to begin after or None: `size + 1` rows.

    For a query that is made elsewhere; they come in the order of the key.
    """
    found = read(_after(key.model, key.attname, cursor) if cursor else None)
    more = len(found) > size
    return Page(found[:size], encode_cursor(str(getattr(found[size - 1], key.attname))) if more else "")


def newest_page(
    sources: Sequence[QuerySet[M]], *, time: str, cursor: str = "", size: int = PAGE_SIZE
) -> Page[M]:
    """The page after `cursor` of all rows that any of the sources has, newest first.

    By the column `time`, and of one instant by descending key. One query of `size + 1` rows for each source:
    what an "or" would make the database search whole is found by an index on each side.
    """
    newest: dict[Any, M] = {}
    for rows in sources:
        if cursor:
            rows = rows.filter(_before(rows.model, time, cursor))
        newest |= {row.pk: row for row in rows.order_by(f"-{time}", "-pk")[: size + 1]}
    found = sorted(newest.values(), key=lambda row: (getattr(row, time), row.pk), reverse=True)
    if len(found) <= size:
        return Page(found, "")
    return Page(found[:size], _place(found[size - 1], time))


def soonest_page(rows: QuerySet[M], *, time: str, cursor: str = "", size: int = PAGE_SIZE) -> Page[M]:
    """The page after `cursor` of the rows, the earliest by the column `time` first, of one instant by key.

    One query, `size + 1` rows, along an index of both columns.
    """
    if cursor:
        at, pk = _read_place(rows.model, time, cursor)
        rows = rows.filter(Q(**{f"{time}__gte": at}) & (Q(**{f"{time}__gt": at}) | Q(pk__gt=pk)))
    found = list(rows.order_by(time, "pk")[: size + 1])
    return Page(found[:size], _place(found[size - 1], time) if len(found) > size else "")


def _after(model: type[Model], field: str, cursor: str) -> Any:
    """The key of a cursor; raises `BadCursor`."""
    try:
        return cast("Field[Any, Any]", model._meta.get_field(field)).to_python(decode_cursor(cursor))
    except ValidationError as error:
        raise BadCursor(field="cursor") from error


def _before(model: type[Model], time: str, cursor: str) -> Q:
    """The condition that a row comes after the cursor's, whose time bounds the index that is read."""
    at, pk = _read_place(model, time, cursor)
    return Q(**{f"{time}__lte": at}) & (Q(**{f"{time}__lt": at}) | Q(pk__lt=pk))


def _place(row: Model, time: str) -> str:
    """The cursor of a row's place: its time and its key."""
    return encode_cursor(f"{getattr(row, time).isoformat()} {row.pk}")


def _read_place(model: type[Model], time: str, cursor: str) -> tuple[Any, Any]:
    """The time and the key of a cursor; raises `BadCursor`."""
    instant, _space, key = decode_cursor(cursor).partition(" ")
    fields = cast("dict[str, Field[Any, Any]]", {time: model._meta.get_field(time), "pk": model._meta.pk})
    try:
        at, pk = fields[time].to_python(instant), fields["pk"].to_python(key)
    except ValidationError as error:
        raise BadCursor(field="cursor") from error
    if at is None or pk is None or at.tzinfo is None:
        raise BadCursor(field="cursor")
    return at, pk


def encode_cursor(value: str) -> str:
    """Make an opaque, URL-safe cursor of a key's text."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """Read a cursor back; raises `BadCursor`."""
    try:
        value = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        str(value).encode()  # half of a surrogate pair is no text
    except (binascii.Error, ValueError) as error:
        raise BadCursor(field="cursor") from error
    if not isinstance(value, str) or len(value) > 200 or "\0" in value:
        raise BadCursor(field="cursor")
    return value
