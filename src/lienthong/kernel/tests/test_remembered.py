"""Remembered queries: the rows the ORM would give, whatever the values, and nothing where a value is bent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from lienthong.kernel.models import Blob, BlobPart
from lienthong.kernel.remembered import NotAsGiven, Remembered

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 5, tzinfo=UTC)


class Way(StrEnum):
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Asker:
    number: int
    name: str = ""
    flags: frozenset[str] = field(default_factory=frozenset)


def _blob(letter: str, size: int = 1, **fields: Any) -> Blob:
    return Blob.objects.create(
        sha256=letter * 64, size=size, **{"media_type": "x", "created_at": AT} | fields
    )


class Built:
    """Counts how often the query is written."""

    def __init__(self) -> None:
        self.times = 0

    def query(self, asker: Asker, way: Way, after: datetime | None) -> QuerySet[Blob]:
        self.times += 1
        rows = Blob.objects.filter(size__gte=asker.number)
        if asker.name:
            rows = rows.filter(sha256=asker.name)
        if "small" in asker.flags:
            rows = rows.filter(size__lt=10)
        if after is not None:
            rows = rows.filter(created_at__gt=after)
        return rows.annotate(twice=F("size") * 2).order_by("size" if way is Way.UP else "-size")


def test_it_gives_what_the_orm_gives_and_is_written_once_for_each_form() -> None:
    for letter, size in (("a", 1), ("b", 5), ("c", 50)):
        _blob(letter, size, created_at=AT + timedelta(minutes=size))
    built = Built()
    ask = Remembered(built.query)
    askers = [Asker(0), Asker(5), Asker(2**40), Asker(1, flags=frozenset({"small"})), Asker(1, name="b" * 64)]
    for _round in range(2):
        for asker in askers:
            for way in Way:
                for after in (None, AT, AT + timedelta(minutes=5)):
                    expected = list(Built().query(asker, way, after))
                    with CaptureQueriesContext(connection) as found:
                        rows = ask(asker=asker, way=way, after=after)
                    assert len(found) == 1
                    assert rows == expected
                    assert [row.__dict__.keys() for row in rows] == [row.__dict__.keys() for row in expected]
                    assert [(row.size, row.twice, row.created_at) for row in rows] == [  # type: ignore[attr-defined]
                        (row.size, row.twice, row.created_at)
                        for row in expected  # type: ignore[attr-defined]
                    ]
    assert built.times == 3 * 2 * 2  # no name nor flag, a flag, a name; up and down; with and without a time


def test_joined_rows_and_columns_left_out_are_as_the_orm_has_them() -> None:
    whole, part = _blob("a"), _blob("b", 2)
    BlobPart.objects.create(whole=whole, position=0, literal=b"x", part=part, line_width=0)
    BlobPart.objects.create(whole=whole, position=1, literal=b"y", part=None, line_width=0)
    ask = Remembered(
        lambda key: (
            BlobPart.objects.filter(whole_id=key)
            .select_related("part")
            .only("position", "part__size")
            .order_by("position")
        )
    )
    with CaptureQueriesContext(connection) as found:
        first, second = ask(key="a" * 64)
        assert (first.part and first.part.size, second.part) == (2, None)
    assert len(found) == 1
    assert bytes(second.literal) == b"y"  # read when it is asked for
    assert ask(key="b" * 64) == []


def test_tuples_single_values_and_related_rows_read_apart() -> None:
    whole = _blob("a", 3)
    _blob("b", 3)
    BlobPart.objects.create(whole=whole, position=0, literal=b"x", part=None, line_width=0)
    counted = Remembered(
        lambda least: Blob.objects.filter(size__gte=least).values_list("size").annotate(Count("pk"))
    )
    assert counted(least=1) == [(3, 2)]
    keys = Remembered(
        lambda size: Blob.objects.filter(size=size).order_by("pk").values_list("pk", flat=True)[:1]
    )
    assert keys(size=3) == ["a" * 64]
    both = Remembered(
        lambda one, two: (
            Blob.objects.filter(pk=one)
            .values_list("pk", flat=True)
            .union(Blob.objects.filter(pk=two).values_list("pk", flat=True))
        )
    )
    assert sorted(both(one="a" * 64, two="b" * 64)) == ["a" * 64, "b" * 64]
    assert both(one="a" * 64, two="a" * 64) == ["a" * 64]
    empty = Remembered(lambda size: Blob.objects.filter(Q(size=size), pk__in=[]))
    assert empty(size=3) == []


def test_a_value_that_the_query_bends_finds_nothing_rather_than_somebody_elses() -> None:
    _blob("a", 3)
    bent = Remembered(lambda size: Blob.objects.filter(size=size + 0.5 - 0.5 + 1))
    assert bent(size=2) == []
    with pytest.raises(NotAsGiven):
        Remembered(lambda size: Blob.objects.filter(size=size).values("size"))(size=1)
