"""Files from outside are scanned for viruses before they are stored, or as soon as the scanner is back."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.documents.adapters.clamd import configured_scanner
from lienthong.documents.contracts import VirusFoundLate
from lienthong.documents.scan_models import FileToScan, ScannedFile
from lienthong.documents.virus_ports import ScannerDown, VirusScanner
from lienthong.kernel.blobs import FileTooLarge, open_blob, store_blob, store_blobs
from lienthong.kernel.errors import Refusal
from lienthong.kernel.events import publish
from lienthong.kernel.models import Blob

IN_MEMORY = 8 * 2**20
CHUNK = 256 * 1024
BATCH = 50
LEASE, LATER, MOST_LATER = timedelta(minutes=30), timedelta(minutes=5), timedelta(hours=6)


class VirusFound(Refusal):
    """The scanner knows what is in the file."""

    code, status = "virus-found", 422
    sentence = _(
        "A virus was found in the file (%(virus)s), so it was not kept and cannot be opened. Do not open it "
        "elsewhere; have the computer it comes from checked, and ask the sender for a clean file."
    )


class NotScannedNow(Refusal):
    """The installation takes no file that was not scanned, and the scanner is away."""

    code, status = "not-scanned-now", 503
    sentence = _(
        "The virus scanner does not answer, and no file is accepted here without it. Nothing was kept; try "
        "again in some minutes. If it lasts, tell the operator."
    )


def store_received(
    source: Iterable[bytes] | BinaryIO,
    *,
    at: datetime,
    max_bytes: int,
    allow: frozenset[str] | None = None,
    scanner: VirusScanner | None = None,
) -> Blob:
    """`store_blob` of what came from outside, scanned before; without a scanner the same as that.

    Where the scanner is away, `LIENTHONG_CLAMD_DOWN` says: the file is kept, shown as not scanned and scanned
    later, or not accepted.

    Raises:
        VirusFound, NotScannedNow, and what `store_blob` refuses; nothing is then kept.
    """
    scanner = scanner or configured_scanner()
    if scanner is None:
        return store_blob(source, at=at, max_bytes=max_bytes, allow=allow)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        content = cast(BinaryIO, spool)
        _spool(source, content, max_bytes)
        missed, signatures = _look(scanner, content)
        content.seek(0)
        with transaction.atomic():
            blob = store_blob(content, at=at, max_bytes=max_bytes, allow=allow)
            row = FileToScan.objects.filter(pk=blob.pk).first()
            if row is not None and row.virus:
                raise VirusFound(field="file", virus=row.virus)
            if missed and row is None:
                FileToScan.objects.get_or_create(
                    pk=blob.pk, defaults={"came_at": at, "next_attempt_at": at + LATER, "error": missed}
                )
            elif row is not None and not missed:
                row.delete()
            if not missed:
                remember_clean(blob.pk, signatures, at=at)
    return blob


def store_received_all(
    sources: Sequence[BinaryIO], *, at: datetime, max_bytes: int, scanner: VirusScanner | None = None
) -> list[Blob | Refusal]:
    """Each as `store_received` does, or why it was not stored, in their order.

    Without a scanner all are stored as one set.
    """
    scanner = scanner or configured_scanner()
    if scanner is None:
        with suppress(Refusal):
            return [*store_blobs(sources, at=at, max_bytes=max_bytes)]
        for source in sources:  # one of them is refused, and nothing was stored: by itself each shows whether
            source.seek(0)
    return [_received(source, at, max_bytes, scanner) for source in sources]


def _received(source: BinaryIO, at: datetime, max_bytes: int, scanner: VirusScanner | None) -> Blob | Refusal:
    try:
        return store_received(source, at=at, max_bytes=max_bytes, scanner=scanner)
    except Refusal as refusal:
        return refusal


def scan_later(*, at: datetime, scanner: VirusScanner | None = None) -> int:
    """Scan what could not be scanned when it came, a batch; answers how many viruses were found."""
    scanner = scanner or configured_scanner()
    if scanner is None:
        return 0
    found = 0
    for row in _lease(at):
        blob = Blob.objects.filter(pk=row.pk).first()
        if blob is None:
            row.delete()
            continue
        try:
            signatures = scanner.signatures()
            row.virus = scan_blob(scanner, blob)
        except ScannerDown as error:
            row.error = str(error)[:300]
            row.next_attempt_at = at + min(LATER * 2 ** min(row.attempts, 10), MOST_LATER)
            row.save()
            continue
        if row.virus:
            found += 1
            found_late(row, at=at)
        else:
            with transaction.atomic():
                remember_clean(row.sha256, signatures, at=at)
                row.delete()
    return found


def scan_blob(scanner: VirusScanner, blob: Blob) -> str:
    """The name of the virus in a stored file; empty if there is none. Raises `ScannerDown`."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        content = cast(BinaryIO, spool)
        _spool(open_blob(blob), content, blob.size)
        return scanner.scan(content)


def remember_clean(sha256: str, signatures: int, *, at: datetime) -> None:
    """That a file which came now was found clean with these signatures, where newer ones look again."""
    if settings.ENV.clamd_again_days:
        row = ScannedFile(sha256=sha256, came_at=at, signatures=signatures, next_attempt_at=at)
        ScannedFile.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["sha256"],
            update_fields=["came_at", "signatures", "next_attempt_at"],
        )


def found_late(row: FileToScan, *, at: datetime) -> None:
    """Close the file, and let those who name it tell whom it reached."""
    row.found_at = at
    with transaction.atomic():
        row.save()
        publish(VirusFoundLate(row.pk, row.virus, at))


def require_no_virus(blob: Blob) -> None:
    """Raise `VirusFound` if one was found in the file after it had been accepted. One query."""
    virus = viruses_in([blob.pk]).get(blob.pk)
    if virus:
        raise VirusFound(virus=virus)


def viruses_in(sha256s: Collection[str]) -> dict[str, str]:
    """Of these files those that are not scanned (with an empty text) or hold a virus (with its name)."""
    rows = FileToScan.objects.filter(pk__in=set(sha256s)) if settings.ENV.clamd else FileToScan.objects.none()
    return dict(rows.values_list("sha256", "virus"))


def _spool(source: Iterable[bytes] | BinaryIO, content: BinaryIO, max_bytes: int) -> None:
    pieces = iter(lambda: source.read(CHUNK), b"") if hasattr(source, "read") else iter(source)
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > max_bytes:
            raise FileTooLarge(field="file", megabytes=f"{max_bytes / 2**20:.0f}")
        content.write(piece)
    content.seek(0)


def _look(scanner: VirusScanner, content: BinaryIO) -> tuple[str, int]:
    """Why the content was not scanned, empty if it is clean; and the signatures there were before."""
    try:
        signatures = scanner.signatures()
        virus = scanner.scan(content)
    except ScannerDown as error:
        if settings.ENV.clamd_down == "refuse":
            raise NotScannedNow(field="file") from error
        return str(error)[:300] or "down", 0
    if virus:
        raise VirusFound(field="file", virus=virus)
    return "", signatures


def _lease(at: datetime) -> list[FileToScan]:
    """A worker that is killed leaves its rows for the next, after the lease."""
    with transaction.atomic():
        waiting = FileToScan.objects.filter(virus="", next_attempt_at__lte=at).order_by("next_attempt_at")
        rows = list(waiting.select_for_update(skip_locked=True)[:BATCH])
        for row in rows:
            row.attempts, row.next_attempt_at = min(row.attempts + 1, 1000), at + LEASE
        FileToScan.objects.bulk_update(rows, ["attempts", "next_attempt_at"])
    return rows
