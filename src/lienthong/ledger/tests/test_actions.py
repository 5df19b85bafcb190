"""The ledger takes what is written and lets nobody change it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import BadCursor
from lienthong.ledger.public import (
    Actor,
    Entry,
    RecordedOutsideTransaction,
    Subject,
    record,
    record_many,
    search_events,
    timeline,
)

AT = datetime(2026, 3, 5, 9, 0, tzinfo=VIETNAM)
CLERK = Actor("official", "7", "Nguyễn Thị Hoa", "Văn thư", 41, "H55.01", "10.0.0.1")


def subject() -> Subject:
    return Subject("ledger.test", str(uuid4()))


@pytest.mark.django_db
def test_an_event_is_read_back_as_it_was_written() -> None:
    paper = subject()
    record(
        actor=CLERK, verb="document.issue", subject=paper, at=AT, data={"số": "01/QĐ-UBND", "n": [1, None]}
    )
    (event,) = timeline(paper)
    assert (event.actor, event.verb, event.subject, event.at) == (CLERK, "document.issue", paper, AT)
    assert event.data == {"số": "01/QĐ-UBND", "n": [1, None]}


@pytest.mark.django_db
def test_many_events_take_one_statement(django_assert_num_queries) -> None:
    paper = subject()
    entries = [Entry(CLERK, "packet.send", paper, AT + timedelta(seconds=n), {"n": n}) for n in range(500)]
    with django_assert_num_queries(1):
        record_many(entries)
    assert [event.data["n"] for event in timeline(paper, limit=1000)] == list(range(500))
    assert [event.data["n"] for event in timeline(paper, limit=2)] == [498, 499]


@pytest.mark.django_db
def test_no_events_take_no_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        record_many([])


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RecordedOutsideTransaction):
        record(actor=CLERK, verb="document.issue", subject=subject(), at=AT)


@pytest.mark.django_db(transaction=True)
def test_an_undone_act_leaves_no_event() -> None:
    paper = subject()
    with transaction.atomic():
        record(actor=CLERK, verb="document.issue", subject=paper, at=AT)
        transaction.set_rollback(True)
    assert timeline(paper) == []


@pytest.mark.django_db
@pytest.mark.parametrize("at", [AT, datetime(1999, 1, 1, tzinfo=VIETNAM), datetime.now(VIETNAM)])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_event SET actor_name = 'x'",
        "DELETE FROM ledger_event",
        "UPDATE {partition} SET actor_name = 'x'",
        "DELETE FROM {partition}",
        "TRUNCATE ledger_event",
        "TRUNCATE {partition}",
    ],
)
def test_the_database_refuses(statement: str, at: datetime) -> None:
    paper = subject()
    record(actor=CLERK, verb="document.issue", subject=paper, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM ledger_event WHERE subject_id = %s", [paper.id])
        partition = cursor.fetchone()[0]
        with pytest.raises(IntegrityError, match="never changed or removed"), transaction.atomic():
            cursor.execute(statement.format(partition=partition))
    assert len(timeline(paper)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fault", [{"verb": ""}, {"subject": Subject("", "1")}, {"actor": Actor("ghost", "1", "x")}]
)
def test_an_incomplete_event_is_refused(fault: dict) -> None:
    with pytest.raises(IntegrityError):
        record(**{"actor": CLERK, "verb": "a.b", "subject": subject(), "at": AT} | fault)


@pytest.mark.django_db
def test_pages_show_every_event_of_the_agency_once() -> None:
    actor = Actor("official", "7", "Hoa", agency_id=990_001)
    same_time = [Entry(actor, "packet.send", subject(), AT) for _ in range(7)]
    record_many([*same_time, Entry(CLERK, "packet.send", subject(), AT)])
    seen, cursor = [], ""
    while True:
        page = search_events(agency_id=990_001, cursor=cursor, size=3)
        seen += [event.subject for event in page.rows]
        if not (cursor := page.next):
            break
    assert len(seen) == 7
    assert set(seen) == {entry.subject for entry in same_time}


@pytest.mark.django_db
def test_events_are_found_by_verb_actor_kind_and_time() -> None:
    actor = Actor("official", "77", "Hoa", agency_id=990_002)
    record_many(
        [
            Entry(actor, "packet.send", Subject("axis.packet", "1"), AT),
            Entry(
                actor, "document.issue", Subject("documents.officialdocument", "2"), AT + timedelta(days=1)
            ),
        ]
    )

    def found(**criteria: object) -> list[str]:
        return [event.subject.id for event in search_events(agency_id=990_002, **criteria).rows]  # type: ignore[arg-type]

    assert found() == ["2", "1"]
    assert found(verb="packet") == ["1"]
    assert found(verb="document.issue") == ["2"]
    assert found(subject_kind="axis.packet") == ["1"]
    assert found(actor_id="78") == []
    assert found(since=AT + timedelta(days=1)) == ["2"]
    assert found(until=AT + timedelta(days=1)) == ["1"]


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["%%%", "bm90LWpzb24", "IjIwMjYi"])
def test_a_damaged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        search_events(agency_id=None, cursor=cursor)
