"""Sending what stands in the outbox: under leases, again with back-off, until a set time is over."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.jobs import enqueue
from lienthong.ledger.public import record
from lienthong.notifications.adapters.smtp import connect_mail
from lienthong.notifications.letters import in_next_digest, write_letters
from lienthong.notifications.models import Mail, Notification
from lienthong.notifications.outbox import OUTCOME, Jitter, lease, note, revive
from lienthong.notifications.policies import require_can_operate
from lienthong.notifications.ports import Accepted, Failed, MailSender
from lienthong.notifications.states import MailState


def send_mails(*, at: datetime, sender: MailSender | None = None, jitter: Jitter = random.random) -> int:
    """Send one batch of what is due; how many were dealt with, 0 also when the server cannot be reached.

    The batch is leased, sent outside any transaction, and written down. If this process dies in between, the
    same mail goes out once more under the same Message-ID. What fails is tried again after 1 min, 2 min …
    up to an hour, each shortened by up to half at random; what the server refuses for good, and what
    nothing helped for the set hours, is dead. Must not be called inside a transaction.
    """
    if not settings.ENV.mail_host:
        return 0
    mails = _claim(at)
    if not mails:
        return 0
    letters = write_letters(mails, at=at)
    meant = [mail for mail in mails if mail.pk in letters]
    answers = (sender or connect_mail()).send([letters[mail.pk] for mail in meant]) if meant else []
    with transaction.atomic():
        Mail.objects.filter(pk__in=[mail.pk for mail in mails if mail.pk not in letters]).delete()
        _write_down(meant, answers, at, jitter)
    return len(mails) - sum(isinstance(answer, Failed) and answer.server for answer in answers)


def send_again(viewer: Viewer, mail_id: int, *, at: datetime) -> None:
    """Try a dead mail anew for the whole set time; for operators. Raises `NotAllowed`, `NotFound`."""
    with transaction.atomic():
        mail = _dead(viewer, mail_id)
        revive(mail, at=at)
        record(actor=viewer.actor(), verb="mail.send-again", subject=mail.as_subject(), at=at)
        enqueue("notifications.send_mails")


def give_up(viewer: Viewer, mail_id: int, *, at: datetime) -> None:
    """Take a dead mail from the list; for operators. Raises `NotAllowed`, `NotFound`."""
    with transaction.atomic():
        mail = _dead(viewer, mail_id)
        mail.state = MailState.GIVEN_UP
        mail.save(update_fields=["state"])
        record(actor=viewer.actor(), verb="mail.give-up", subject=mail.as_subject(), at=at)


def _claim(at: datetime) -> list[Mail]:
    """The next mails nobody else is sending, leased."""
    ids = lease(Mail.objects.all(), at=at)
    return list(Mail.objects.filter(pk__in=ids).select_related("official", "notification").order_by("pk"))


def _write_down(
    mails: Sequence[Mail], answers: Sequence[Accepted | Failed], at: datetime, jitter: Jitter
) -> None:
    """Write the outcomes with one update, and on the notifications that they were mailed."""
    for mail, answer in zip(mails, answers, strict=True):
        note(mail, answer, at=at, jitter=jitter)
    Mail.objects.bulk_update(mails, OUTCOME)
    sent = [mail for mail in mails if mail.state == MailState.SENT]
    Notification.objects.filter(pk__in=[mail.notification_id for mail in sent]).update(mailed_at=at)
    digested = [mail.official_id for mail in sent if mail.day is not None]
    if digested:
        in_next_digest(digested, at=at).update(mailed_at=at)


def _dead(viewer: Viewer, mail_id: int) -> Mail:
    require_can_operate(viewer)
    found = Mail.objects.dead().select_for_update().filter(pk=mail_id).first()
    if found is None:
        raise NotFound
    return found
