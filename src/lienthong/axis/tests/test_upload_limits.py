"""What a hostile system can make the axis do with uploads: no more than it may."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest

from lienthong.axis.actions.intake import UnknownRecipient
from lienthong.axis.actions.upload_parts import Checksum, UploadBusy, UploadTooLong
from lienthong.axis.actions.uploads import SUBMITTING, submit_upload
from lienthong.axis.models import Upload
from lienthong.axis.tests.factories import AT, World, edxml_packet, signed
from lienthong.axis.tests.test_upload_parts import add, kept_objects, opened, state


def test_an_upload_is_read_for_one_call_at_a_time_and_is_free_after_each(world: World) -> None:
    edxml = signed(edxml_packet(recipients=("H99",)), world.office)
    upload = opened(world, len(edxml))
    add(upload, edxml)
    Upload.objects.update(holder=uuid4(), held_until=AT + SUBMITTING)  # another call reads it, or was killed
    with pytest.raises(UploadBusy):
        submit_upload(world.system, upload.pk, at=AT)
    for minutes in (0, 1):
        with pytest.raises(UnknownRecipient):
            submit_upload(world.system, upload.pk, at=AT + SUBMITTING + timedelta(minutes=minutes))
    upload.refresh_from_db()
    assert (upload.holder, upload.held_until) == (None, None)


def test_no_more_comes_than_was_announced_though_the_offset_moves_meanwhile(world: World) -> None:
    upload, before = opened(world, 9), kept_objects()
    read_before = Upload.objects.get()
    add(upload, b"abc")
    more = b"0123456789" * 1000
    checksum = Checksum("sha256", hashlib.sha256(more).digest())
    with pytest.raises(UploadTooLong):
        add(read_before, more, offset=3, checksum=checksum)
    assert state(upload) == (3, 1, b"abc")
    assert len(kept_objects() - before) == 1


def test_of_the_outcomes_of_a_system_the_newest_are_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lienthong.axis.actions.uploads.OUTCOMES_MOST", 2)
    made = [opened(world, 1) for _number in range(4)]
    Upload.objects.update(offset=1, refusal={"title": "x", "status": 422})
    waiting = opened(world, 1)
    assert set(Upload.objects.values_list("pk", flat=True)) == {made[2].pk, made[3].pk, waiting.pk}
