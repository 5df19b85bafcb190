"""Keyset paging."""

from contextlib import suppress
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel.clock import now
from lienthong.kernel.models import Blob
from lienthong.kernel.paging import BadCursor, decode_cursor, encode_cursor, newest_page, page_of


def make_blobs(count: int, *, label: str = "") -> list[str]:
    """Blobs of one size, by ascending hash."""
    names = sorted(sha256(f"{label}{number}".encode()).hexdigest() for number in range(count))
    Blob.objects.bulk_create(
        Blob(sha256=name, size=1, media_type="text/plain", created_at=now() - timedelta(days=1))
        for name in names
    )
    return names


def walk(key: str, *, size: int) -> list[str]:
    """Every key of every page, in the order they were shown."""
    seen, cursor = [], ""
    while True:
        page = page_of(Blob.objects.all(), key=key, cursor=cursor, size=size)
        seen += [blob.sha256 for blob in page.rows]
        if not page.next:
            return seen
        cursor = page.next


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 3, 7, 20, 21, 50])
def test_pages_show_every_row_once_in_order(size: int) -> None:
    names = make_blobs(21)
    assert walk("sha256", size=size) == names[::-1]
    assert walk("+sha256", size=size) == names


@pytest.mark.django_db
def test_a_row_that_arrives_meanwhile_shifts_nothing() -> None:
    names = make_blobs(10)
    first = page_of(Blob.objects.all(), key="sha256", size=5)
    make_blobs(5, label="later")
    rest = page_of(Blob.objects.all(), key="sha256", cursor=first.next, size=50)
    shown = {blob.sha256 for blob in first.rows} | {blob.sha256 for blob in rest.rows}
    assert set(names) <= shown
    assert not {blob.sha256 for blob in first.rows} & {blob.sha256 for blob in rest.rows}


@pytest.mark.django_db
def test_an_empty_table_is_one_page_without_a_next() -> None:
    page = page_of(Blob.objects.all(), key="sha256")
    assert (page.rows, page.next) == ([], "")


@pytest.mark.django_db
def test_a_page_costs_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    make_blobs(5)
    with django_assert_num_queries(1):
        page_of(Blob.objects.all(), key="sha256", size=2)


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=100)


@given(TEXT)
def test_a_cursor_reads_back_what_was_written(value: str) -> None:
    assert decode_cursor(encode_cursor(value)) == value


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "é",
        "bnVsbA",
        "WzFd",
        "MTI",
        "a" * 10_000,
        encode_cursor("a" * 201),
        "Ilx1ZDgwMCI",
        "Ilx1MDAwMCI",
    ],
)
def test_a_cursor_not_made_here_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(cursor)


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["yesterday", "", "7", "2026-13-40"])
def test_a_cursor_of_another_kind_of_key_is_refused(value: str) -> None:
    with pytest.raises(BadCursor):
        page_of(Blob.objects.all(), key="created_at", cursor=encode_cursor(value))


@given(st.text(max_size=50))
def test_no_text_at_all_breaks_the_reading_of_cursors(cursor: str) -> None:
    with suppress(BadCursor):
        assert isinstance(decode_cursor(cursor), str)


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 2, 5, 20, 21])
def test_rows_of_several_sources_are_shown_once_newest_first(size: int) -> None:
    names = make_blobs(20)
    for place, name in enumerate(names):  # three of each instant
        Blob.objects.filter(pk=name).update(created_at=now().replace(microsecond=0) + timedelta(place // 3))
    sources = [Blob.objects.filter(pk__in=names[:14]), Blob.objects.filter(pk__in=names[6:])]
    seen: list[str] = []
    cursor = "begin"
    while cursor:
        page = newest_page(sources, time="created_at", cursor=cursor.removeprefix("begin"), size=size)
        seen += [blob.pk for blob in page.rows]
        cursor = page.next
    assert seen == names[::-1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    ["", "x", "2026-11-25", "2026-11-25T00:00:00", "yesterday x", "2026-13-45T00:00:00+07:00 x", "\ud800"],
)
def test_a_cursor_without_an_instant_is_refused(value: str) -> None:
    with pytest.raises(BadCursor):
        newest_page([Blob.objects.all()], time="created_at", cursor=encode_cursor(value))
