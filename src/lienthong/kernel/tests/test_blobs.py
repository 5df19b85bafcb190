"""Blobs are stored once, streamed, and collected when nobody names them."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from lienthong.kernel.blobs import (
    BlobMissing,
    EmptyFile,
    ExecutableRefused,
    FileTooLarge,
    WrongFileType,
    collect_garbage,
    key_of,
    open_blob,
    read_blob,
    store_blob,
)
from lienthong.kernel.clock import now
from lienthong.kernel.jobs import collect_blobs
from lienthong.kernel.models import Blob

MB = 1024 * 1024
PDF = b"%PDF-1.7\n" + os.urandom(100)


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.ENV = settings.ENV.model_copy(update={"var": tmp_path, "blobs_url": "", "blob_grace_hours": 24})
    return tmp_path / "blobs"


def files(store: Path) -> list[str]:
    return sorted(path.relative_to(store).as_posix() for path in store.rglob("*") if path.is_file())


def age(hours: float = 25) -> None:
    """Make everything stored so far `hours` old."""
    Blob.objects.update(created_at=now() - timedelta(hours=hours))


@pytest.mark.django_db
@pytest.mark.parametrize("source", [PDF, [PDF[:3], b"", PDF[3:]], "file"])
def test_content_is_read_back(store: Path, source: object) -> None:
    chunks = io.BytesIO(PDF) if source == "file" else [source] if isinstance(source, bytes) else source
    blob = store_blob(chunks, at=now(), max_bytes=MB)  # type: ignore[arg-type]
    assert (blob.sha256, blob.size, blob.media_type) == (
        hashlib.sha256(PDF).hexdigest(),
        len(PDF),
        "application/pdf",
    )
    assert read_blob(blob) == PDF
    assert files(store) == [key_of(blob.sha256)]


@pytest.mark.django_db
def test_the_same_content_is_stored_once(store: Path) -> None:
    first, second = (store_blob([PDF], at=now(), max_bytes=MB) for _ in range(2))
    assert first == second
    assert len(files(store)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("chunks", "refusal", "code"),
    [
        ([], EmptyFile, "empty-file"),
        ([b"", b""], EmptyFile, "empty-file"),
        ([b"%PDF-1.7\n" + bytes(MB), b"x"], FileTooLarge, "file-too-large"),
        ([b"\x7fELF" + bytes(100)], ExecutableRefused, "executable-refused"),
        ([b"\x7f", b"ELF" + bytes(100)], ExecutableRefused, "executable-refused"),
        ([b"MZ" + bytes(100_000)], ExecutableRefused, "executable-refused"),
        ([b"xin chao"], WrongFileType, "wrong-file-type"),
    ],
)
def test_a_bad_file_is_refused_and_leaves_nothing(
    store: Path, chunks: list[bytes], refusal: type, code: str
) -> None:
    with pytest.raises(refusal) as caught:
        store_blob(chunks, at=now(), max_bytes=MB, allow=frozenset({"application/pdf"}))
    assert caught.value.code == code
    assert caught.value.say("vi") != caught.value.say("en")
    assert files(store) == []
    assert not Blob.objects.exists()


@pytest.mark.django_db
def test_a_large_file_never_lies_whole_in_memory(store: Path) -> None:
    piece = os.urandom(MB)

    def chunks() -> Iterator[bytes]:
        yield b"%PDF-1.7\n"
        for number in range(120):
            yield number.to_bytes(2, "big") + piece

    before = _resident()
    tracemalloc.start()
    blob = store_blob(chunks(), at=now(), max_bytes=200 * MB)
    received = sum(len(chunk) for chunk in open_blob(blob))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert received == blob.size > 120 * MB
    assert peak < 16 * MB
    assert _resident() - before < 60 * MB


def _resident() -> int:
    """The most memory this process has had, in bytes: it also counts what Rust holds."""
    return (
        int(
            next(
                x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmHWM")
            ).split()[1]
        )
        * 1024
    )


@pytest.mark.django_db
def test_a_lost_file_is_said() -> None:
    blob = Blob(sha256="0" * 64, size=1, media_type="text/plain", created_at=now())
    with pytest.raises(BlobMissing):
        read_blob(blob)


@pytest.mark.django_db(transaction=True)
def test_storing_the_same_content_at_once_gives_one_blob(store: Path) -> None:
    barrier, stored, content = threading.Barrier(6), list[Blob](), os.urandom(3 * MB)

    def run() -> None:
        barrier.wait()
        stored.append(store_blob([content], at=now(), max_bytes=4 * MB))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stored) == 6
    assert len(files(store)) == Blob.objects.count() == 1
    assert read_blob(stored[0]) == content


@pytest.mark.django_db
def test_only_old_blobs_are_collected(store: Path) -> None:
    store_blob([b"old"], at=now(), max_bytes=MB)
    age()
    young = store_blob([b"young"], at=now(), max_bytes=MB)
    assert collect_garbage(at=now()) == 1
    assert list(Blob.objects.all()) == [young]
    assert files(store) == [key_of(young.sha256)]
    assert collect_garbage(at=now()) == 0


@pytest.mark.django_db
def test_storing_again_begins_the_grace_anew() -> None:
    blob = store_blob([PDF], at=now(), max_bytes=MB)
    age()
    store_blob([PDF], at=now(), max_bytes=MB)
    assert collect_garbage(at=now()) == 0
    assert read_blob(blob) == PDF


@pytest.mark.django_db(transaction=True)
def test_content_being_stored_is_not_collected(store: Path) -> None:
    """The transaction of the storing is still open while the collector runs in another."""
    blob = store_blob([PDF], at=now(), max_bytes=MB)
    age()
    removed: list[int] = []

    def collect() -> None:
        removed.append(collect_garbage(at=now() + timedelta(days=3)))
        connection.close()

    with transaction.atomic():
        store_blob([PDF], at=now(), max_bytes=MB)
        thread = threading.Thread(target=collect)
        thread.start()
        thread.join(timeout=30)
    assert removed == [0]
    assert read_blob(blob) == PDF


@pytest.mark.django_db(transaction=True)
def test_files_of_undone_transactions_are_collected(store: Path) -> None:
    with transaction.atomic():
        blob = store_blob([PDF], at=now(), max_bytes=MB)
        transaction.set_rollback(True)
    assert files(store) == [key_of(blob.sha256)]
    assert collect_garbage(at=now()) == 0
    assert collect_garbage(at=now() + timedelta(hours=25)) == 1
    assert files(store) == []


@pytest.mark.django_db
def test_abandoned_forms_are_collected(store: Path, tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "abandoned.upload").write_bytes(b"x")
    assert collect_garbage(at=now()) == 0
    assert collect_garbage(at=now() + timedelta(hours=25)) == 1
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.django_db
def test_abandoned_uploads_are_collected(store: Path) -> None:
    (store / "incoming").mkdir(parents=True)
    (store / "incoming" / "abandoned").write_bytes(b"x")
    assert collect_garbage(at=now() + timedelta(hours=25)) == 1
    assert files(store) == []


@pytest.mark.django_db
def test_a_lost_file_comes_back_when_stored_again(store: Path) -> None:
    blob = store_blob([PDF], at=now(), max_bytes=MB)
    (store / key_of(blob.sha256)).unlink()
    store_blob([PDF], at=now(), max_bytes=MB)
    assert read_blob(blob) == PDF


@pytest.mark.django_db
def test_the_nightly_job_collects() -> None:
    store_blob([PDF], at=now(), max_bytes=MB)
    age()
    collect_blobs(timestamp=0)
    assert not Blob.objects.exists()
