"""Several at once on one list of files: places without gap, one file a row, nothing changed once approved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.office.archive.filing import OpenedAlready
from lienthong.office.archive.list_models import FileList
from lienthong.office.archive.models import WorkFile
from lienthong.office.archive.planning import (
    Entry,
    ListFrozen,
    WhyAdded,
    add_entry,
    approve_list,
    draft_list,
    remove_entry,
)
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.test_concurrency import at_once
from lienthong.office.tests.work_files import work_file

pytestmark = pytest.mark.django_db(transaction=True)
YEAR = NOON.year


def row(code: str) -> Entry:
    return Entry(code=code, title=f"Hồ sơ {code}", retention="10", heading=f"Mục {len(code)}")


def test_rows_added_at_once_get_places_without_gap_and_a_row_is_opened_once() -> None:
    ours = agency()
    clerk, head = viewer_in(ours, Role.CLERK, at=NOON), viewer_in(ours, Role.LEADER, at=NOON)
    found = draft_list(year=YEAR, copied=False, viewer=clerk, at=NOON)

    def adding(code: str) -> Callable[[], object]:
        return lambda: add_entry(year=YEAR, entry=row(code), viewer=clerk, at=NOON)

    assert at_once(*(adding("x" * number) for number in (1, 2, 1, 3))) is not None
    places = list(found.entries.order_by("position").values_list("position", flat=True))
    assert places == [1, 2, 3]
    approve_list(year=YEAR, viewer=head, at=NOON)
    planned = found.entries.get(code="xx")
    results = at_once(*(lambda: work_file(clerk, planned_id=planned.pk),) * 3)
    assert sorted(type(result).__name__ for result in results if isinstance(result, Exception)) == [
        "OpenedAlready",
        "OpenedAlready",
    ]
    assert OpenedAlready.status == 409
    assert WorkFile.objects.filter(planned=planned).count() == 1


def test_what_meets_the_approval_is_either_before_it_or_refused() -> None:
    ours = agency()
    clerk, head = viewer_in(ours, Role.CLERK, at=NOON), viewer_in(ours, Role.LEADER, at=NOON)
    draft_list(year=YEAR, copied=False, viewer=clerk, at=NOON)
    first = add_entry(year=YEAR, entry=row("a"), viewer=clerk, at=NOON)
    add_entry(year=YEAR, entry=row("b"), viewer=clerk, at=NOON)
    results = at_once(
        lambda: approve_list(year=YEAR, viewer=head, at=NOON),
        lambda: remove_entry(entry_id=first.pk, viewer=clerk, at=NOON),
        lambda: add_entry(year=YEAR, entry=row("c"), viewer=clerk, at=NOON),
    )
    refused = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(result, ListFrozen | WhyAdded) for result in refused)
    found = FileList.objects.get(agency=ours, year=YEAR)
    assert not found.is_draft
    assert found.entries.count() == 2 + (not any(isinstance(one, WhyAdded) for one in refused)) - (
        not any(isinstance(one, ListFrozen) for one in refused)
    )
