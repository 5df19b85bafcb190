"""Codes for new dossiers, from the series of their agency and day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from django.db import connection

from lienthong.dossiers.codes import DossierCode

TAKE = """
INSERT INTO dossiers_daysequence AS series (agency_id, day, last) VALUES (%s, %s, %s)
ON CONFLICT (agency_id, day) DO UPDATE SET last = series.last + excluded.last
RETURNING last
"""


def take_codes(agency_ids: Sequence[int], agency_code: str, day: date) -> list[str]:
    """A code for each, from the series of its agency and day, without a gap."""
    wanted: Mapping[int, int] = defaultdict(int)
    for one in agency_ids:
        wanted[one] += 1  # type: ignore[index]
    last = {}
    with connection.cursor() as cursor:
        for agency_id, count in sorted(wanted.items()):
            cursor.execute(TAKE, [agency_id, day, count])
            last[agency_id] = int(cursor.fetchone()[0]) - count
    codes = []
    for one in agency_ids:
        last[one] += 1
        codes.append(str(DossierCode(agency_code, day, last[one])))
    return codes
