"""What came lately is scanned again when the scanner has newer signatures (ADR 0070)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from lienthong.documents.adapters.clamd import configured_scanner
from lienthong.documents.scan_models import FileToScan, ScannedFile
from lienthong.documents.scanning import found_late, scan_blob
from lienthong.documents.virus_ports import ScannerDown, VirusScanner
from lienthong.kernel.models import Blob

# What one run of the job takes at most; one begins every five minutes.
FILES, BYTES, FORGOTTEN = 500, 2**30, 20_000
# A file over which the scanner stumbles waits; at the third of a run the scanner itself is taken to be away.
PAUSE, STUMBLES = timedelta(hours=1), 3


def scan_again(*, at: datetime, scanner: VirusScanner | None = None) -> int:
    """Scan a batch of what was scanned with older signatures; answers in how many a virus was found.

    Such a file is closed and `VirusFoundLate` published, as where it could not be scanned when it came.
    One run at a time (the job has a lock); what a run that is cut off did not note is scanned again.
    """
    scanner = scanner or configured_scanner()
    if scanner is None:
        return 0
    _forget(at)
    try:
        newest = scanner.signatures()
    except ScannerDown:
        return 0
    due = scanned_before(newest).filter(next_attempt_at__lte=at).order_by("signatures", "next_attempt_at")
    rows = {row.pk: row for row in due[:FILES]}
    blobs = Blob.objects.in_bulk(rows)
    viruses = _scan(scanner, blobs)
    found = [rows[key] for key, virus in viruses.items() if virus]
    for row in found:
        _close(row, viruses[row.pk] or "", at)
    _rows(key for key, virus in viruses.items() if virus == "").update(signatures=newest)
    _rows(key for key, virus in viruses.items() if virus is None).update(next_attempt_at=at + PAUSE)
    _rows(rows.keys() - blobs.keys()).delete()  # collected meanwhile
    return len(found)


def scanned_before(signatures: int) -> QuerySet[ScannedFile]:
    """The files that were last scanned with older signatures than these."""
    return ScannedFile.objects.filter(signatures__lt=signatures)


def _scan(scanner: VirusScanner, blobs: Mapping[str, Blob]) -> dict[str, str | None]:
    """The virus in each of the files, empty if there is none; None of those that could not be scanned."""
    viruses, size, stumbled = dict[str, str | None](), 0, 0
    for key, blob in blobs.items():
        try:
            viruses[key] = scan_blob(scanner, blob)
        except ScannerDown:
            viruses[key] = None
            stumbled += 1
        size += blob.size
        if size >= BYTES or stumbled >= STUMBLES:
            break
    return viruses


def _close(row: ScannedFile, virus: str, at: datetime) -> None:
    with transaction.atomic():
        closed = FileToScan(sha256=row.sha256, came_at=row.came_at, next_attempt_at=at, virus=virus)
        found_late(closed, at=at)
        row.delete()


def _rows(keys: Iterable[str]) -> QuerySet[ScannedFile]:
    return ScannedFile.objects.filter(pk__in=list(keys))


def _forget(at: datetime) -> None:
    """Let go of what came too long ago, a bounded number at once."""
    old = ScannedFile.objects.filter(came_at__lt=at - timedelta(days=settings.ENV.clamd_again_days))
    _rows(old.values_list("pk", flat=True)[:FORGOTTEN]).delete()
