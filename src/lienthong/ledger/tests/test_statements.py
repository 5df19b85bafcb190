"""Signed statements: chained per subject, batched without gaps, never changed."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.models import BatchRow, StatementRow
from lienthong.ledger.public import (
    OpenBatch,
    RecordedOutsideTransaction,
    SignedHeader,
    Statement,
    Subject,
    batches,
    close_batch,
    evidence_backlog,
    keep_token,
    last_links,
    leads_to,
    leaf_of,
    record_statements,
    statements_of,
    unstamped_batches,
)

AT = datetime(2026, 3, 5, 9, 0, tzinfo=VIETNAM)
KIND = "ledger.test"


def make(subject: Subject, *, count: int = 1, first: int = 1, part: str = "", at: datetime = AT) -> None:
    record_statements(
        [
            Statement(subject, "done", number, at, b"statement %d" % number, b"signature %d" % number, part)
            for number in range(first, first + count)
        ]
    )


def sign(batch: OpenBatch) -> SignedHeader:
    return SignedHeader(f"{batch.number} {batch.previous} {batch.root}".encode(), b"signed")


def subject() -> Subject:
    return Subject(KIND, str(uuid4()))


@pytest.mark.django_db
def test_the_last_link_of_each_chain_is_found_in_two_queries(django_assert_num_queries) -> None:
    one, other, none = subject(), subject(), subject()
    make(one, count=3)
    make(other)
    with django_assert_num_queries(2):
        links = last_links(KIND, [one.id, other.id, none.id])
    assert {key: link.sequence for key, link in links.items()} == {one.id: 3, other.id: 1}
    assert links[one.id].sha256 == hashlib.sha256(b"statement 3").hexdigest()


@pytest.mark.django_db
def test_a_number_of_a_chain_is_used_once() -> None:
    paper = subject()
    make(paper)
    with pytest.raises(IntegrityError, match="statement_chain_once"), transaction.atomic():
        make(paper)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_outside_a_transaction() -> None:
    with pytest.raises(RecordedOutsideTransaction):
        make(subject())
    with pytest.raises(RecordedOutsideTransaction):
        last_links(KIND, ["1"])
    with pytest.raises(RecordedOutsideTransaction):
        close_batch(most=5, sign=sign)


@pytest.mark.django_db
def test_parts_of_a_subject_are_read_apart() -> None:
    paper = subject()
    make(paper)
    make(paper, first=2, part="a")
    make(paper, first=3, part="b")
    assert [found.statement.sequence for found in statements_of(paper)] == [1, 2, 3]
    assert [found.statement.sequence for found in statements_of(paper, parts=["", "b"])] == [1, 3]


@pytest.mark.django_db
def test_batches_take_the_oldest_and_follow_each_other_without_gaps() -> None:
    papers = [subject() for _ in range(5)]
    for number, paper in enumerate(papers):
        make(paper, at=AT - timedelta(minutes=number))
    assert [close_batch(most=2, sign=sign) for _ in range(4)] == [2, 2, 1, 0]
    rows = list(BatchRow.objects.order_by("number"))
    assert [(row.number, row.size) for row in rows] == [(1, 2), (2, 2), (3, 1)]
    assert rows[0].first_at == AT - timedelta(minutes=4)
    assert [bytes(row.previous) for row in rows] == [
        bytes(32),
        *(hashlib.sha256(bytes(row.header)).digest() for row in rows[:2]),
    ]
    for paper in papers:
        [found] = statements_of(paper)
        assert found.proof is not None
        row = rows[found.proof.batch - 1]
        leaf = leaf_of(found.statement.statement, found.statement.signature)
        position, path = found.proof.position, found.proof.path
        assert leads_to(bytes(row.root), leaf=leaf, index=position, size=row.size, path=path)


@pytest.mark.django_db
def test_closing_takes_as_many_queries_for_many_statements(django_assert_num_queries) -> None:
    for _ in range(40):
        make(subject())
    with django_assert_num_queries(5):
        assert close_batch(most=100, sign=sign) == 40


@pytest.mark.django_db
def test_a_token_is_kept_once() -> None:
    make(subject())
    close_batch(most=5, sign=sign)
    [batch] = unstamped_batches(most=5)
    assert keep_token(batch, b"token", at=AT)
    assert not keep_token(batch, b"another", at=AT)
    assert [found.token for found in batches([batch.number])] == [b"token"]
    assert unstamped_batches(most=5) == []


@pytest.mark.django_db
def test_the_backlog_tells_of_the_oldest_without_timestamp() -> None:
    assert (evidence_backlog().unbatched, evidence_backlog().oldest_at) == (0, None)
    make(subject(), at=AT - timedelta(hours=1))
    close_batch(most=5, sign=sign)
    make(subject(), at=AT)
    backlog = evidence_backlog()
    assert (backlog.unbatched, backlog.unstamped) == (1, 1)
    assert backlog.oldest_at == AT - timedelta(hours=1)
    [batch] = unstamped_batches(most=5)
    keep_token(batch, b"token", at=AT)
    assert evidence_backlog().oldest_at == AT


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_statement SET statement = 'x'",
        "UPDATE ledger_statement SET at = now()",
        "UPDATE ledger_statement SET batch_id = NULL, position = NULL, path = NULL",
        "UPDATE ledger_statement SET position = 7",
        "DELETE FROM ledger_statement",
        "UPDATE ledger_batch SET header = 'x'",
        "UPDATE ledger_batch SET token = 'other'",
        "UPDATE ledger_batch SET token = NULL, timestamped_at = NULL",
        "DELETE FROM ledger_batch",
        "INSERT INTO ledger_batch SELECT number + 2, sha256(header), root, size, first_at, last_at, header, "
        "signature FROM ledger_batch",
        "INSERT INTO ledger_batch SELECT number + 1, root, root, size, first_at, last_at, header, signature "
        "FROM ledger_batch",
    ],
)
def test_the_database_refuses_to_rewrite(change: str) -> None:
    make(subject())
    close_batch(most=5, sign=sign)
    [batch] = unstamped_batches(most=5)
    keep_token(batch, b"token", at=AT)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_statement SET batch_id = 1, position = 7, path = '', part = 'x' WHERE sequence > 0",
        "UPDATE ledger_statement SET batch_id = 1, position = 0 WHERE batch_id IS NULL",
        "UPDATE ledger_batch SET token = 'x', timestamped_at = now(), size = 9",
        "UPDATE ledger_batch SET token = 'x'",
    ],
)
def test_nothing_rides_along_with_what_may_be_set_once(change: str) -> None:
    make(subject())
    close_batch(most=5, sign=sign)
    make(subject())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.django_db
def test_a_new_statement_cannot_claim_a_place() -> None:
    make(subject())
    close_batch(most=5, sign=sign)
    with pytest.raises(IntegrityError, match="in no batch"), transaction.atomic():
        StatementRow.objects.create(
            at=AT, subject_kind=KIND, subject_id="1", sequence=1, stage="done", part="",
            statement=b"x", signature=b"y", batch_id=1, position=5, path=b"",
        )  # fmt: skip
