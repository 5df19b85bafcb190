"""Queries of the ORM whose SQL is written once and then run with other values: fixed statements (ADR 0029).

Of a query by the ORM most of Python's time goes into writing its SQL. Where the text depends on who asks only
through a few marks (has this role, acts for somebody), it is written once for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from operator import itemgetter
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, prefetch_related_objects
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)

from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.statements import fetch, instance

R = TypeVar("R")
_FIRST = datetime(1, 1, 2, tzinfo=VIETNAM)


class NotAsGiven(TypeError):
    """The query changes a value before it asks with it, or is of a kind that cannot be remembered."""


class Remembered(Generic[R]):
    """The rows of the query that `build` makes of its arguments, which are given by name.

    Numbers, keys, days, instants and texts are values: they may only go into the query as they are, or be
    compared with None or the empty text. The fields of a dataclass, such as the viewer, count each by itself.
    All else (roles, flags, states) is the query's form, of which there must be few: `build` is called once
    for each form, with marks instead of the values. A mark that `build` works on fits no row.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, R]]) -> None:
        self._build, self._known = build, dict[Hashable, _Written[R]]()

    def __call__(self, **given: object) -> list[R]:
        form, values = list[Hashable](), list[object]()
        for name, value in given.items():
            for about, part in _parts(name, value):
                if _is_value(part):
                    values.append(part)
                    form.append((about, type(part)))
                else:
                    form.append((about, part))
        key = tuple(form)
        written = self._known.get(key)
        if written is None:
            marks = [_mark(value, place) for place, value in enumerate(values)]
            written = self._known[key] = _Written(self._build(**_marked(given, iter(marks))), marks)
        return written.rows(values)


class _Written(Generic[R]):
    """A query as SQL, and how its rows are read."""

    def __init__(self, rows: QuerySet[Any, R], marks: list[object]) -> None:
        self._prefetched = rows._prefetch_related_lookups  # type: ignore[attr-defined]
        self._sql = ""
        compiler = rows.query.get_compiler(connection=connection)
        try:
            self._sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return
        place_of = {mark: place for place, mark in enumerate(marks)}
        self._parameters = [(one, place_of.get(one) if _is_value(one) else None) for one in parameters]
        columns = [column for column, _sql, _alias in compiler.select[: compiler.col_count]]
        self._converted = compiler.get_converters(columns)
        self._read = cast("Callable[[Any], R]", _reader(rows, compiler))

    def rows(self, values: list[object]) -> list[R]:
        if not self._sql:
            return []
        parameters = [one if place is None else _as(one, values[place]) for one, place in self._parameters]
        found = [self._read(self._values(row)) for row in fetch(self._sql, *parameters)]
        if self._prefetched and found:
            prefetch_related_objects(cast("list[Any]", found), *self._prefetched)
        return found

    def _values(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        if not self._converted:
            return row
        values = list(row)
        for place, (converters, expression) in self._converted.items():
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return tuple(values)


def _reader(rows: QuerySet[Any, Any], compiler: Any) -> Callable[[Any], Any]:
    """What makes of a row's values what the query set would give: an instance, a tuple or one value."""
    kind = rows._iterable_class
    if kind is FlatValuesListIterable:
        return itemgetter(0)
    if kind is ValuesListIterable:
        return tuple
    if kind is not ModelIterable or rows._known_related_objects:  # type: ignore[attr-defined]
        raise NotAsGiven(kind.__name__)
    about, select = compiler.klass_info, compiler.select
    first, end = about["select_fields"][0], about["select_fields"][-1] + 1
    names = [column.target.attname for column, _sql, _alias in select[first:end]]
    related: Any = cast(Any, get_related_populators)(about, select, rows.db)
    added = compiler.annotation_col_map or {}

    def read(values: Any) -> Any:
        made = instance(about["model"], names, values[first:end])
        for populator in related:
            populator.populate(values, made)
        for name, place in added.items():
            setattr(made, name, values[place])
        return made

    return read


def _parts(name: str, value: object) -> list[tuple[str, object]]:
    if is_dataclass(value) and not isinstance(value, type):
        return [(f"{name}.{one.name}", getattr(value, one.name)) for one in fields(value)]
    return [(name, value)]


def _is_value(part: object) -> bool:
    """Whether it is of those that change from call to call; an empty text is as None: part of the form."""
    if isinstance(part, Enum | bool):
        return False
    return isinstance(part, int | UUID | date) or (isinstance(part, str) and part != "")


def _mark(value: object, place: int) -> object:
    """A value of the same type that no row has."""
    if isinstance(value, int):
        return 2**52 + place
    if isinstance(value, UUID):
        return UUID(int=2**100 + place)
    if isinstance(value, datetime):
        return _FIRST.replace(microsecond=place)
    if isinstance(value, date):
        return date(1, 1, 1 + place)
    return f"\u2063mark {place}\u2063"


def _marked(given: dict[str, object], marks: Any) -> dict[str, object]:
    """The arguments with the marks, in their order, instead of the values."""
    made = dict[str, object]()
    for name, value in given.items():
        if is_dataclass(value) and not isinstance(value, type):
            parts = ((one.name, getattr(value, one.name)) for one in fields(value))
            made[name] = replace(value, **{about: next(marks) for about, part in parts if _is_value(part)})
        else:
            made[name] = next(marks) if _is_value(value) else value
    return made


def _as(parameter: object, value: object) -> object:
    """The value in the type the database was to be told, such as an integer of eight bytes."""
    return type(parameter)(value) if isinstance(value, int) else value  # type: ignore[call-arg]
