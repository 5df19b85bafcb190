"""Sending what parties are told by mail, SMS and Zalo: in sets, under leases, never in their quiet hours."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, When

from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.jobs import enqueue
from lienthong.ledger.public import record
from lienthong.notifications.adapters.smtp import connect_mail
from lienthong.notifications.channels import text_sender
from lienthong.notifications.contracts import Letter, ShortText
from lienthong.notifications.models import ContactChoice, PartyMessage, PartyNotice
from lienthong.notifications.outbox import OUTCOME, Jitter, lease, note, revive
from lienthong.notifications.party_letters import Outgoing, write_messages
from lienthong.notifications.policies import require_can_operate
from lienthong.notifications.ports import Accepted, Failed, MailSender, TextSender
from lienthong.notifications.quiet import quiet_until
from lienthong.notifications.states import Channel, MailState

NO_ADDRESS = Failed("no address of this channel is known any more", permanent=True)


def send_party_messages(
    channel: Channel,
    *,
    at: datetime,
    sender: MailSender | TextSender | None = None,
    jitter: Jitter = random.random,
) -> int:
    """Send one batch of what is due by the channel; how many were dealt with, as `send_mails`.

    What was read or settled meanwhile is taken out; what falls into the party's quiet hours waits until they
    are over. A message that was sent calls for the next channel after the set hours if the notice is urgent,
    one that is dead at once. Nine queries. Must not be called inside a transaction.
    """
    messages = _claim(channel, at)
    if not messages:
        return 0
    over = [one for one in messages if one.notice.read_at or one.notice.settled_at]
    choices = _choices(messages)
    waiting = _put_off([one for one in messages if one not in over], choices, at)
    meant = [one for one in messages if one not in over and one not in waiting]
    written = write_messages(meant, _languages(meant, choices)) if meant else {}
    answers = _send(channel, [written[one.pk] for one in meant if one.pk in written], sender)
    outcome = dict(zip((one.pk for one in meant if one.pk in written), answers, strict=True))
    with transaction.atomic():
        PartyMessage.objects.filter(pk__in=[one.pk for one in over]).delete()
        _write_down(meant, written, outcome, at, jitter)
        PartyMessage.objects.bulk_update(waiting, ["next_attempt_at", "leased_until"])
    return len(messages) - sum(isinstance(answer, Failed) and answer.server for answer in answers)


def send_message_again(viewer: Viewer, message_id: int, *, at: datetime) -> None:
    """Try a dead message anew for the whole set time; for operators. Raises `NotAllowed`, `NotFound`."""
    with transaction.atomic():
        message = _dead(viewer, message_id)
        revive(message, at=at)
        record(actor=viewer.actor(), verb="party-message.send-again", subject=message.as_subject(), at=at)
        enqueue("notifications.send_party_messages")


def give_message_up(viewer: Viewer, message_id: int, *, at: datetime) -> None:
    """Take a dead message from the list; for operators. Raises `NotAllowed`, `NotFound`."""
    with transaction.atomic():
        message = _dead(viewer, message_id)
        message.state = MailState.GIVEN_UP
        message.save(update_fields=["state"])
        record(actor=viewer.actor(), verb="party-message.give-up", subject=message.as_subject(), at=at)


def _claim(channel: Channel, at: datetime) -> list[PartyMessage]:
    """The next messages nobody else is sending, leased."""
    ids = lease(PartyMessage.objects.filter(channel=channel), at=at)
    rows = PartyMessage.objects.filter(pk__in=ids).select_related("notice__party__account")
    return list(rows.order_by("pk"))


def _choices(messages: Sequence[PartyMessage]) -> dict[object, ContactChoice]:
    return ContactChoice.objects.in_bulk({one.notice.party_id for one in messages})


def _put_off(
    messages: Sequence[PartyMessage], choices: Mapping[object, ContactChoice], at: datetime
) -> list[PartyMessage]:
    """Those whose party is to be left alone now, with their next time noted."""
    found = []
    for one in messages:
        choice = choices.get(one.notice.party_id) or ContactChoice()
        until = quiet_until(at, begins=choice.quiet_from, ends=choice.quiet_until)
        if until is not None:
            one.next_attempt_at, one.leased_until = until, None
            found.append(one)
    return found


def _languages(messages: Sequence[PartyMessage], choices: Mapping[object, ContactChoice]) -> dict[int, str]:
    found = {}
    for one in messages:
        choice, account = choices.get(one.notice.party_id), one.notice.party.account
        chosen = (choice.language if choice else "") or (account.language if account else "")
        found[one.pk] = chosen or settings.LANGUAGE_CODE
    return found


def _send(
    channel: Channel, written: Sequence[Outgoing], sender: MailSender | TextSender | None
) -> list[Accepted | Failed]:
    if not written:
        return []
    if channel == Channel.MAIL and not settings.ENV.mail_host:
        return [Failed("no mail server is set up", server=True)] * len(written)
    by = sender or (connect_mail() if channel == Channel.MAIL else text_sender(channel))
    ready: list[Letter | ShortText] = [one.message for one in written]
    return by.send(ready)  # type: ignore[arg-type]  # the channel decides which of the two both are


def _write_down(
    messages: Sequence[PartyMessage],
    written: Mapping[int, Outgoing],
    outcome: Mapping[int, Accepted | Failed],
    at: datetime,
    jitter: Jitter,
) -> None:
    """Write the outcomes with one update, and on the notices when the next channel is to be tried."""
    for message in messages:
        note(message, outcome.get(message.pk, NO_ADDRESS), at=at, jitter=jitter)
        if message.state == MailState.SENT:
            message.template_version = written[message.pk].version
            message.segments = written[message.pk].segments
    PartyMessage.objects.bulk_update(messages, [*OUTCOME, "template_version", "segments"])
    hours = timedelta(hours=settings.ENV.party_escalate_hours)
    next_at = {one.notice_id: at for one in messages if one.state == MailState.DEAD}
    next_at |= {
        one.notice_id: at + hours for one in messages if one.state == MailState.SENT and one.notice.urgent
    }
    if next_at:
        whens = [When(pk=key, then=when) for key, when in next_at.items()]
        # Who read it while it was being sent is not told again; who reads it just now is not waited for.
        rows = PartyNotice.objects.filter(pk__in=next_at, read_at=None, settled_at=None)
        keys = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
        PartyNotice.objects.filter(pk__in=keys).update(escalate_at=Case(*whens, default=F("escalate_at")))


def _dead(viewer: Viewer, message_id: int) -> PartyMessage:
    require_can_operate(viewer)
    rows = PartyMessage.objects.filter(state=MailState.DEAD).select_for_update(of=("self",))
    found = rows.filter(pk=message_id).first()
    if found is None:
        raise NotFound
    return found
