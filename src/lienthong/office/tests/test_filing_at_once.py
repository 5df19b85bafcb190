"""Several at once on one work file: numbers without gap or double, and nothing goes in after closing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.errors import Refusal
from lienthong.office.archive.filing import AlreadyInFile, take_out
from lienthong.office.archive.models import WorkFile, WorkFileItem
from lienthong.office.archive.moving import close_file
from lienthong.office.archive.policies import FileClosed, FileNotNow
from lienthong.office.archive.states import FileState
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.test_concurrency import at_once
from lienthong.office.tests.work_files import kept_document, put, work_file

pytestmark = pytest.mark.django_db(transaction=True)


def positions(file: WorkFile) -> list[int]:
    return list(WorkFileItem.objects.filter(file=file).values_list("position", flat=True))


def test_who_put_in_at_once_get_numbers_without_gap_or_double() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    file = work_file(clerk)
    documents = [kept_document(ours) for _ in range(12)]

    def put_three(number: int) -> Callable[[], None]:
        mine = documents[number * 3 : number * 3 + 3]
        return lambda: [put(file, document, clerk) for document in mine] and None

    at_once(*(put_three(number) for number in range(4)))
    assert positions(file) == list(range(1, 13))
    file.refresh_from_db()
    assert file.item_count == 12


def test_one_document_put_in_twice_at_once_stands_there_once() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    file, document = work_file(clerk), kept_document(ours)
    results = at_once(*(lambda: put(file, document, clerk),) * 3)
    assert [type(found) for found in results if found is not None] == [AlreadyInFile] * 2
    assert positions(file) == [1]


def test_putting_in_and_taking_out_at_once_leaves_no_gap() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    file = work_file(clerk)
    first, more = [kept_document(ours) for _ in range(4)], [kept_document(ours) for _ in range(4)]
    for document in first:
        put(file, document, clerk)
    acts: list[Callable[[], object]] = [
        *(lambda document=document: put(file, document, clerk) for document in more),  # type: ignore[misc]
        *(lambda: take_out(file_id=file.id, position=1, viewer=clerk, at=NOON) for _ in range(3)),
    ]
    assert not [found for found in at_once(*acts) if isinstance(found, Refusal)]
    assert positions(file) == [1, 2, 3, 4, 5]


def test_what_is_put_in_while_the_file_is_closed_is_in_its_table_or_refused() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    file = work_file(clerk)
    put(file, kept_document(ours), clerk)
    documents = [kept_document(ours) for _ in range(4)]
    acts: list[Callable[[], object]] = [
        *(lambda document=document: put(file, document, clerk) for document in documents),  # type: ignore[misc]
        lambda: close_file(file_id=file.id, viewer=clerk, at=NOON),
        lambda: close_file(file_id=file.id, viewer=clerk, at=NOON),
    ]
    results = at_once(*acts)
    refused = [found for found in results[:4] if isinstance(found, FileClosed)]
    assert sum(isinstance(found, FileNotNow) for found in results[4:]) == 1
    file.refresh_from_db()
    assert file.state == FileState.CLOSED
    assert file.item_count == 5 - len(refused)
    assert positions(file) == list(range(1, file.item_count + 1))


def test_files_opened_at_once_have_codes_without_gap_or_double() -> None:
    ours = agency()
    clerks = [viewer_in(ours, Role.CLERK, at=NOON) for _ in range(6)]
    at_once(*(lambda clerk=clerk: work_file(clerk) for clerk in clerks))  # type: ignore[misc]
    codes = WorkFile.objects.order_by("code").values_list("code", flat=True)
    assert list(codes) == [f"{number:02d}.{ours.short_name}" for number in range(1, 7)]
