"""Applications that were not sent: their end is announced, then they are deleted with their files."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from lienthong.kernel.events import publish
from lienthong.portal.contracts import DraftExpiring
from lienthong.portal.models import Draft, DraftFile

BATCH = 500


def announce_expiry(*, at: datetime) -> int:
    """Announce once, a batch at a time, which drafts of parties will be deleted soon; how many.

    Nobody can be told of a draft without an owner: its page says until when it is kept.
    """
    soon, count = at + timedelta(days=settings.ENV.draft_warning_days), 0
    while True:
        with transaction.atomic():
            rows = Draft.objects.select_for_update(skip_locked=True, of=("self",)).filter(
                dossier=None, party__isnull=False, warned_at=None, expires_at__gt=at, expires_at__lte=soon
            )
            batch = list(rows.select_related("version__procedure").order_by("expires_at")[:BATCH])
            Draft.objects.filter(pk__in=[row.pk for row in batch]).update(warned_at=at)
            for row in batch:
                if row.party_id is not None:
                    procedure = row.version.procedure
                    publish(
                        DraftExpiring(row.pk, row.party_id, procedure.name, procedure.name_en, row.expires_at)
                    )
        count += len(batch)
        if len(batch) < BATCH:
            return count


def delete_expired(*, at: datetime) -> int:
    """Delete what has expired, a batch at a time: drafts not sent, and of those sent what was the way there.

    The dossier of a draft that was sent stays, as do the files that it took over; the others go with the next
    collection of what no row names.
    """
    count = 0
    while True:
        with transaction.atomic():
            rows = Draft.objects.select_for_update(skip_locked=True).filter(expires_at__lte=at)
            keys = list(rows.order_by("expires_at").values_list("pk", flat=True)[:BATCH])
            DraftFile.objects.filter(draft__in=keys).delete()
            Draft.objects.filter(pk__in=keys).delete()
        count += len(keys)
        if len(keys) < BATCH:
            return count
