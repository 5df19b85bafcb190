"""Keeping the figures: deltas are folded into counts, and everything is counted again (ADR 0056)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from lienthong.dossiers.actions.passing import PLATFORM
from lienthong.dossiers.facts.counting import CELLS, FIGURES, STEP_CELLS
from lienthong.dossiers.models import (
    Dossier,
    DossierCount,
    DossierDelta,
    DossierPaper,
    DossierResult,
    DossierTask,
    OfficialCount,
    OfficialDelta,
)
from lienthong.ledger.public import record
from lienthong.procedures.public import ProcedureVersion

logger = logging.getLogger(__name__)
AT_ONCE, MARKED_AT_ONCE, EXAMPLES = 100_000, 5_000, 10
GRAINS = "(VALUES (1, 'day'), (2, 'month'), (3, 'year')) grains (grain, unit)"
TRUNCATED = "date_trunc(unit, day::timestamp)::date"


@dataclass(frozen=True)
class Kept:
    """A table of counts: its deltas, what it is counted by, what is counted, and from which rows."""

    counts: type[Model]
    deltas: type[Model]
    keys: tuple[str, ...]
    cells: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Recount:
    """What a recount found: how many counts there are, how many differed and were mended, some of these."""

    counts: int
    differing: int
    examples: tuple[dict[str, Any], ...]


KEPT = (
    Kept(
        counts=DossierCount,
        deltas=DossierDelta,
        keys=("agency_id", "procedure_id"),
        cells=CELLS,
        source=f"""
        SELECT one.agency_id, version.procedure_id, cell.*
        FROM {Dossier._meta.db_table} one
        JOIN {ProcedureVersion._meta.db_table} version ON version.id = one.version_id
        CROSS JOIN LATERAL dossiers_cells(
            one.channel, one.state, one.outcome, one.timing, one.submitted_at, one.due_at, one.paused_at,
            one.minutes_left, one.finished_at, one.closed_at, one.accepted_at, one.papers_filed,
            one.result_signed
        ) cell
        WHERE one.root_id = one.id""",  # noqa: S608, of constants
    ),
    Kept(
        counts=OfficialCount,
        deltas=OfficialDelta,
        keys=("agency_id", "official_id"),
        cells=STEP_CELLS,
        source=f"""
        SELECT one.agency_id, one.done_by_id AS official_id, cell.*
        FROM {DossierTask._meta.db_table} one
        CROSS JOIN LATERAL dossiers_step_cells(
            one.kind, one.state, one.done_by_id, one.due_at, one.done_at
        ) cell""",  # noqa: S608, of constants
    ),
)


# Of what triggers keep on the dossiers themselves, those that papers and results say otherwise.
UNMARKED = f"""
SELECT one.id FROM {Dossier._meta.db_table} one
LEFT JOIN (
    SELECT dossier_id, bool_and(held_id IS NOT NULL) AS filed FROM {DossierPaper._meta.db_table} GROUP BY 1
) paper ON paper.dossier_id = one.id
WHERE one.papers_filed IS DISTINCT FROM paper.filed OR one.result_signed <> EXISTS (
    SELECT FROM {DossierResult._meta.db_table} result WHERE result.dossier_id = one.id AND held_id IS NOT NULL
)
ORDER BY 1
"""  # noqa: S608, of constants


def fold_deltas() -> int:
    """Add what has been written since to the counts of days, months and years; how many deltas it was.

    One statement a table for every `AT_ONCE`: whoever reads sees a delta or the count that has it. What is
    not committed yet waits for the next time.
    """
    folded = 0
    for kept in KEPT:
        while taken := _value(_fold(kept), AT_ONCE):
            folded += taken
    return folded


def recount_figures(*, at: datetime) -> Recount:
    """Count all dossiers and steps again and mend every count that differs; said in the ledger and the log.

    One statement a table, so that all it reads is of one instant: an act is in the dossiers and the deltas or
    in neither. What is mended is added, so that folding meanwhile loses nothing.
    """
    found = [_remark()]
    with transaction.atomic():
        for kept in KEPT:
            with connection.cursor() as cursor:
                cursor.execute(_recount(kept), [EXAMPLES])
                found.append(cursor.fetchone())
        examples = [one for _counts, _differing, some in found for one in some or ()]
        recount = Recount(sum(row[0] for row in found), sum(row[1] for row in found), tuple(examples))
        data: dict[str, Any] = {
            "counts": recount.counts,
            "differing": recount.differing,
            "examples": examples,
        }
        record(actor=PLATFORM, verb="figures.recount", subject=FIGURES, at=at, data=data)
    if recount.differing:
        logger.error(
            "%d figures of dossiers differed from the dossiers and were mended, such as %s",
            recount.differing,
            examples[:3],
        )
    return recount


def _remark() -> tuple[int, int, list[dict[str, Any]]]:
    """Mark the dossiers again whose papers or results say otherwise; none counted, how many differed, some.

    So many in a transaction, each looked at again under its lock: what is changed meanwhile is not undone.
    """
    differing, examples = 0, list[dict[str, Any]]()
    with connection.cursor() as cursor:
        cursor.execute(UNMARKED)
        ids = [key for (key,) in cursor.fetchall()]
        for first in range(0, len(ids), MARKED_AT_ONCE):
            some = ids[first : first + MARKED_AT_ONCE]
            cursor.execute("SELECT dossiers_mark(%s)", [some])
            differing += int(cursor.fetchone()[0])
            examples += [{"dossier": str(key)} for key in some[: EXAMPLES - len(examples)]]
    return 0, differing, examples if differing else []


def _fold(kept: Kept) -> str:
    table = kept.deltas._meta.db_table
    return f"""
    WITH taken AS (
        DELETE FROM {table} WHERE id IN (SELECT id FROM {table} ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
        RETURNING *
    ),
    spread AS (
        SELECT grain, {TRUNCATED} AS day, {_said(kept.keys)}, {_sums(kept.cells)}
        FROM taken CROSS JOIN {GRAINS} GROUP BY 1, 2, {_said(kept.keys)}
    ),
    written AS ({_added(kept, "spread")})
    SELECT count(*) FROM taken
    """  # noqa: S608, of constants


def _recount(kept: Kept) -> str:
    keys, cells = _said(kept.keys), _said(kept.cells)
    less = ", ".join(f"-{cell}" for cell in kept.cells)
    some = " OR ".join(f"sum({cell}) <> 0" for cell in kept.cells)
    return f"""
    WITH days AS (
        SELECT {keys}, day, {_sums(kept.cells)} FROM ({kept.source}) source GROUP BY {keys}, day
    ),
    expected AS (
        SELECT grain, {TRUNCATED} AS day, {keys}, {_sums(kept.cells)}
        FROM days CROSS JOIN {GRAINS} GROUP BY 1, 2, {keys}
    ),
    waiting AS (SELECT grain, {TRUNCATED} AS day, {keys}, {less} FROM {kept.deltas._meta.db_table}, {GRAINS}),
    differing AS MATERIALIZED (
        SELECT grain, day, {keys}, {_sums(kept.cells)}
        FROM (
            SELECT grain, day, {keys}, {cells} FROM expected
            UNION ALL SELECT grain, day, {keys}, {less} FROM {kept.counts._meta.db_table}
            UNION ALL SELECT * FROM waiting
        ) told GROUP BY grain, day, {keys} HAVING {some}
    ),
    mended AS ({_added(kept, "differing")})
    SELECT
        (SELECT count(*) FROM expected),
        (SELECT count(*) FROM differing),
        (SELECT json_agg(example) FROM (SELECT * FROM differing ORDER BY grain, day, {keys} LIMIT %s) example)
    """  # noqa: S608, of constants


def _added(kept: Kept, source: str) -> str:
    """Add rows to the counts, in the order of their keys: two that add at once never wait for each other."""
    table, keys = kept.counts._meta.db_table, _said(("grain", "day", *kept.keys))
    adding = ", ".join(f"{cell} = {table}.{cell} + excluded.{cell}" for cell in kept.cells)
    return f"""
    INSERT INTO {table} ({keys}, {_said(kept.cells)})
    SELECT {keys}, {_said(kept.cells)} FROM {source} ORDER BY {keys}
    ON CONFLICT ({keys}) DO UPDATE SET {adding}
    """  # noqa: S608, of constants


def _said(names: Sequence[str]) -> str:
    return ", ".join(names)


def _sums(cells: Sequence[str]) -> str:
    return ", ".join(f"sum({cell})::integer AS {cell}" for cell in cells)


def _value(sql: str, *given: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return int(cursor.fetchone()[0])
