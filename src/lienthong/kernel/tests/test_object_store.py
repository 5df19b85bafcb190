"""Every kind of object store keeps the same contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import LocalStore, MemoryStore

from lienthong.kernel.adapters.object_store import PART, Objects

LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture(params=["memory", "folder"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    if request.param == "memory":
        return Objects(MemoryStore())
    return Objects(LocalStore(tmp_path), tmp_path)


def keys(objects: Objects) -> list[str]:
    return sorted(key for found in objects.older_than(LATER) for key in found)


@pytest.mark.parametrize("size", [1, 1000, PART, 2 * PART + 7])
def test_an_object_is_read_as_it_was_written(objects: Objects, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    objects.write("ab/cd/x", [content[:size]])
    assert b"".join(objects.read("ab/cd/x")) == content[:size]


@pytest.mark.parametrize("size", [10, 2 * PART])
def test_a_broken_stream_leaves_no_object(objects: Objects, size: int) -> None:
    def chunks() -> Iterator[bytes]:
        yield bytes(size)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        objects.write("ab/x", chunks())
    assert keys(objects) == []


def test_an_object_moves_over_another(objects: Objects) -> None:
    objects.write("a", [b"new"])
    objects.write("b/c", [b"old"])
    objects.move("a", "b/c")
    assert keys(objects) == ["b/c"]
    assert b"".join(objects.read("b/c")) == b"new"


def test_what_is_not_there_is_said(objects: Objects) -> None:
    assert not objects.has("nothing")
    with pytest.raises(FileNotFoundError):
        list(objects.read("nothing"))
    objects.delete(["nothing"])


def test_young_objects_are_not_listed_as_old(objects: Objects) -> None:
    objects.write("a", [b"x"])
    assert [key for found in objects.older_than(LATER - timedelta(days=2)) for key in found] == []
    assert keys(objects) == ["a"]
