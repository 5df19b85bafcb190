"""A content with much base64 in it is stored as the files in it, each once, and comes out as it went in."""

from __future__ import annotations

import base64
import os
import random
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lienthong.kernel.blobs import (
    BlobMissing,
    FileTooLarge,
    WrongFileType,
    collect_garbage,
    key_of,
    open_blob,
    read_blob,
    remove_unnamed,
    stage_blobs,
    store_blob,
    store_blobs,
)
from lienthong.kernel.clock import now
from lienthong.kernel.lifting import lift
from lienthong.kernel.models import Blob, BlobPart

pytestmark = pytest.mark.django_db
MB = 1024 * 1024
MOST = 100 * MB


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.ENV = settings.ENV.model_copy(update={"var": tmp_path, "blobs_url": "", "blob_grace_hours": 24})
    return tmp_path / "blobs"


def files(store: Path) -> set[str]:
    return {path.relative_to(store).as_posix() for path in store.rglob("*") if path.is_file()}


def content(seed: int, size: int = 50_000) -> bytes:
    return random.Random(seed).randbytes(size)


def text(*contents: bytes, name: str = "x") -> bytes:
    runs = [
        base64.encodebytes(one) if place % 2 else base64.b64encode(one) for place, one in enumerate(contents)
    ]
    return b"<a n='%s'>" % name.encode() + b"".join(b"<b>" + run + b"</b>" for run in runs) + b"</a>"


def keep(*texts: bytes) -> list[Blob]:
    return store_blobs([lift([one]) for one in texts], at=now(), max_bytes=MOST)


def sha256s(*contents: bytes) -> set[str]:
    return {lift([one]).sha256 for one in contents}


def age() -> None:
    Blob.objects.update(created_at=now() - timedelta(hours=25))


def test_it_comes_out_as_it_went_in(store: Path) -> None:
    one = text(content(1), content(2))
    [blob] = keep(one)
    assert (blob.sha256, blob.size, blob.media_type) == (lift([one]).sha256, len(one), "application/xml")
    assert read_blob(Blob.objects.get(pk=blob.pk)) == one
    assert files(store) == {key_of(sha256) for sha256 in sha256s(content(1), content(2))}


def test_what_several_enclose_is_stored_once(store: Path) -> None:
    one, other = text(content(1), content(1)), text(content(2), content(1), name="y")
    assert [read_blob(blob) for blob in keep(one, other)] == [one, other]
    assert len(files(store)) == 2


def test_little_base64_is_left_where_it_is(store: Path) -> None:
    one = text(content(1, 15_000))
    [blob] = keep(one)
    assert (blob.composed, read_blob(blob)) == (False, one)
    assert files(store) == {key_of(blob.sha256)}


def test_much_text_is_not_put_into_the_database(store: Path) -> None:
    one = text(content(1)) + b"<!--" + b" " * MB + b"-->"
    [blob] = keep(one)
    assert (blob.composed, read_blob(blob)) == (False, one)
    assert not BlobPart.objects.exists()


def test_storing_it_again_changes_nothing(store: Path) -> None:
    one = text(content(1), content(2))
    [first], before = keep(one), list(BlobPart.objects.values_list("pk", flat=True))
    [second] = keep(one)
    assert first == second
    assert list(BlobPart.objects.values_list("pk", flat=True)) == before


def test_what_was_stored_whole_before_stays_whole(store: Path) -> None:
    one = text(content(1))
    store_blob([one], at=now(), max_bytes=MOST)
    [blob] = keep(one)
    assert (blob.composed, read_blob(blob), BlobPart.objects.count()) == (False, one, 0)


def test_what_is_composed_is_not_stored_whole_as_well(store: Path) -> None:
    one = text(content(1))
    keep(one)
    blob = store_blob([one], at=now(), max_bytes=MOST)
    assert (blob.composed, read_blob(blob)) == (True, one)
    assert key_of(blob.sha256) not in files(store)


def test_a_composed_one_can_be_a_part_of_another() -> None:
    inner = text(content(1))
    outer = text(inner, content(2))
    keep(inner)
    [blob] = keep(outer)
    assert read_blob(blob) == outer
    assert read_blob(Blob.objects.get(pk=lift([inner]).sha256)) == inner


def test_what_is_removed_at_once_takes_its_pieces_along_but_not_those_of_others(store: Path) -> None:
    inner = text(content(1))
    keep(inner)
    [gone, stays] = keep(text(inner, content(2)), text(content(3), content(4), content(2)))
    assert remove_unnamed([gone.sha256], at=now()) == 3  # the whole, the inner one and its piece
    assert set(Blob.objects.values_list("pk", flat=True)) == {stays.pk} | {
        lift([content(seed)]).sha256 for seed in (2, 3, 4)
    }
    assert len(files(store)) == 3
    assert remove_unnamed([lift([content(2)]).sha256], at=now()) == 0  # a whole names it


def test_a_program_inside_is_somebody_elses_matter_but_the_whole_is_not(store: Path) -> None:
    one = text(b"\x7fELF" + content(1))
    [blob] = keep(one)
    assert read_blob(blob) == one
    with pytest.raises(WrongFileType):
        store_blob(lift([one]), at=now(), max_bytes=MOST, allow=frozenset({"application/pdf"}))
    with pytest.raises(FileTooLarge):
        store_blob(lift([text(content(3))]), at=now(), max_bytes=10_000)
    assert len(files(store)) == 1


def test_the_number_of_queries_depends_on_neither_wholes_nor_parts() -> None:
    counts = []
    for number in (1, 12):
        texts = [
            text(*(content(100 * number + 10 * one + part) for part in range(number)), name=f"{number}.{one}")
            for one in range(number)
        ]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            keep(*texts)
        counts.append(len([query for query in queries if "SAVEPOINT" not in query["sql"]]))
    assert counts == [2, 2]


def test_parts_live_as_long_as_a_whole_that_names_them(store: Path) -> None:
    """Nothing names the wholes here, so both go; the parts, which they named, go the next time."""
    keep(text(content(1), content(2)), text(content(1), name="y"))
    young = text(content(2), name="z")
    age()
    [blob] = keep(young)
    assert collect_garbage(at=now()) == 2
    assert list(BlobPart.objects.values_list("whole_id", flat=True).distinct()) == [blob.pk]
    assert collect_garbage(at=now()) == 1
    assert files(store) == {key_of(sha256) for sha256 in sha256s(content(2))}
    assert read_blob(blob) == young
    age()
    assert (collect_garbage(at=now()), collect_garbage(at=now())) == (1, 1)
    assert (files(store), Blob.objects.count(), BlobPart.objects.count()) == (set(), 0, 0)


@pytest.mark.django_db(transaction=True)
def test_the_same_stored_by_several_at_once_has_its_parts_once(store: Path) -> None:
    one, barrier, faults = text(content(1), content(2)), threading.Barrier(5), list[Exception]()

    def run() -> None:
        barrier.wait()
        try:
            keep(one)
        except Exception as error:
            faults.append(error)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert read_blob(Blob.objects.get(composed=True)) == one
    assert len(files(store)) == 2


def test_a_lost_part_is_said(store: Path) -> None:
    [blob] = keep(text(content(1)))
    for name in files(store):
        (store / name).unlink()
    with pytest.raises(BlobMissing):
        read_blob(blob)


def test_large_contents_lie_in_the_store_before_anything_names_them(store: Path) -> None:
    one, small = text(os.urandom(5 * MB)), text(content(1))
    with stage_blobs([lift([one]), lift([small])], max_bytes=MOST) as staged:
        [incoming] = files(store)
        assert incoming.startswith("incoming/")
        blobs = store_blobs(staged, at=now(), max_bytes=MOST)
    assert [b"".join(open_blob(blob)) for blob in blobs] == [one, small]
    assert not any(name.startswith("incoming/") for name in files(store))


def test_what_was_staged_and_not_named_is_removed(store: Path) -> None:
    with stage_blobs([lift([text(os.urandom(5 * MB))])], max_bytes=MOST):
        assert files(store)
    assert files(store) == set()


def test_what_was_staged_can_be_stored_in_a_second_attempt(store: Path) -> None:
    one = text(os.urandom(5 * MB))
    with stage_blobs([lift([one])], max_bytes=MOST) as staged:
        with transaction.atomic():
            store_blobs(staged, at=now(), max_bytes=MOST)
            transaction.set_rollback(True)
        [blob] = store_blobs(staged, at=now(), max_bytes=MOST)
    assert read_blob(blob) == one


def test_what_is_too_large_is_refused_when_it_is_staged(store: Path) -> None:
    with pytest.raises(FileTooLarge), stage_blobs([lift([text(os.urandom(5 * MB))])], max_bytes=MB):
        pass
    assert files(store) == set()


@pytest.mark.parametrize(
    "values",
    [
        {"position": 0},
        {"literal": b"", "part": None},
        {"line_width": 76},
        {"line_end": "\n"},
        {"line_width": 76, "line_end": "x"},
        {"part": "whole"},
    ],
)
def test_the_database_refuses_what_could_not_be_read(values: dict[str, Any]) -> None:
    [blob] = keep(text(content(1)))
    part = BlobPart.objects.get(whole=blob, position=0).part
    row = {"position": 9, "literal": b"x", "part": part, "line_width": 0, "line_end": ""} | values
    if row["part"] == "whole":
        row["part"] = blob
    with pytest.raises(IntegrityError), transaction.atomic():
        BlobPart.objects.create(whole=blob, **row)
