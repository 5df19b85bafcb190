"""Sending one-time codes (ADR 0074)."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from lienthong.identity.public import Channel as Asked
from lienthong.identity.public import CodeToSend, code_to_send, note_code_sent
from lienthong.kernel.clock import VIETNAM
from lienthong.notifications.adapters.smtp import connect_mail
from lienthong.notifications.channels import DemoSender, channels_on, text_sender
from lienthong.notifications.contracts import Letter, ShortText
from lienthong.notifications.ports import Accepted, Failed, MailSender, TextSender
from lienthong.notifications.states import Channel
from lienthong.notifications.telephones import mobile_number
from lienthong.notifications.wording import without_marks

NO_NUMBER = Failed("no mobile number", permanent=True)


class CodeNotSent(RuntimeError):
    """The server did not take the code; it is tried again while it serves."""


def send_code(
    code_id: UUID, *, at: datetime, mail: MailSender | None = None, sms: TextSender | None = None
) -> bool:
    """Send the code by mail or SMS and forget its digits; whether it was sent. Not in a transaction.

    Also in the quiet hours: who asked for it waits for it. False where there is nothing to send, no way to,
    or the address takes nothing.

    Raises:
        CodeNotSent: says nothing of code and address, since the worker logs it.
    """
    waiting = code_to_send(code_id, at=at)
    if waiting is None:
        return False
    by_mail = waiting.channel is Asked.MAIL
    if (mail if by_mail else sms) is None and (Channel.MAIL if by_mail else Channel.SMS) not in channels_on():
        return False
    if by_mail:
        [answer] = (mail or connect_mail()).send([_letter(code_id, waiting)])
    else:
        gateway = sms or text_sender(Channel.SMS)
        answer = _text(code_id, waiting, gateway)
        if isinstance(gateway, DemoSender):  # nobody got it; the demonstration's page may still show it
            return True
    if isinstance(answer, Failed) and not answer.permanent:
        raise CodeNotSent
    note_code_sent(code_id)
    return not isinstance(answer, Failed)


def _letter(code_id: UUID, waiting: CodeToSend) -> Letter:
    """The code stands in the subject too, where a telephone shows it at once."""
    until = f"{waiting.expires_at.astimezone(VIETNAM):%H:%M}"
    with override(waiting.language):
        subject = _("%(code)s is your code for Liên Thông") % {"code": waiting.code}
        text = _(
            "Your code is %(code)s. It serves until %(until)s, once. No official asks you for it: "
            "tell nobody. If you did not ask for it, do nothing."
        ) % {"code": waiting.code, "until": until}
    host = urlsplit(settings.BASE_URL).hostname
    return Letter(f"<code-{code_id}@{host}>", waiting.address, subject, text, f"<p>{text}</p>")


def _text(code_id: UUID, waiting: CodeToSend, sender: TextSender) -> Accepted | Failed:
    """One SMS, without marks."""
    number = mobile_number(waiting.address)
    if not number:
        return NO_NUMBER
    until = f"{waiting.expires_at.astimezone(VIETNAM):%H:%M}"
    with override(waiting.language):
        words = _(
            "%(code)s is your code for Liên Thông, until %(until)s. No official asks for it: tell nobody."
        )
        text = without_marks(words % {"code": waiting.code, "until": until})
    return sender.send([ShortText(str(code_id), number, text)])[0]
