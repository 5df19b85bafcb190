"""Applications that were not sent: their end is announced, then they are deleted with their files."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from lienthong.kernel.clock import VIETNAM
from lienthong.notifications.public import Telling, tell_parties
from lienthong.portal.actions.noticing import note_left
from lienthong.portal.models import Draft, DraftFile
from lienthong.portal.party_notices import DRAFT_EXPIRING

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
            tell_parties(tellings=[_telling(row) for row in batch if row.party_id], at=at)
        count += len(batch)
        if len(batch) < BATCH:
            return count


def delete_expired(*, at: datetime) -> int:
    """Delete what has expired, a batch at a time: drafts not sent, and of those sent what was the way there.

    Where the unsent ones were left is counted, without whose they were.

    The dossier of a draft that was sent stays, as do the files that it took over; the others go with the next
    collection of what no row names.
    """
    count = 0
    while True:
        with transaction.atomic():
            rows = Draft.objects.select_for_update(skip_locked=True, of=("self",)).filter(expires_at__lte=at)
            ended = list(rows.order_by("expires_at").select_related("version__procedure", "offer")[:BATCH])
            keys = [row.pk for row in ended]
            note_left([row for row in ended if row.dossier_id is None], at=at)
            DraftFile.objects.filter(draft__in=keys).delete()
            Draft.objects.filter(pk__in=keys).delete()
        count += len(keys)
        if len(keys) < BATCH:
            return count


def _telling(row: Draft) -> Telling:
    """What its party is told; saved again, it may expire again, and is told again."""
    assert row.party_id is not None
    due = row.expires_at.astimezone(VIETNAM)
    return Telling(
        party_id=row.party_id,
        kind=DRAFT_EXPIRING.code,
        subject=row.ledger_subject,
        values={"procedure": row.version.procedure.name, "due": f"{due:%H:%M %d/%m/%Y}"},
        key=f"{due:%Y-%m-%d}",
        link=reverse("portal:draft", args=[row.pk]),
        until=row.expires_at,
    )
