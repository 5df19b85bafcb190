"""Resumable uploads over HTTP (tus 1.0.0): what arrives stays, and the packet is then like any other."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from lienthong.axis.actions import upload_parts
from lienthong.axis.actions.upload_parts import PARTS_MOST, PREFIX, key_of
from lienthong.axis.models import Packet, Upload, UploadPart
from lienthong.axis.tests.factories import World, edxml_packet, signed, stored_counts
from lienthong.axis.tests.uploading import BYTES, TUS, UPLOADS, Tus, checksum_of
from lienthong.kernel.adapters.object_store import configured_objects
from lienthong.kernel.clock import now

PROBLEM = "application/problem+json"


@pytest.fixture
def tus(client: Client, world: World) -> Tus:
    return Tus(client, world.system)


@pytest.fixture
def edxml(world: World) -> bytes:
    return signed(edxml_packet(), world.office)


def said(answer: object) -> tuple[int, str]:
    """Status and code of a refusal, which must be a problem in both languages with what tus demands."""
    assert answer["Content-Type"] == PROBLEM
    assert answer["Tus-Resumable"] == "1.0.0"
    assert answer["Cache-Control"] == "no-store"
    problem = answer.json()
    assert set(problem["sentences"]) == {"vi", "en"}
    assert "%(" not in str(problem["sentences"])
    return answer.status_code, problem["title"]


def kept_objects() -> set[str]:
    found = configured_objects().older_than(now() + timedelta(days=1), PREFIX)
    return {key for keys in found for key in keys}


def test_a_packet_in_pieces_gets_the_receipt_of_any_packet(tus: Tus, edxml: bytes) -> None:
    began = tus.create(len(edxml), upload_metadata="filename Y29uZy12YW4=,is_final")
    assert (began.status_code, began["Upload-Offset"], began["Tus-Resumable"]) == (201, "0", "1.0.0")
    address, half = began["Location"], len(edxml) // 2
    first = tus.patch(address, edxml[:half], 0)
    assert (first.status_code, first["Upload-Offset"], first.content) == (204, str(half), b"")
    asked = tus.head(address)
    assert (asked.status_code, asked["Upload-Offset"], asked["Upload-Length"]) == (
        200, str(half), str(len(edxml)),
    )  # fmt: skip
    assert asked["Upload-Metadata"] == "filename Y29uZy12YW4=,is_final"
    assert asked["Cache-Control"] == "no-store"
    assert asked["Upload-Expires"] == first["Upload-Expires"] == began["Upload-Expires"]
    assert said(tus.submit(address)) == (409, "upload-incomplete")
    assert tus.patch(address, edxml[half:], half)["Upload-Offset"] == str(len(edxml))
    sent = tus.submit(address)
    assert sent.status_code == 202
    direct = tus.client.post("/axis/v1/packets", edxml, content_type="application/xml", headers=tus.headers)
    assert (direct.status_code, direct.json()) == (200, sent.json())


def test_after_success_the_parts_are_gone_and_the_receipt_is_given_again(tus: Tus, edxml: bytes) -> None:
    before = kept_objects()
    address = tus.uploaded(edxml)
    assert len(kept_objects() - before) == 1
    first = tus.submit(address)
    assert (UploadPart.objects.count(), kept_objects() - before) == (0, set())
    again = tus.submit(address)
    assert (again.status_code, again.content) == (200, first.content)
    assert Packet.objects.count() == 1
    assert tus.head(address)["Upload-Offset"] == str(len(edxml))
    assert said(tus.patch(address, b"x", len(edxml))) == (413, "upload-too-long")
    assert tus.patch(address, b"", len(edxml)).status_code == 204


def test_a_lasting_refusal_is_that_of_a_direct_packet_and_given_again(tus: Tus) -> None:
    before, rows = kept_objects(), stored_counts()
    address = tus.uploaded(b"<edXML/>")
    first = tus.submit(address)
    assert said(first) == (422, "not-edxml")
    direct = tus.client.post(
        "/axis/v1/packets", b"<edXML/>", content_type="application/xml", headers=tus.headers
    )
    assert direct.json() == first.json()
    assert kept_objects() == before
    assert tus.submit(address).json() == first.json()
    assert stored_counts() == rows


def test_a_refusal_that_can_change_keeps_the_parts(tus: Tus, world: World) -> None:
    edxml = signed(edxml_packet(recipients=("H99",)), world.office)
    address = tus.uploaded(edxml)
    assert said(tus.submit(address)) == (422, "unknown-recipient")
    assert UploadPart.objects.count() == 1
    assert said(tus.submit(address)) == (422, "unknown-recipient")


def test_the_first_bytes_may_come_with_the_creation(tus: Tus, edxml: bytes) -> None:
    headers = tus.headers | {"Upload-Length": str(len(edxml))}
    began = tus.client.post(UPLOADS, edxml[:100], content_type=BYTES, headers=headers)
    assert (began.status_code, began["Upload-Offset"]) == (201, "100")
    other = tus.client.post(UPLOADS, edxml[:100], content_type="text/plain", headers=headers)
    assert said(other) == (415, "unsupported-media-type")


def test_the_options_tell_what_is_spoken(tus: Tus, settings: Settings) -> None:
    answer = tus.client.options(UPLOADS, headers={"Authorization": tus.headers["Authorization"]})
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Max-Size"] == str(settings.ENV.axis_max_packet_bytes)
    assert answer["Tus-Extension"] == "creation,creation-with-upload,expiration,checksum,termination"
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256"


@pytest.mark.parametrize("version", ["0.2.2", "", None])
def test_another_version_is_told_which_one_is_spoken(tus: Tus, edxml: bytes, version: str | None) -> None:
    address = tus.opened(len(edxml))
    del tus.headers["Tus-Resumable"]
    if version is not None:
        tus.headers["Tus-Resumable"] = version
    for answer in (tus.create(9), tus.patch(address, edxml, 0), tus.delete(address)):
        assert said(answer) == (412, "tus-version-unsupported")
        assert answer["Tus-Version"] == "1.0.0"
    assert tus.head(address).status_code == 412
    assert Upload.objects.get().offset == 0


@pytest.mark.parametrize("length", ["", "-1", "1.5", "٣", "x", "9" * 30])
def test_a_length_that_is_none_is_refused(tus: Tus, length: str) -> None:
    assert said(tus.create(length)) == (400, "upload-header-wrong")


def test_a_length_no_packet_has_is_refused_before_anything_is_kept(tus: Tus, settings: Settings) -> None:
    assert said(tus.create(0)) == (400, "packet-empty")
    assert said(tus.create(settings.ENV.axis_max_packet_bytes + 1)) == (413, "packet-too-large")
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    "metadata", ["a b c", "a Y29,b !", "a Y,a Y", "é Y29u", ",", "a " + "Y" * 1030, "a Y29u,", "a\0 Y29u"]
)
def test_metadata_that_cannot_be_read_is_refused(tus: Tus, metadata: str) -> None:
    assert said(tus.create(9, upload_metadata=metadata)) == (400, "upload-header-wrong")


def test_bytes_go_on_only_where_the_upload_does(tus: Tus, edxml: bytes) -> None:
    address = tus.opened(len(edxml))
    tus.patch(address, edxml[:50], 0)
    for offset in (0, 49, 51):
        assert said(tus.patch(address, b"x", offset)) == (409, "upload-offset-wrong")
    assert said(tus.patch(address, b"x", "-1")) == (400, "upload-header-wrong")
    assert tus.head(address)["Upload-Offset"] == "50"
    assert UploadPart.objects.count() == 1


def test_bytes_beyond_the_length_are_refused_unread(tus: Tus) -> None:
    address = tus.opened(10)
    assert said(tus.patch(address, b"x" * 11, 0)) == (413, "upload-too-long")
    assert tus.head(address)["Upload-Offset"] == "0"


def test_bytes_of_another_type_are_refused(tus: Tus) -> None:
    address = tus.opened(10)
    answer = tus.patch(address, b"x", 0, media="application/octet-stream")
    assert said(answer) == (415, "unsupported-media-type")


def test_bytes_without_a_length_are_refused(tus: Tus) -> None:
    address = tus.opened(10)
    headers = tus.headers | {"Upload-Offset": "0"}
    answer = tus.client.generic("PATCH", address, headers=headers, CONTENT_TYPE=BYTES)
    assert said(answer) == (411, "length-required")


class Broken(BytesIO):
    """A body that fails in the middle, as servers tell a broken line."""

    def read(self, size: int | None = -1) -> bytes:
        if content := super().read(size):
            return content
        raise OSError("connection reset")


def test_a_line_that_breaks_with_an_error_keeps_what_came(tus: Tus) -> None:
    address = tus.opened(10)
    body = {"wsgi.input": Broken(b"hello"), "CONTENT_LENGTH": "10", "CONTENT_TYPE": BYTES}
    answer = tus.client.generic("PATCH", address, headers=tus.headers | {"Upload-Offset": "0"}, **body)
    assert said(answer) == (400, "upload-cut-short")
    assert tus.head(address)["Upload-Offset"] == "5"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_with_a_checksum_all_bytes_are_kept_or_none(tus: Tus, algorithm: str) -> None:
    before = kept_objects()
    address = tus.opened(10)
    wrong = tus.patch(address, b"hallo", 0, upload_checksum=checksum_of(b"hello", algorithm))
    assert said(wrong) == (460, "upload-checksum-wrong")
    assert (tus.head(address)["Upload-Offset"], kept_objects()) == ("0", before)
    right = tus.patch(address, b"hello", 0, upload_checksum=checksum_of(b"hello", algorithm))
    assert (right.status_code, right["Upload-Offset"]) == (204, "5")


@pytest.mark.parametrize(
    "header", ["md5 XrY7u+Ae7tCTyyK7j1rNww==", "sha1", "sha1 !", "sha256 qvTGHdzF6KLavt4PO0gs2a6pQ00=", ""]
)
def test_a_checksum_that_is_none_is_refused(tus: Tus, header: str) -> None:
    answer = tus.patch(tus.opened(10), b"hello", 0, upload_checksum=header)
    assert said(answer) == (400, "upload-header-wrong")


def test_an_upload_is_seen_by_the_system_that_made_it_alone(client: Client, world: World, tus: Tus) -> None:
    address, other = tus.opened(10), Tus(client, world.receiver)
    assert other.head(address).status_code == 404
    for answer in (other.patch(address, b"x", 0), other.delete(address), other.submit(address)):
        assert said(answer) == (404, "not-found")
    assert said(tus.delete(f"{UPLOADS}/{uuid4()}")) == (404, "not-found")
    assert tus.head(address).status_code == 200
    nobody = client.patch(address, b"x", content_type=BYTES, headers=TUS | {"Upload-Offset": "0"})
    assert said(nobody) == (401, "token-invalid")


def test_an_upload_that_is_ended_is_gone_with_its_bytes(tus: Tus) -> None:
    before = kept_objects()
    address = tus.opened(10)
    tus.patch(address, b"hello", 0)
    assert tus.delete(address).status_code == 204
    assert (tus.head(address).status_code, kept_objects()) == (404, before)


def test_after_its_time_an_upload_is_gone(tus: Tus, edxml: bytes) -> None:
    address = tus.uploaded(edxml)
    Upload.objects.update(expires_at=now() - timedelta(seconds=1))
    for answer in (tus.patch(address, b"", 0), tus.delete(address), tus.submit(address)):
        assert said(answer) == (410, "upload-expired")
    assert tus.head(address).status_code == 410


def test_patch_and_delete_may_come_as_post(tus: Tus) -> None:
    address = tus.opened(10)
    headers = tus.headers | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    answer = tus.client.post(address, b"hello", content_type=BYTES, headers=headers)
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "5")
    override = {"X-HTTP-Method-Override": "DELETE"}
    assert tus.client.post(address, headers=tus.headers | override).status_code == 204
    assert not Upload.objects.exists()


def test_a_system_has_only_so_many_uploads_open(client: Client, world: World, settings: Settings) -> None:
    settings.ENV = settings.ENV.model_copy(update={"axis_uploads_most": 2, "axis_uploads_bytes": 100})
    tus, other = Tus(client, world.system), Tus(client, world.receiver)
    address = tus.opened(60)
    assert said(tus.create(41)) == (429, "uploads-exhausted")
    tus.opened(1)
    assert said(tus.create(1)) == (429, "uploads-exhausted")
    other.opened(100)
    tus.delete(address)
    tus.opened(99)


def test_an_upload_in_crumbs_is_stopped(tus: Tus) -> None:
    address = tus.opened(10)
    Upload.objects.update(part_count=PARTS_MOST)
    assert said(tus.patch(address, b"x", 0)) == (422, "upload-in-too-many-parts")


def test_while_another_writes_nobody_else_does(tus: Tus) -> None:
    address = tus.opened(10)
    Upload.objects.update(holder=uuid4(), held_until=now() + upload_parts.HOLD)
    answer = tus.patch(address, b"x", 0)
    assert said(answer) == (423, "upload-busy")
    assert answer["Retry-After"] == "30"
    Upload.objects.update(held_until=now())
    assert tus.patch(address, b"x", 0).status_code == 204


def test_a_part_lies_under_its_own_prefix(tus: Tus) -> None:
    tus.patch(tus.opened(5), b"hello", 0)
    part = UploadPart.objects.get()
    assert key_of(part.pk).startswith("uploads/")
    assert b"".join(configured_objects().read(key_of(part.pk))) == b"hello"
