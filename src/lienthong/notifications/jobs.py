"""Chores of notifications."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy

from lienthong.kernel.clock import now
from lienthong.kernel.jobs import enqueue, job, periodic
from lienthong.notifications.actions.codes import send_waiting_code
from lienthong.notifications.actions.digests import enrol_officials, queue_digests
from lienthong.notifications.actions.mailing import send_mails
from lienthong.notifications.actions.sending_parties import send_party_messages
from lienthong.notifications.actions.telling import forget_old
from lienthong.notifications.actions.telling_parties import escalate, forget_old_notices
from lienthong.notifications.states import Channel


@job(name="notifications.send_mails")
def send_due_mails() -> None:
    """Send, batch by batch, every mail that is due; stop when the mail server cannot be reached."""
    while send_mails(at=now()):
        pass


@job(name="notifications.send_code", retry=RetryStrategy(max_attempts=6, wait=10, linear_wait=10))
def send_one_time_code(code_id: str) -> None:
    """Send a one-time code, again after 10, 20 … seconds where the server does not take it."""
    send_waiting_code(UUID(code_id), at=now())


@periodic(cron="* * * * *")
@job(name="notifications.send_mails_again", queueing_lock="notifications.send_mails_again")
def send_mails_again(timestamp: int) -> None:
    """Send what failed before and is due again, every minute."""
    send_due_mails()


@periodic(cron="*/5 * * * *")
@job(name="notifications.queue_digests", queueing_lock="notifications.queue_digests")
def decide_digests(timestamp: int) -> None:
    """Give the digest to everyone whose time has come, every five minutes."""
    while enrol_officials(at=now()):
        pass
    decided = 0
    while batch := queue_digests(at=now()):
        decided += batch
    if decided:
        enqueue("notifications.send_mails")


@periodic(cron="17 3 * * *")
@job(name="notifications.forget_old", queueing_lock="notifications.forget_old")
def forget_old_notifications(timestamp: int) -> None:
    """Remove what is older than is kept, every night."""
    while forget_old(at=now()):
        pass
    while forget_old_notices(at=now()):
        pass


@job(name="notifications.send_party_messages")
def send_due_messages() -> None:
    """Send, batch by batch, what parties are told by each channel; stop each when its gateway is away."""
    for channel in Channel:
        while send_party_messages(channel, at=now()):
            pass


@periodic(cron="* * * * *")
@job(name="notifications.send_messages_again", queueing_lock="notifications.send_messages_again")
def send_messages_again(timestamp: int) -> None:
    """Send what failed before, or waited for the morning, every minute."""
    send_due_messages()


@periodic(cron="*/5 * * * *")
@job(name="notifications.escalate", queueing_lock="notifications.escalate")
def escalate_unread(timestamp: int) -> None:
    """Tell by the next channel what was not read, every five minutes."""
    while escalate(at=now()):
        pass
