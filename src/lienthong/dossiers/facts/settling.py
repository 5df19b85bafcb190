"""How long a service really took, and how often it is asked for: what anyone may know of it.

Nothing here names a dossier, and the tables hold no figure of fewer than five (`models/settling.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from lienthong.dossiers.models import ServiceDemand, SettlingTime
from lienthong.kernel.statements import fetch

TIME = f"""
    SELECT agency_id, cases, median, ninth FROM {SettlingTime._meta.db_table}
    WHERE procedure_id = %s AND (agency_id = %s OR agency_id IS NULL) ORDER BY agency_id NULLS LAST LIMIT 1
"""  # noqa: S608, of constants
DEMAND = f"""
    SELECT procedure_id, received FROM {ServiceDemand._meta.db_table}
    WHERE agency_id IS NOT DISTINCT FROM %s ORDER BY received DESC, procedure_id LIMIT %s
"""  # noqa: S608, of constants


@dataclass(frozen=True)
class RealTime:
    """In working days: half of the last `cases` took at most `median`, nine of ten at most `ninth`.

    `of_body`: these are of the body itself; else of all bodies, because the body has too few.
    """

    cases: int
    median: int
    ninth: int
    of_body: bool


@dataclass(frozen=True)
class Demand:
    """How many dossiers of a procedure came in within twelve months."""

    procedure_id: UUID
    received: int


def real_time(*, procedure_id: UUID, agency_id: int | None) -> RealTime | None:
    """How long the procedure took at the body, or where it has too few cases at all; None: nobody knows.

    One query.
    """
    found = fetch(TIME, procedure_id, agency_id)
    if not found:
        return None
    of, cases, median, ninth = found[0]
    return RealTime(cases, median, ninth, of_body=of is not None)


def most_asked(*, agency_id: int | None, most: int) -> list[Demand]:
    """The procedures most asked for, at bodies of an agency of the first level or at all. One query."""
    return [Demand(*row) for row in fetch(DEMAND, agency_id, most)]
