"""Statements of the hot paths: SQL whose text never changes, so that it is prepared once per connection.

The ORM writes its SQL anew for each call and PostgreSQL plans it anew, which costs more than running it where
a row is found by its key (ADR 0029). What depends on the number of rows goes in as one JSON parameter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Generic, TypeVar

import pydantic_core
from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import AutoField, BinaryField, Model
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)
Row = tuple[Any, ...]


def fetch(sql: str, *parameters: object) -> list[Row]:
    """The rows of a statement, which is prepared on its first use on a connection (not with a pool of 0)."""
    with _cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def execute(sql: str, *parameters: object) -> None:
    """As `fetch`, for a statement without rows."""
    with _cursor() as cursor:
        cursor.execute(sql, parameters)


def _cursor() -> Any:
    """A cursor that binds at the server; where queries are logged the usual one, which knows its SQL."""
    if connection.queries_logged:
        return connection.cursor()
    connection.ensure_connection()
    bound: Any = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
    return connection.make_cursor(bound)


class Columns(Generic[M]):
    """The columns of a model that a statement reads, all that are stored unless some are named.

    Rows become instances with `read`; what was not read is loaded when it is asked for, as with `only`.
    """

    def __init__(self, model: type[M], *names: str) -> None:
        fields = [field for field in model._meta.concrete_fields if not field.generated]
        # In the model's order, in which `from_db` takes the values.
        self._fields = [field for field in fields if not names or field.attname in names]
        self._names, self.model = [field.attname for field in self._fields], model
        self._converted = [
            (place, field) for place, field in enumerate(self._fields) if hasattr(field, "from_db_value")
        ]
        self._selects: dict[tuple[str, ...], str] = {}

    def __len__(self) -> int:
        return len(self._fields)

    def of(self, alias: str) -> str:
        """They as the list of a SELECT."""
        return ", ".join(f'{alias}."{field.column}"' for field in self._fields)

    def read(self, values: Iterator[object]) -> M:
        """The instance whose columns are the next of the values."""
        row = list(islice(values, len(self._fields)))
        for place, field in self._converted:
            row[place] = field.from_db_value(row[place], None, connection)
        return instance(self.model, self._names, row)

    def skip(self, values: Iterator[object]) -> None:
        """Pass over the values of one instance, which is known from another row."""
        next(islice(values, len(self._fields) - 1, None))

    def where(self, *, order: str = "", **equal: object) -> list[M]:
        """The rows whose columns have these values, in an order written as SQL.

        For few rows along an index.
        """
        key = (order, *equal)
        if key not in self._selects:
            same = " AND ".join(f'r."{column}" = %s' for column in equal)
            sql = f'SELECT {self.of("r")} FROM "{self.model._meta.db_table}" r WHERE {same}'  # noqa: S608
            self._selects[key] = f"{sql} ORDER BY {order}" if order else sql
        return [self.read(iter(row)) for row in fetch(self._selects[key], *equal.values())]


def new_row(model: type[M], /, **values: object) -> M:
    """A row that is not kept yet, as by the model's constructor, at a third of its cost (ADR 0029).

    Values go by the names of attributes; a row that is named has its key taken over.

    Raises:
        LookupError: the model has no such attribute.
    """
    constants, makers, rows = _defaults(model)
    if not values.keys() <= constants.keys() | rows.keys():
        raise LookupError(
            f"{model.__name__} has no {', '.join(values.keys() - constants.keys() - rows.keys())}"
        )
    made = model.__new__(model)
    made.__dict__.update(constants)
    for name, make in makers:
        if name not in values:
            made.__dict__[name] = make()
    made._state = ModelState()
    for name, value in values.items():
        if name in rows:
            made._state.fields_cache[name] = value
            made.__dict__[rows[name]] = None if value is None else value.pk  # type: ignore[attr-defined]
        else:
            made.__dict__[name] = value
    return made


@cache
def _defaults(model: type[Model]) -> tuple[dict[str, object], list[tuple[str, Any]], dict[str, str]]:
    """What attributes hold at first, which are made for each row, and the keys of named rows."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    made_anew = [field for field in fields if callable(field.default)]
    constants = {field.attname: None if field in made_anew else field.get_default() for field in fields}
    makers = [(field.attname, field.get_default) for field in made_anew]
    return constants, makers, {field.name: field.attname for field in fields if field.is_relation}


def instance(model: type[M], names: Iterable[str], values: Iterable[object]) -> M:
    """As `Model.from_db` does, without the constructor, which sets each value and sends two signals.

    Nobody here listens to them (no signals is a rule), and it took a sixth of an act in sets.
    """
    made = model.__new__(model)
    made.__dict__.update(zip(names, values, strict=True))
    made._state = ModelState()
    made._state.adding, made._state.db = False, connection.alias
    return made


def insert_rows(rows: Iterable[Model]) -> None:
    """Write new rows with one statement, whatever their number; they have their keys already.

    They may be of several models and name each other.

    Raises:
        IntegrityError, DataError: nothing was written.
    """
    of = defaultdict[type[Model], list[Model]](list)
    for row in rows:
        of[type(row)].append(row)
    if of:
        execute(_inserts(tuple(of)), *(_facts(_written(model), those) for model, those in of.items()))


def insert_unknown(rows: Sequence[M]) -> None:
    """As `insert_rows`, of one model; a row that a unique constraint forbids is left out."""
    if rows:
        model = type(rows[0])
        execute(f"{_insert(model)} ON CONFLICT DO NOTHING", _facts(_written(model), rows))


def update_rows(rows: Sequence[Model], *names: str) -> None:
    """Write the named attributes of rows of one model with one statement, whatever their number.

    Raises:
        IntegrityError, DataError: nothing was written.
    """
    if rows and names:
        model = type(rows[0])
        execute(_update(model, names), _facts(_named(model, names), rows))


def as_json(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows as a parameter for `json_to_recordset`; bytes must be spelled for PostgreSQL before (`_facts`).

    By the library that reads the API's input: the standard one takes four times as long (ADR 0029).
    """
    return pydantic_core.to_json(rows).decode()


def _facts(columns: Mapping[str, str], rows: Sequence[Model]) -> str:
    """These columns of the rows, kept in these attributes, as JSON."""
    model = type(rows[0])
    try:  # without the descriptors of foreign keys, which are most of its cost
        facts = [{column: row.__dict__[name] for column, name in columns.items()} for row in rows]
    except KeyError:  # an attribute that was not read
        facts = [{column: getattr(row, name) for column, name in columns.items()} for row in rows]
    for column in _binary(model) & columns.keys():
        for row in facts:
            row[column] = None if row[column] is None else f"\\x{bytes(row[column]).hex()}"
    return as_json(facts)


@cache
def _binary(model: type[Model]) -> frozenset[str]:
    """The columns that hold bytes."""
    binary = (field for field in model._meta.concrete_fields if isinstance(field, BinaryField))
    return frozenset(str(field.column) for field in binary)


@cache
def _written(model: type[Model]) -> dict[str, str]:
    """The columns to write and where a row has them; without a key that the database counts."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    return {str(field.column): field.attname for field in fields if not isinstance(field, AutoField)}


@cache
def _named(model: type[Model], names: tuple[str, ...]) -> dict[str, str]:
    """The columns of the key and of the named attributes, and where a row has them."""
    fields = [model._meta.pk, *(field for field in model._meta.concrete_fields if field.attname in names)]
    found = {str(field.column): field.attname for field in fields if field is not None}
    unknown = set(names) - set(found.values())
    if unknown:
        raise LookupError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
    return found


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> str:
    """The UPDATE. The types are named without lengths, as in an INSERT."""
    key, *columns = _named(model, names)
    new = ", ".join(f'"{column}" = given."{column}"' for column in columns)
    given = f"json_to_recordset(%s) AS given ({_typed(model, [key, *columns])})"
    return f'UPDATE "{model._meta.db_table}" r SET {new} FROM {given} WHERE r."{key}" = given."{key}"'  # noqa: S608


@cache
def _inserts(models: tuple[type[Model], ...]) -> str:
    """An INSERT for each of the models in one statement."""
    *first, last = map(_insert, models)
    others = ", ".join(f"_{place} AS ({insert})" for place, insert in enumerate(first))
    return f"WITH {others} {last}" if first else last


def _insert(model: type[Model]) -> str:
    """The INSERT. The types are named without lengths: a cast would cut what an assignment refuses."""
    names, table = ", ".join(f'"{column}"' for column in _written(model)), model._meta.db_table
    given = _typed(model, _written(model))
    return f'INSERT INTO "{table}" ({names}) SELECT {names} FROM json_to_recordset(%s) AS given ({given})'  # noqa: S608


def _typed(model: type[Model], columns: Iterable[str]) -> str:
    """The columns with their types, for `json_to_recordset`."""
    kinds = {field.column: str(field.db_type(connection)) for field in model._meta.concrete_fields}
    return ", ".join(f'"{column}" {kinds[column].partition("(")[0]}' for column in columns)
