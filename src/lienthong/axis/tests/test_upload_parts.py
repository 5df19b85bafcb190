"""What is kept of an upload when lines break, several write at once, and when its time is over."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from time import sleep
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.actions.upload_parts import (
    HOLD,
    PART_MOST,
    PART_TIME,
    PREFIX,
    Checksum,
    PartsGone,
    UploadBusy,
    UploadChecksumWrong,
    UploadCutShort,
    UploadOffsetWrong,
    add_to_upload,
    chunks_of,
    key_of,
    remove_orphans,
)
from lienthong.axis.actions.uploads import (
    UploadsExhausted,
    end_upload,
    open_upload,
    remove_expired,
    submit_upload,
)
from lienthong.axis.contracts import Receipt
from lienthong.axis.models import Packet, Upload, UploadPart
from lienthong.axis.queries.uploads import OpenUploads, open_uploads
from lienthong.axis.tests.factories import AT, World, edxml_packet, signed
from lienthong.axis.tests.test_concurrency import AT_ONCE, at_once, race
from lienthong.identity.public import NotFound
from lienthong.kernel.adapters.object_store import configured_objects
from lienthong.kernel.blobs import collect_garbage
from lienthong.kernel.clock import now

CHUNK = 64 * 1024
DAY = timedelta(days=1)


class Watch:
    """A clock that goes on by a step each time it is asked."""

    def __init__(self, step: timedelta = timedelta()) -> None:
        self.at, self.step = AT, step

    def __call__(self) -> datetime:
        self.at += self.step
        return self.at


def kept_objects() -> set[str]:
    found = configured_objects().older_than(now() + DAY, PREFIX)
    return {key for keys in found for key in keys}


def opened(world: World, length: int) -> Upload:
    return open_upload(world.system, length=length, at=AT)


def add(upload: Upload, content: bytes, *, offset: int = 0, **changes: object) -> int:
    """All of the content, as one request brings it."""
    facts = {"announced": len(content), "clock": Watch(), **changes}
    return add_to_upload(upload, [content], offset=offset, **facts)  # type: ignore[arg-type]


def state(upload: Upload) -> tuple[int, int, bytes]:
    """Offset, number of parts, and the bytes that are kept."""
    upload.refresh_from_db()
    objects = configured_objects()
    keys = [key_of(pk) for pk in upload.parts.order_by("start").values_list("pk", flat=True)]
    return upload.offset, len(keys), b"".join(b"".join(objects.read(key)) for key in keys)


def test_what_came_before_the_line_broke_stays(world: World) -> None:
    upload, content = opened(world, 10 * CHUNK), os.urandom(10 * CHUNK)
    with pytest.raises(UploadCutShort):
        add_to_upload(
            upload,
            [content[:CHUNK], content[CHUNK : 3 * CHUNK]],
            offset=0,
            announced=len(content),
            clock=Watch(),
        )
    assert state(upload) == (3 * CHUNK, 1, content[: 3 * CHUNK])
    assert (upload.holder, upload.held_until) == (None, None)
    assert add(upload, content[3 * CHUNK :], offset=3 * CHUNK) == len(content)
    assert b"".join(chunks_of(upload)) == content


def test_a_break_before_the_first_byte_leaves_nothing(world: World) -> None:
    upload, before = opened(world, 10), kept_objects()
    with pytest.raises(UploadCutShort):
        add_to_upload(upload, [], offset=0, announced=10, clock=Watch())
    assert (state(upload), kept_objects()) == ((0, 0, b""), before)


def test_a_broken_line_with_a_checksum_leaves_nothing(world: World) -> None:
    upload, before = opened(world, 10), kept_objects()
    checksum = Checksum("sha256", hashlib.sha256(b"0123456789").digest())
    with pytest.raises(UploadCutShort):
        add_to_upload(upload, [b"01234"], offset=0, announced=10, checksum=checksum, clock=Watch())
    assert (state(upload), kept_objects()) == ((0, 0, b""), before)


def test_long_requests_count_part_by_part(world: World) -> None:
    content = os.urandom(2 * PART_MOST + CHUNK)
    upload, seen = opened(world, len(content)), []

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(content), CHUNK):
            seen.append(Upload.objects.values_list("offset", flat=True).get())
            yield content[start : start + CHUNK]

    add_to_upload(upload, chunks(), offset=0, announced=len(content), clock=Watch())
    assert set(seen) == {0, PART_MOST, 2 * PART_MOST}
    assert state(upload) == (len(content), 3, content)


def test_slow_requests_count_after_a_while(world: World) -> None:
    upload = opened(world, 4)
    chunks = [b"a", b"b", b"c", b"d"]
    add_to_upload(upload, chunks, offset=0, announced=4, clock=Watch(PART_TIME))
    assert state(upload) == (4, 4, b"abcd")


def test_with_a_checksum_many_parts_count_together(world: World) -> None:
    content, before = os.urandom(2 * PART_MOST), kept_objects()
    upload, seen = opened(world, len(content)), set()

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(content), CHUNK):
            seen.add(Upload.objects.values_list("offset", flat=True).get())
            yield content[start : start + CHUNK]

    wrong, right = Checksum("sha1", b"x" * 20), Checksum("sha1", hashlib.sha1(content).digest())
    facts = {"offset": 0, "announced": len(content), "clock": Watch()}
    with pytest.raises(UploadChecksumWrong):
        add_to_upload(upload, chunks(), checksum=wrong, **facts)  # type: ignore[arg-type]
    assert (state(upload), kept_objects()) == ((0, 0, b""), before)
    add_to_upload(upload, chunks(), checksum=right, **facts)  # type: ignore[arg-type]
    assert (seen, state(upload)) == ({0}, (len(content), 2, content))


def test_a_request_is_never_whole_in_memory(world: World) -> None:
    length, chunk = 64 * 2**20, os.urandom(CHUNK)
    upload = opened(world, length)
    tracemalloc.start()
    try:
        chunks = (chunk for _ in range(length // CHUNK))
        add_to_upload(upload, chunks, offset=0, announced=length, clock=Watch())
        _now, peak = tracemalloc.get_traced_memory()
        assert peak < 8 * 2**20
        assert sum(len(piece) for piece in chunks_of(upload)) == length
    finally:
        tracemalloc.stop()


def test_the_queries_of_a_request_do_not_grow_with_its_bytes(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for length in (10, PART_MOST):
        upload = opened(world, length)
        with django_assert_num_queries(6):  # hold, savepoint, offset, part, release, let go
            add(upload, b"x" * length)


def test_one_who_does_not_get_on_gives_way_and_loses_nothing_that_counted(world: World) -> None:
    upload, before = opened(world, 9), kept_objects()

    def stalls() -> Iterator[bytes]:
        yield b"abc"
        assert add(upload, b"xyz", clock=lambda: AT + HOLD) == 3
        yield b"def"

    with pytest.raises(UploadBusy):
        add_to_upload(upload, stalls(), offset=0, announced=9, clock=Watch())
    assert state(upload) == (3, 1, b"xyz")
    assert len(kept_objects() - before) == 1


def test_after_a_failure_of_the_server_bytes_stay_until_it_is_clear_that_they_did_not_count(
    world: World,
) -> None:
    upload, before, times = opened(world, 3), kept_objects(), iter([AT] * 3)

    def fails_when_the_part_is_to_count() -> datetime:
        if (at := next(times, None)) is None:
            raise ConnectionError("the database went away, perhaps after its commit")
        return at

    with pytest.raises(ConnectionError):
        add_to_upload(upload, [b"abc"], offset=0, announced=3, clock=fails_when_the_part_is_to_count)
    assert state(upload) == (0, 0, b"")
    assert len(kept_objects() - before) == 1
    assert add(upload, b"abc") == 3
    remove_orphans(at=now() + 2 * DAY)
    assert state(upload) == (3, 1, b"abc")
    assert len(kept_objects() - before) == 1


def test_an_upload_ended_while_bytes_come_keeps_none(world: World) -> None:
    upload, before = opened(world, 6), kept_objects()

    def chunks() -> Iterator[bytes]:
        yield b"abc"
        end_upload(world.system, upload.pk, at=AT)
        yield b"def"

    with pytest.raises(NotFound):
        add_to_upload(upload, chunks(), offset=0, announced=6, clock=Watch())
    assert kept_objects() == before


def test_the_database_keeps_parts_apart_and_offsets_within(world: World) -> None:
    upload = opened(world, 10)
    add(upload, b"hello")
    wrongs = [
        partial(UploadPart.objects.create, upload=upload, start=0, size=1),
        partial(UploadPart.objects.create, upload=upload, start=4, size=2),
        partial(UploadPart.objects.create, upload=upload, start=5, size=0),
        partial(Upload.objects.update, offset=11),
        partial(Upload.objects.update, holder=uuid4()),
        partial(Upload.objects.update, refusal={}),
    ]
    for wrong in wrongs:
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()


# Several at once


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_one_writes_and_the_other_is_told_to_wait(world: World) -> None:
    upload, writing, refused = opened(world, 6), Event(), Event()

    def first() -> Iterator[bytes]:
        yield b"abc"
        writing.set()
        assert refused.wait(10)
        yield b"def"

    def second(number: int) -> object:
        if number == 0:
            return add_to_upload(upload, first(), offset=0, announced=6, clock=Watch())
        assert writing.wait(10)
        try:
            return add(upload, b"xyzuvw")
        finally:
            refused.set()

    assert at_once(second, 2) == [6, UploadBusy]
    assert state(upload) == (6, 1, b"abcdef")


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_for_one_place_one_is_kept(world: World) -> None:
    upload, before = opened(world, 3), kept_objects()
    answers = at_once(lambda number: add(upload, str(number).encode() * 3))
    assert answers.count(3) == 1
    assert set(answers) <= {3, UploadBusy, UploadOffsetWrong}
    offset, parts, content = state(upload)
    assert (offset, parts, content) == (3, 1, str(answers.index(3)).encode() * 3)
    assert len(kept_objects() - before) == 1


@pytest.mark.django_db(transaction=True)
def test_an_upload_submitted_by_many_at_once_has_one_effect(world: World) -> None:
    edxml, before = signed(edxml_packet(), world.office), kept_objects()
    upload = opened(world, len(edxml))
    add(upload, edxml)
    answers = at_once(lambda number: submit_upload(world.system, upload.pk, at=AT))
    assert all(isinstance(answer, Receipt) or answer is UploadBusy for answer in answers), answers
    assert len(answers) == AT_ONCE
    assert sum(not answer.repeated for answer in answers if isinstance(answer, Receipt)) == 1
    assert Packet.objects.count() == 1
    assert kept_objects() == before


@pytest.mark.django_db(transaction=True)
def test_one_who_finds_the_parts_gone_gets_the_answer_of_whoever_was_quicker(world: World) -> None:
    edxml, locked = signed(edxml_packet(), world.office), Event()
    upload = opened(world, len(edxml))
    add(upload, edxml)
    receipt = submit_packet(edxml, system=world.system, at=AT)

    def quicker() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE axis_uploadpart")
            locked.set()
            for _ in range(1000):  # until the other has read the upload and waits for its parts
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass",
                    ["axis_uploadpart"],
                )
                if cursor.fetchone()[0]:
                    break
                sleep(0.01)
            UploadPart.objects.all().delete()
            Upload.objects.update(packet_id=receipt.packet_id)

    def slower() -> object:
        assert locked.wait(10)
        return submit_upload(world.system, upload.pk, at=AT)

    assert race(quicker, slower, swap=False)[1] == replace(receipt, repeated=True)


def test_parts_that_were_lost_are_not_taken_for_an_empty_packet(world: World) -> None:
    upload = opened(world, 3)
    add(upload, b"abc")
    configured_objects().delete(key_of(pk) for pk in upload.parts.values_list("pk", flat=True))
    with pytest.raises(PartsGone):
        submit_upload(world.system, upload.pk, at=AT)
    UploadPart.objects.all().delete()
    with pytest.raises(PartsGone):
        submit_upload(world.system, upload.pk, at=AT)
    upload.refresh_from_db()
    assert upload.refusal is None


@pytest.mark.django_db(transaction=True)
def test_a_system_that_opens_many_at_once_gets_no_more_than_it_may(world: World, settings: Settings) -> None:
    settings.ENV = settings.ENV.model_copy(update={"axis_uploads_most": 3})
    answers = at_once(lambda number: opened(world, 1))
    assert answers.count(UploadsExhausted) == AT_ONCE - 3
    assert Upload.objects.count() == 3


# When the time is over


def test_what_expired_is_removed_with_its_bytes_and_nothing_else(world: World) -> None:
    before = kept_objects()
    old, young = opened(world, 10), opened(world, 10)
    add(old, b"hello")
    add(young, b"hello")
    Upload.objects.filter(pk=young.pk).update(expires_at=AT + 2 * DAY)
    assert remove_expired(at=AT + DAY) == 1
    assert (list(Upload.objects.all()), state(young)) == ([young], (5, 1, b"hello"))
    assert len(kept_objects() - before) == 1


def test_bytes_that_no_row_names_are_removed_after_the_grace_time(world: World) -> None:
    upload, orphan = opened(world, 10), key_of(uuid4())
    add(upload, b"hello")
    configured_objects().write(orphan, [b"left by a crash"])
    remove_orphans(at=now())
    assert orphan in kept_objects()
    assert remove_orphans(at=now() + 2 * DAY) >= 1
    assert orphan not in kept_objects()
    assert state(upload) == (5, 1, b"hello")


def test_the_collector_of_files_leaves_parts_alone(world: World) -> None:
    upload = opened(world, 10)
    add(upload, b"hello")
    collect_garbage(at=now() + 30 * DAY)
    assert state(upload) == (5, 1, b"hello")


def test_the_operator_sees_what_is_unfinished(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert open_uploads() == OpenUploads(0, 0, None)
    add(opened(world, 10), b"hello")
    open_upload(world.receiver, length=10, at=AT + DAY)
    with django_assert_num_queries(1):
        assert open_uploads() == OpenUploads(2, 5, AT)


def test_parts_lie_in_folders_that_do_not_grow_without_end(world: World) -> None:
    upload = opened(world, 10)
    add(upload, b"hello")
    [part] = upload.parts.all()
    assert Path(key_of(part.pk)).parent == Path("uploads") / part.pk.hex[:2]
