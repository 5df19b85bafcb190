"""What nobody does by hand: closing, warning, forgetting."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from lienthong.ledger.public import Actor, record
from lienthong.participation.actions.moving import make
from lienthong.participation.floods import forget_marks
from lienthong.participation.models import Draft, Feedback, Photo
from lienthong.participation.states import ENDED, LAPSE, OPEN, REOPEN_WITHIN, State
from lienthong.participation.telling import NEARLY_LATE, tell

BATCH = 200
WARN_BEFORE = timedelta(days=2)
DRAFTS_KEPT = timedelta(days=2)
SENDERS_KEPT = timedelta(days=730)
PLATFORM = Actor(kind="job", id="participation", name="participation", source="participation")


def lapse(*, at: datetime) -> int:
    """Close what was answered and not reopened in its time, a batch; answers how many."""
    due = Feedback.objects.filter(state=State.ANSWERED, answered_at__lt=at - REOPEN_WITHIN)
    with transaction.atomic():
        rows = list(due.select_related("category").select_for_update(of=("self",), skip_locked=True)[:BATCH])
        for feedback in rows:
            feedback.closed_at = at
            make(feedback, LAPSE, actor=PLATFORM, at=at)
    return len(rows)


def warn(*, at: datetime) -> int:
    """Tell bodies of what is due within two days or late, once for each deadline; a batch."""
    due = Feedback.objects.filter(state__in=sorted(OPEN), warned_at=None, due_at__lt=at + WARN_BEFORE)
    with transaction.atomic():
        rows = list(due.select_related("category").select_for_update(of=("self",), skip_locked=True)[:BATCH])
        for feedback in rows:
            tell(feedback, NEARLY_LATE, actor="", at=at)
        Feedback.objects.filter(pk__in=[feedback.pk for feedback in rows]).update(warned_at=at)
    return len(rows)


def forget_senders(*, at: datetime) -> int:
    """Remove what tells of the sender from what ended two years ago, and photos never shown; a batch.

    What was said, the answer and the figures stay; words and point of the place only where they were shown.
    """
    old = at - SENDERS_KEPT
    ended = Q(state=State.CLOSED, closed_at__lt=old) | Q(state=State.REFUSED, sent_at__lt=old)
    rows = Feedback.objects.filter(ended, state__in=sorted(ENDED), forgotten_at=None)
    with transaction.atomic():
        keys = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        chosen = Feedback.objects.filter(pk__in=keys)
        Photo.objects.filter(feedback__in=keys).exclude(
            public=True, feedback__published_at__isnull=False
        ).delete()
        chosen.exclude(shows_place=True, published_at__isnull=False).update(
            place="", latitude=None, longitude=None
        )
        chosen.update(party=None, sender_name="", telephone="", email="", media_url="", forgotten_at=at)
        for feedback in chosen:
            record(actor=PLATFORM, verb="feedback.forget", subject=feedback.ledger_subject, at=at)
    return len(keys)


def clear(*, at: datetime) -> None:
    """Remove drafts nobody came back to, with their photos, and marks that count no more."""
    Draft.objects.filter(saved_at__lt=at - DRAFTS_KEPT).delete()
    forget_marks(at=at)
