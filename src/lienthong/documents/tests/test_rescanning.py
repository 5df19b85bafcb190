"""Files of the last days are scanned again with newer signatures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.documents.adapters.clamd import NEWCOMER, FakeScanner
from lienthong.documents.health import check_scanner
from lienthong.documents.rescanning import PAUSE, scan_again
from lienthong.documents.scan_models import FileToScan, ScannedFile
from lienthong.documents.scanning import VirusFound, require_no_virus, scan_later, store_received
from lienthong.documents.tests.clamd import ClamdDouble
from lienthong.identity.tests.factories import at_noon
from lienthong.kernel.checks import State
from lienthong.kernel.models import Blob

pytestmark = pytest.mark.django_db
NOON = at_noon()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def scanner_is_set() -> Iterator[None]:
    before = settings.ENV
    settings.ENV = before.model_copy(update={"clamd": "tcp:127.0.0.1:1", "clamd_again_days": 14})
    yield
    settings.ENV = before


class Stumbling(FakeScanner):
    """Tells its signatures, but cannot scan anything."""

    asked = 0

    def scan(self, content: object) -> str:
        self.asked += 1
        self.down = True
        try:
            return super().scan(content)  # type: ignore[arg-type]
        finally:
            self.down = False


def received(content: bytes, *, release: int = 1, days: int = 0) -> Blob:
    scanner = FakeScanner(release=release)
    return store_received([content], at=NOON - days * DAY, max_bytes=10**6, scanner=scanner)


def test_what_newer_signatures_know_is_found_in_what_was_clean_and_closed_and_told_of() -> None:
    blob, clean = received(NEWCOMER), received(b"words")
    scanner = FakeScanner()
    assert scan_again(at=NOON, scanner=scanner) == 0
    require_no_virus(blob)
    scanner.release = 2
    assert scan_again(at=NOON + DAY, scanner=scanner) == 1
    with pytest.raises(VirusFound, match="Newcomer"):
        require_no_virus(blob)
    row = FileToScan.objects.get()
    assert (row.sha256, row.came_at, row.found_at) == (blob.pk, NOON, NOON + DAY)
    assert list(ScannedFile.objects.values_list("sha256", "signatures")) == [(clean.pk, 2)]
    with CaptureQueriesContext(connection) as asked:
        assert scan_again(at=NOON + DAY, scanner=scanner) == 0
    assert len(asked) <= 6, "nothing is left to do, whatever is stored"


def test_only_what_came_within_the_days_that_are_set_is_remembered_and_scanned_again() -> None:
    received(NEWCOMER + b"old", days=15)
    late = received(NEWCOMER, days=13)
    assert scan_again(at=NOON, scanner=FakeScanner(release=2)) == 1
    assert FileToScan.objects.get().pk == late.pk
    assert not ScannedFile.objects.exists()
    settings.ENV = settings.ENV.model_copy(update={"clamd_again_days": 0})
    received(b"words")
    assert not ScannedFile.objects.exists()


def test_what_could_not_be_scanned_when_it_came_is_remembered_with_the_signatures_that_found_it_clean() -> (
    None
):
    blob = store_received([NEWCOMER], at=NOON, max_bytes=10**6, scanner=FakeScanner(down=True))
    assert scan_later(at=NOON + DAY, scanner=FakeScanner()) == 0
    assert ScannedFile.objects.get().pk == blob.pk
    assert scan_again(at=NOON + DAY, scanner=FakeScanner(release=2)) == 1


def test_while_the_scanner_is_away_or_stumbles_nothing_is_taken_for_clean_and_a_run_has_an_end() -> None:
    for number in range(5):
        received(b"words %d" % number)
    assert scan_again(at=NOON, scanner=FakeScanner(down=True, release=2)) == 0
    stumbling = Stumbling(release=2)
    scan_again(at=NOON, scanner=stumbling)
    assert stumbling.asked == 3
    assert ScannedFile.objects.filter(signatures=1).count() == 5
    assert ScannedFile.objects.filter(next_attempt_at=NOON + PAUSE).count() == 3
    scan_again(at=NOON, scanner=FakeScanner(release=2))
    assert ScannedFile.objects.filter(signatures=1).count() == 3
    scan_again(at=NOON + PAUSE, scanner=FakeScanner(release=2))
    assert not ScannedFile.objects.filter(signatures=1).exists()


def test_what_was_collected_meanwhile_is_forgotten() -> None:
    blob = received(b"words")
    Blob.objects.filter(pk=blob.pk).delete()
    scan_again(at=NOON, scanner=FakeScanner(release=2))
    assert not ScannedFile.objects.exists()


def test_the_doctor_says_how_many_are_still_to_be_scanned_with_the_signatures_of_today() -> None:
    received(b"words")
    clamd = ClamdDouble()
    settings.ENV = settings.ENV.model_copy(update={"clamd": clamd.address})
    found = check_scanner()
    assert (found.state, "27000" in found.sentence, "1 files of the last 14 days" in found.sentence) == (
        State.GOOD,
        True,
        True,
    )
    scan_again(at=NOON)
    assert "scanned again" not in check_scanner().sentence
    clamd.close()
