"""Statements of the hot paths: prepared once, whatever the number of rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from lienthong.kernel.models import Blob, BlobPart
from lienthong.kernel.statements import Columns, execute, fetch, insert_rows, new_row, update_rows

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, tzinfo=UTC)


def blobs(*sha256s: str) -> list[Blob]:
    return [Blob(sha256=sha256, size=7, media_type='quote "\\\\ " %s', created_at=AT) for sha256 in sha256s]


def test_rows_are_written_as_they_are_whatever_their_number() -> None:
    for rows in ([], blobs("a" * 64), blobs("b" * 64, "c" * 64)):
        insert_rows(rows)
    found = Blob.objects.order_by("sha256")
    assert [(row.sha256[0], row.size, row.media_type, row.created_at) for row in found] == [
        (letter, 7, blobs("x")[0].media_type, AT) for letter in "abc"
    ]


@pytest.mark.django_db(transaction=True)
def test_one_statement_serves_any_number_of_rows() -> None:
    connection.close()
    insert_rows(blobs("a" * 64))
    insert_rows(blobs("b" * 64, "c" * 64))
    prepared = fetch("SELECT statement FROM pg_prepared_statements")
    # A pooled connection may hold what others prepared, so only the insert is counted.
    assert len([row for row in prepared if row[0].startswith('INSERT INTO "kernel_blob" ')]) == 1


def test_a_new_row_is_as_the_constructor_makes_it() -> None:
    whole = blobs("a" * 64)[0]
    made, plain = (
        make(BlobPart, whole=whole, position=3, literal=b"%")
        for make in (new_row, lambda model, **values: model(**values))
    )
    facts = [
        {field.attname: getattr(row, field.attname) for field in BlobPart._meta.concrete_fields}
        for row in (made, plain)
    ]
    assert facts[0] == facts[1]
    assert (made.whole, made._state.adding, made._state.db) == (whole, True, None)
    with pytest.raises(LookupError, match="wide"):
        new_row(BlobPart, wide=1)


def test_rows_of_several_models_that_name_each_other_are_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    wholes = blobs("a" * 64, "b" * 64)
    parts = [BlobPart(whole=whole, position=0, literal=b"\x00%", line_width=0) for whole in wholes]
    with django_assert_num_queries(1):
        insert_rows([parts[0], *wholes, parts[1]])
    assert [(part.whole_id[0], bytes(part.literal)) for part in BlobPart.objects.order_by("whole_id")] == [
        ("a", b"\x00%"),
        ("b", b"\x00%"),
    ]


def test_named_attributes_of_many_rows_are_written_with_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    rows = blobs("a" * 64, "b" * 64, "c" * 64)
    insert_rows(rows)
    for number, row in enumerate(rows):
        row.size, row.media_type = 1 + number, "not named, so not written"
    with django_assert_num_queries(1):
        update_rows(rows[:2], "size")
    update_rows([], "size")
    assert list(Blob.objects.order_by("sha256").values_list("size", flat=True)) == [1, 2, 7]
    assert not Blob.objects.filter(media_type=rows[0].media_type).exists()
    with pytest.raises(LookupError, match="sizes"):
        update_rows(rows, "sizes")


def test_of_several_models_all_are_written_or_none() -> None:
    [whole] = blobs("a" * 64)
    part = BlobPart(whole=whole, position=0, literal=b"a", line_width=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows([whole, part, part])
    assert not Blob.objects.exists()


def test_what_is_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(DataError), transaction.atomic():
        insert_rows(blobs("a" * 65))
    assert not Blob.objects.exists()


def test_errors_are_those_of_django() -> None:
    insert_rows(blobs("a" * 64))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(blobs("a" * 64))


def test_columns_are_read_in_the_model_s_order_and_the_rest_is_loaded_when_asked_for() -> None:
    insert_rows(blobs("a" * 64))
    some = Columns(Blob, "media_type", "sha256")
    [row] = fetch(f"SELECT {some.of('blob')} FROM kernel_blob blob WHERE size = %s", 7)
    values = iter([*row, "what follows"])
    found = some.read(values)
    assert (found.sha256, found.get_deferred_fields()) == ("a" * 64, {"size", "composed", "created_at"})
    assert found.size == 7
    assert next(values) == "what follows"
    values = iter([*row, "what follows"])
    some.skip(values)
    assert next(values) == "what follows"


def test_what_is_read_is_what_the_orm_reads_and_is_changed_as_it() -> None:
    insert_rows(blobs("a" * 64))
    [read], orm = Columns(Blob).where(sha256="a" * 64), Blob.objects.get()
    mine, theirs = dict(vars(read)), dict(vars(orm))
    assert vars(mine.pop("_state")) == vars(theirs.pop("_state"))
    assert mine == theirs
    read.media_type = "text/plain"
    read.save()
    assert Blob.objects.get().media_type == "text/plain"


def test_a_statement_without_rows_is_executed() -> None:
    insert_rows(blobs("a" * 64))
    execute("UPDATE kernel_blob SET size = %s WHERE sha256 = ANY(%s)", 9, ["a" * 64])
    assert Blob.objects.get().size == 9
