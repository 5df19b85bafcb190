"""Events lie in the partition of their month."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.jobs import make_partitions
from lienthong.ledger.partitions import ensure_partitions
from lienthong.ledger.public import Actor, Subject, record, timeline

JOB = Actor("job", "ledger", "ledger")


def partition_of(paper: Subject) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM ledger_event WHERE subject_id = %s", [paper.id])
        return str(cursor.fetchone()[0])


def recorded(at: datetime) -> Subject:
    paper = Subject("ledger.test", str(uuid4()))
    record(actor=JOB, verb="test.run", subject=paper, at=at)
    return paper


@pytest.mark.django_db
def test_the_months_are_those_of_vietnam() -> None:
    assert ensure_partitions(datetime(2031, 11, 30, 18, tzinfo=VIETNAM), months_ahead=2) == [
        "ledger_event_2031_11",
        "ledger_event_2031_12",
        "ledger_event_2032_01",
    ]
    assert (
        partition_of(recorded(datetime(2031, 12, 31, 23, 59, 59, tzinfo=VIETNAM))) == "ledger_event_2031_12"
    )
    assert partition_of(recorded(datetime(2032, 1, 1, tzinfo=VIETNAM))) == "ledger_event_2032_01"


@pytest.mark.django_db
def test_a_second_run_makes_nothing() -> None:
    at = datetime(2033, 1, 1, tzinfo=VIETNAM)
    ensure_partitions(at)
    assert ensure_partitions(at) == []


@pytest.mark.django_db
def test_events_that_came_early_move_into_their_month() -> None:
    at = datetime(2034, 5, 9, tzinfo=VIETNAM)
    paper = recorded(at)
    assert partition_of(paper) == "ledger_event_default"
    ensure_partitions(at, months_ahead=0)
    assert partition_of(paper) == "ledger_event_2034_05"
    assert len(timeline(paper)) == 1


@pytest.mark.django_db
def test_the_default_partition_still_refuses_changes_after_a_move() -> None:
    ensure_partitions(datetime(2035, 5, 9, tzinfo=VIETNAM), months_ahead=0)
    recorded(datetime(1990, 1, 1, tzinfo=VIETNAM))
    for statement in ("DELETE FROM ledger_event_default", "TRUNCATE ledger_event_default"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_the_nightly_job_leaves_nothing_to_make() -> None:
    make_partitions(timestamp=0)
    assert ensure_partitions(datetime.now(VIETNAM)) == []
