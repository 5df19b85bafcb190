"""An agency and all below it: as a stretch of the index of paths, and what they offer.

A pattern for LIKE that is a parameter of a prepared statement uses no index, since its beginning is not known
when the plan is made.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from lienthong.directory.public import Agency
from lienthong.kernel.statements import fetch
from lienthong.procedures.public import ServiceOffer

UNDER = "{path} ~>=~ %s AND {path} ~<~ %s"
MINUTE, MOST_KEPT = 60, 200
_OFFERED = f"""
    SELECT DISTINCT offer.version_id FROM {Agency._meta.db_table} agency
    JOIN {ServiceOffer._meta.db_table} offer ON offer.agency_id = agency.id AND offer.ended_at IS NULL
    WHERE {UNDER.format(path="agency.path")}
"""  # noqa: S608, of constants


def under(path: str) -> list[str]:
    """The bounds of the paths that begin with this one; of an empty one, of all."""
    begin = path or "/"
    return [begin, f"{begin[:-1]}{chr(ord('/') + 1)}"]


def offered_within(path: str, *, at: datetime) -> frozenset[UUID] | None:
    """The versions that the agency of the path or a body below it offers; of an empty path None, for all.

    Known for a minute: a province has thousands of offers, and every list of its portal asks. What a body
    really offers is asked anew wherever it is shown.
    """
    return _offered(path, int(at.timestamp() // MINUTE)) if path else None


@lru_cache(maxsize=MOST_KEPT)
def _offered(path: str, _minute: int) -> frozenset[UUID]:
    return frozenset(key for (key,) in fetch(_OFFERED, *under(path)))
