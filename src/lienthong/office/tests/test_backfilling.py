"""Reading what was here before the text search: in steps, politely, resumed, without doubling."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from lienthong.identity.tests.factories import agency
from lienthong.office.actions.backfilling import LOOKED_AT, order_older
from lienthong.office.actions.reading import order_reading, read_texts
from lienthong.office.adapters.ocr import FakeOcr
from lienthong.office.health import check_backfill
from lienthong.office.models import IncomingDocument
from lienthong.office.states import Reading, State
from lienthong.office.tests.factories import NOON, incoming_document
from lienthong.office.tests.test_concurrency import at_once
from lienthong.office.text_models import ReadingBackfill, ReadText

pytestmark = pytest.mark.django_db
ABSENT = FakeOcr(absent=True)


@pytest.fixture(autouse=True)
def three_a_minute(settings: Any) -> None:
    _at_most(settings, 3)


def _at_most(settings: Any, number: int) -> None:
    settings.ENV = settings.ENV.model_copy(update={"backfill_per_minute": number})


def _older(number: int) -> list[IncomingDocument]:
    ours, theirs = agency(), agency()
    return [incoming_document(ours if n % 2 else theirs) for n in range(number)]


def _read() -> None:
    read_texts(at=NOON + timedelta(minutes=5), port=ABSENT)


KILL = """
CREATE FUNCTION kill_the_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_terminate_backend(pg_backend_pid());
    RETURN NEW;
END $$;
CREATE TRIGGER kill_the_step BEFORE UPDATE ON office_readingbackfill
    FOR EACH ROW EXECUTE FUNCTION kill_the_step();
"""


def _killed_step() -> None:
    """A step whose connection is ended after it wrote the rows, when it moves the cursor."""
    try:
        order_older(at=NOON + timedelta(minutes=1))
    finally:
        connection.close()


def test_older_documents_of_all_agencies_are_ordered_in_steps_to_the_end() -> None:
    documents = _older(7)
    withdrawn = documents[2]
    IncomingDocument.objects.filter(pk=withdrawn.pk).update(state=State.WITHDRAWN, withdrawn_at=NOON)
    order_reading(documents[:1], at=NOON)
    _read()
    steps = []
    for _step in range(5):
        steps.append(order_older(at=NOON))
        _read()
    assert steps == [3, 2, 0, 0, 0]
    rows = ReadText.objects.all()
    assert set(rows.values_list("pk", flat=True)) == {row.pk for row in documents} - {withdrawn.pk}
    assert all(row.agency_id == row.document.agency_id for row in rows)
    assert ProcrastinateJob.objects.filter(task_name="office.read_texts").count() == 1 + 2
    walk = ReadingBackfill.objects.get()
    assert (walk.looked_at, walk.total, walk.ordered, walk.finished_at) == (7, 7, 5, NOON)
    assert "finished on 2026-03-02" in check_backfill().sentence


def test_while_anything_newer_waits_and_when_it_is_stopped_nothing_is_ordered(settings: Any) -> None:
    documents = _older(5)
    fresh = incoming_document(documents[0].agency)
    order_reading([fresh], at=NOON)
    assert order_older(at=NOON) == 0
    _read()
    _at_most(settings, 0)
    assert order_older(at=NOON) == 0
    _at_most(settings, 3)
    assert order_older(at=NOON) == 3
    assert order_older(at=NOON) == 0  # these wait themselves
    assert "5 looked at" not in check_backfill().sentence
    _at_most(settings, 0)
    assert "stopped" in check_backfill().sentence
    assert "3 of 6 looked at" in check_backfill().sentence


@pytest.mark.django_db(transaction=True)
def test_a_step_that_is_cut_off_never_was_and_the_next_goes_on_without_doubling() -> None:
    _older(7)
    assert order_older(at=NOON) == 3
    _read()
    before = ReadingBackfill.objects.values().get()
    with connection.cursor() as cursor:
        cursor.execute(KILL)
    try:
        with ThreadPoolExecutor(1) as pool, pytest.raises(OperationalError):
            pool.submit(_killed_step).result()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION kill_the_step() CASCADE")
    assert ReadingBackfill.objects.values().get() == before
    assert ReadText.objects.count() == 3
    for _step in range(2):
        order_older(at=NOON + timedelta(minutes=2))
        _read()
    assert ReadText.objects.count() == 7
    assert set(ReadText.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_order_nothing_twice() -> None:
    _older(5)
    answers = at_once(*[lambda: order_older(at=NOON, port=ABSENT)] * 2)
    assert sum(answer for answer in answers if isinstance(answer, int)) == ReadText.objects.count() >= 3
    assert ReadingBackfill.objects.get().ordered == ReadText.objects.count()


def test_what_came_after_it_began_is_not_walked() -> None:
    _older(2)
    assert order_older(at=NOON) == 2
    _read()
    _older(1)
    assert order_older(at=NOON) == 0
    assert ReadText.objects.count() == 2


def test_what_was_left_for_want_of_ocr_comes_first_once_it_is_there() -> None:
    _older(4)
    rows = ReadText.objects.all()
    for _step in range(2):
        order_older(at=NOON)
        _read()
    rows.update(state=Reading.ABSENT)
    assert "scans wait for OCR" in check_backfill().sentence
    assert order_older(at=NOON, port=ABSENT) == 0
    assert [order_older(at=NOON, port=FakeOcr()), rows.filter(state=Reading.WAITING).count()] == [3, 3]


def test_a_step_takes_as_many_queries_for_many_documents_as_for_few(settings: Any) -> None:
    seen = []
    for number in (2, 40):
        ReadText.objects.all().delete()
        ReadingBackfill.objects.all().delete()
        _older(number)
        _at_most(settings, number)
        with CaptureQueriesContext(connection) as queries:
            assert order_older(at=NOON, port=ABSENT) >= number
        seen.append(len(queries))
        (walk,) = [query["sql"] for query in queries if "LIMIT 500" in query["sql"]]
        assert "NOT EXISTS" not in walk
        assert "LEFT" not in walk
    assert seen[0] == seen[1] <= 14
    assert LOOKED_AT == 500


def test_nothing_is_begun_where_no_document_is() -> None:
    assert order_older(at=NOON) == 0
    assert not ReadingBackfill.objects.exists()
    assert "not begun" in check_backfill().sentence
