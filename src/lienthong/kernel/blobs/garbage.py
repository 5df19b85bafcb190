"""Removing what no row names any more, and what uploads that never ended left behind."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet

from lienthong.kernel.adapters.object_store import Objects, configured_objects
from lienthong.kernel.blobs.keys import INCOMING, hold, key_of
from lienthong.kernel.models import Blob, BlobPart
from lienthong.kernel.spools import spool_folder

SET = 500


def collect_garbage(*, at: datetime) -> int:
    """Remove blobs that no row names and files that no blob names, once older than the grace time.

    Works in sets of 500, each in its own transaction. What is being stored at the moment is passed over.
    Uploads that a crash left in the spool of this machine go, too. Answers how many were removed.
    """
    before = at - timedelta(hours=settings.ENV.blob_grace_hours)
    return _collect_rows(before) + _collect_files(before) + _collect_uploads(before)


def remove_unnamed(sha256s: Collection[str], *, at: datetime) -> int:
    """Remove these contents now, without a grace time, unless a row names them or they are being stored.

    Of a composed one its pieces, too. Answers how many were removed; the rest is `collect_garbage`'s.
    """
    found, removed = set(sha256s), 0
    while found:
        pieces = BlobPart.objects.filter(whole__in=found, part__isnull=False)
        inside = set(pieces.values_list("part_id", flat=True))
        with transaction.atomic():
            removed += _remove(configured_objects(), _free(sorted(found), at + timedelta(days=1)))
        found = inside - found
    return removed


def _unnamed() -> QuerySet[Blob]:
    """The blobs that no foreign key of any model names. That a blob has parts is no reason to keep it."""
    rows = Blob.objects.all()
    for field in Blob._meta.get_fields(include_hidden=True):
        if isinstance(field, ForeignObjectRel) and field.field is not BlobPart._meta.get_field("whole"):
            naming = field.related_model._base_manager.filter(**{field.field.name: OuterRef("pk")})
            rows = rows.filter(~Exists(naming))
    return rows


def _collect_rows(before: datetime) -> int:
    removed, last = 0, ""
    while True:
        found = list(
            _unnamed()
            .filter(created_at__lt=before, sha256__gt=last)
            .order_by("sha256")
            .values_list("sha256", flat=True)[:SET]
        )
        if not found:
            return removed
        last = found[-1]
        with transaction.atomic():
            removed += _remove(configured_objects(), _free(found, before))


def _free(found: list[str], before: datetime) -> list[str]:
    """Of the contents found, those nobody holds and nobody has come to name since they were found."""
    held = [sha256 for sha256 in found if hold(sha256)]
    rows = Blob.objects.select_for_update(skip_locked=True).filter(sha256__in=held, created_at__lt=before)
    locked = list(rows.values_list("sha256", flat=True))
    return list(_unnamed().filter(sha256__in=locked).values_list("sha256", flat=True))


def _remove(objects: Objects, sha256s: list[str]) -> int:
    """Remove files, then rows: a crash between leaves rows that no one names, which the next run takes."""
    objects.delete(key_of(sha256) for sha256 in sha256s)
    Blob.objects.filter(sha256__in=sha256s).delete()
    return len(sha256s)


def _collect_files(before: datetime) -> int:
    """Remove files of uploads and transactions that never ended."""
    objects, removed = configured_objects(), 0
    for keys in objects.older_than(before):
        abandoned = [key for key in keys if key.startswith(f"{INCOMING}/")]
        objects.delete(abandoned)
        named = {key.rpartition("/")[2]: key for key in keys if key not in abandoned}
        for sha256 in Blob.objects.filter(sha256__in=named).values_list("sha256", flat=True):
            del named[sha256]
        removed += len(abandoned) + _remove_strays(objects, named)
    return removed


def _collect_uploads(before: datetime) -> int:
    folder, removed = spool_folder(), 0
    for path in folder.iterdir() if folder and folder.is_dir() else ():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                removed += 1
    return removed


def _remove_strays(objects: Objects, strays: dict[str, str]) -> int:
    """Remove files without a row, unless someone is storing that content right now."""
    if not strays:
        return 0
    with transaction.atomic():
        held = {sha256: key for sha256, key in strays.items() if _is_hash(sha256) and hold(sha256)}
        for sha256 in Blob.objects.filter(sha256__in=held).values_list("sha256", flat=True):
            del held[sha256]
        objects.delete(held.values())
    return len(held)


def _is_hash(name: str) -> bool:
    return len(name) == 64 and all(letter in "0123456789abcdef" for letter in name)
