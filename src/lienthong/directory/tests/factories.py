"""Makes agencies, posts and officials for tests, of any app above too."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count

from lienthong.directory import codes
from lienthong.directory.models import OPEN_END, Agency, Official, Post, PostHolding
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Actor

FROM = date(2024, 1, 1)
TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, 0, tzinfo=VIETNAM)
TESTER = Actor(kind="official", id="1", name="Nguyễn Thị Thử", post="Quản trị hệ thống")
_numbers = count(1)


def make_agency(
    code: str = "",
    *,
    name: str = "",
    parent: Agency | None = None,
    valid_from: date = FROM,
    valid_to: date = OPEN_END,
    kind: str = "department",
    short_name: str = "UBND",
) -> Agency:
    """An agency; without a code, one that nobody else has."""
    code = code or f"T{next(_numbers)}"
    agency = Agency.objects.create(
        code=code,
        old_code=codes.leaf_first(code),
        name=name or f"Cơ quan {code}",
        short_name=short_name,
        kind=kind,
        parent=parent,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    agency.refresh_from_db()
    return agency


def make_post(agency: Agency, title: str = "Văn thư") -> Post:
    """A post nobody holds."""
    return Post.objects.create(agency=agency, title=title)


def make_official(full_name: str = "Trần Văn Thử", **fields: str) -> Official:
    """An official without a post."""
    return Official.objects.create(full_name=full_name, **fields)


def make_holding(agency: Agency, *, title: str = "Văn thư", valid_to: date = OPEN_END) -> PostHolding:
    """An official who holds a post of the agency."""
    return PostHolding.objects.create(
        post=make_post(agency, title), official=make_official(), valid_from=FROM, valid_to=valid_to
    )
