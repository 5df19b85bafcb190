"""All cases, in the order in which they run."""

from __future__ import annotations

from lienthong.axis.conformance.access import ACCESS
from lienthong.axis.conformance.bad_packets import BAD_PACKETS, NOTHING_KEPT
from lienthong.axis.conformance.bad_statuses import BAD_STATUSES
from lienthong.axis.conformance.contracts import Case
from lienthong.axis.conformance.good_path import GOOD_PATH
from lienthong.axis.conformance.uploads import UPLOADS
from lienthong.axis.conformance.wire import WIRE

CASES: tuple[Case, ...] = (*ACCESS, *GOOD_PATH, *BAD_PACKETS, *BAD_STATUSES, *WIRE, *UPLOADS, NOTHING_KEPT)


def case_of(case_id: str) -> Case | None:
    """The case with this id."""
    return next((case for case in CASES if case.id == case_id), None)
