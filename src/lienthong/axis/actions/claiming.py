"""Handing rows out to many at once: each row to one of them, and nobody waits for another."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def claim_rows(rows: QuerySet[M], *, limit: int, **values: datetime | UUID | int) -> list[Any]:
    """Set the columns on the first `limit` of `rows` that nobody else is claiming; the keys of those.

    One statement, atomic by itself. A row that another claim holds is passed over, and one that it has just
    changed is judged anew. The choice is MATERIALIZED: as a plain subquery PostgreSQL may perform it more
    than once, and lock more than `limit`.
    """
    model, quoted = rows.model._meta, connection.ops.quote_name
    columns = [str(getattr(model.get_field(name), "column", "")) for name in values]
    assignments = ", ".join(f"{quoted(column)} = %s" for column in columns)
    table, key = quoted(model.db_table), quoted(str(model.pk.column))
    with transaction.atomic(), connection.cursor() as cursor:
        chosen = rows.only("pk").select_for_update(of=("self",), skip_locked=True)[:limit]
        select, parameters = chosen.query.sql_with_params()
        cursor.execute(
            f"WITH chosen AS MATERIALIZED ({select}) UPDATE {table} SET {assignments} "  # noqa: S608
            f"FROM chosen WHERE {table}.{key} = chosen.{key} RETURNING {table}.{key}",
            [*parameters, *values.values()],
        )
        return [row[0] for row in cursor.fetchall()]
