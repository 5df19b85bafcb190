"""Deciding who gets a digest today: each official once a day, on days on which the agency works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from lienthong.directory.public import PostHolding, calendars_of, is_working_day
from lienthong.identity.public import Account
from lienthong.kernel.clock import VIETNAM
from lienthong.notifications.models import Mail, Reminding

BATCH = 200


def enrol_officials(*, at: datetime) -> int:
    """Give a row to each official with an account who has none; the first digest comes the next day."""
    known = Reminding.objects.values("official_id")
    new = Account.objects.filter(is_active=True, official__isnull=False).exclude(official_id__in=known)
    ids = list(new.order_by("official_id").values_list("official_id", flat=True)[: BATCH * 10])
    today = at.astimezone(VIETNAM).date()
    Reminding.objects.bulk_create(
        [Reminding(official_id=key, digested_on=today) for key in ids], ignore_conflicts=True
    )
    return len(ids)


def queue_digests(*, at: datetime) -> int:
    """Decide for one batch of officials whose time has come, and answer how many they were.

    Rows are claimed with SKIP LOCKED and decided in the same transaction, so two workers never decide for the
    same official, and what a crash undoes is decided again. Nine queries at most.
    """
    if not settings.ENV.mail_host:
        return 0
    local = at.astimezone(VIETNAM)
    today, minute = local.date(), local.hour * 60 + local.minute
    with transaction.atomic():
        waiting = Reminding.objects.filter(
            Q(digested_on=None) | Q(digested_on__lt=today), digest=True, digest_minute__lte=minute
        )
        claimed = waiting.order_by("official_id").select_for_update(skip_locked=True)
        ids = list(claimed.values_list("official_id", flat=True)[:BATCH])
        if ids:
            Reminding.objects.filter(official_id__in=ids).update(digested_on=today)
            mails = [
                Mail(official_id=key, day=today, created_at=at, next_attempt_at=at)
                for key in _working(ids, today)
            ]
            Mail.objects.bulk_create(mails, ignore_conflicts=True)
    return len(ids)


def _working(official_ids: Collection[int], day: date) -> list[int]:
    """Those with an active account and a post in an agency that works on the day."""
    active = Account.objects.filter(official_id__in=official_ids, is_active=True).values("official_id")
    held = PostHolding.objects.filter(
        official_id__in=active,
        valid_from__lte=day,
        valid_to__gt=day,
        post__agency__valid_from__lte=day,
        post__agency__valid_to__gt=day,
    )
    agencies: defaultdict[int, set[int]] = defaultdict(set)
    for agency_id, official_id in held.values_list("post__agency_id", "official_id"):
        agencies[agency_id].add(official_id)
    if not agencies:
        return []
    calendars = calendars_of(list(agencies), years=[day.year])
    working = [key for key in agencies if is_working_day(calendars[key], day)]
    return sorted(set().union(*(agencies[key] for key in working)))
