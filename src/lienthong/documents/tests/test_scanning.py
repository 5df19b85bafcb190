"""Files from outside are scanned before they are kept, or later; a virus is never opened."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings

from lienthong.documents.adapters.clamd import EICAR, FakeScanner
from lienthong.documents.health import check_scanner
from lienthong.documents.scan_models import FileToScan
from lienthong.documents.scanning import (
    NotScannedNow,
    VirusFound,
    require_no_virus,
    scan_later,
    store_received,
    store_received_all,
    viruses_in,
)
from lienthong.identity.tests.factories import at_noon
from lienthong.kernel.blobs import ExecutableRefused, FileTooLarge, read_blob
from lienthong.kernel.checks import State
from lienthong.kernel.models import Blob

pytestmark = pytest.mark.django_db
NOON = at_noon()
CLEAN, DOWN = FakeScanner(), FakeScanner(down=True)


@pytest.fixture(autouse=True)
def scanner_is_set() -> Iterator[None]:
    before = settings.ENV
    settings.ENV = before.model_copy(update={"clamd": "tcp:127.0.0.1:1"})
    yield
    settings.ENV = before


def received(content: bytes, scanner: FakeScanner) -> Blob:
    return store_received([content], at=NOON, max_bytes=10**6, scanner=scanner)


def test_a_clean_file_is_kept_and_nothing_remembered() -> None:
    assert read_blob(received(b"words", CLEAN)) == b"words"
    assert not FileToScan.objects.exists()


def test_a_virus_is_not_kept_and_says_what_to_do() -> None:
    with pytest.raises(VirusFound) as raised:
        received(b"%PDF-1.7 " + EICAR, CLEAN)
    assert "Eicar-Test-Signature" in raised.value.say("vi")
    assert "ask the sender for a clean file" in raised.value.say("en")
    assert not Blob.objects.exists()


@pytest.mark.parametrize("is_scanned", [True, False])
def test_of_several_files_one_that_is_refused_keeps_no_other_back(is_scanned: bool) -> None:
    if not is_scanned:
        settings.ENV = settings.ENV.model_copy(update={"clamd": ""})
    bad = EICAR if is_scanned else b"MZ program"
    files = [io.BytesIO(content) for content in (b"first", bad, b"last")]
    first, refused, last = store_received_all(
        files, at=NOON, max_bytes=10**6, scanner=CLEAN if is_scanned else None
    )
    assert isinstance(refused, VirusFound if is_scanned else ExecutableRefused)
    assert isinstance(first, Blob)
    assert isinstance(last, Blob)
    assert (read_blob(first), read_blob(last)) == (b"first", b"last")
    assert Blob.objects.count() == 2


def test_what_is_too_large_is_refused_before_it_is_scanned() -> None:
    with pytest.raises(FileTooLarge):
        store_received([b"x" * 11], at=NOON, max_bytes=10, scanner=CLEAN)


def test_while_the_scanner_is_away_a_file_is_kept_shown_as_unscanned_and_scanned_later() -> None:
    blob = received(b"words", DOWN)
    assert viruses_in([blob.pk]) == {blob.pk: ""}
    require_no_virus(blob)
    assert scan_later(at=NOON + timedelta(hours=1), scanner=DOWN) == 0
    assert scan_later(at=NOON + timedelta(hours=2), scanner=CLEAN) == 0
    assert viruses_in([blob.pk]) == {}


def test_a_virus_found_later_closes_the_file_and_it_is_not_kept_anew() -> None:
    blob = received(EICAR, DOWN)
    assert scan_later(at=NOON, scanner=CLEAN) == 0
    assert scan_later(at=NOON + timedelta(hours=1), scanner=CLEAN) == 1
    with pytest.raises(VirusFound):
        require_no_virus(blob)
    with pytest.raises(VirusFound):
        received(EICAR, DOWN)
    assert check_scanner().state == State.BAD


def test_where_nothing_is_accepted_unscanned_nothing_is_kept() -> None:
    settings.ENV = settings.ENV.model_copy(update={"clamd_down": "refuse"})
    with pytest.raises(NotScannedNow):
        received(b"words", DOWN)
    assert not Blob.objects.exists()


def test_the_doctor_says_that_no_scanner_is_set_or_that_it_is_away() -> None:
    assert check_scanner().state == State.BAD
    settings.ENV = settings.ENV.model_copy(update={"clamd": ""})
    found = check_scanner()
    assert (found.state, "LIENTHONG_CLAMD is not set" in found.sentence) == (State.WARNING, True)


def test_a_file_that_was_collected_meanwhile_is_forgotten() -> None:
    blob = received(b"words", DOWN)
    Blob.objects.filter(pk=blob.pk).delete()
    scan_later(at=NOON + timedelta(hours=1), scanner=CLEAN)
    assert not FileToScan.objects.exists()
