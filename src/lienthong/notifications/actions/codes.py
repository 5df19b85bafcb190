"""Sending one-time codes (ADR 0074)."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from lienthong.identity.public import Channel, CodeToSend, code_to_send, note_code_sent
from lienthong.kernel.clock import VIETNAM
from lienthong.notifications.adapters.smtp import connect_mail
from lienthong.notifications.contracts import Letter
from lienthong.notifications.ports import Failed, MailSender


class CodeNotSent(RuntimeError):
    """The server did not take the code; it is tried again while it serves."""


def send_code(code_id: UUID, *, at: datetime, sender: MailSender | None = None) -> bool:
    """Send the code by mail and forget its digits; whether it was sent. Must not be called in a transaction.

    False where there is nothing to send, no way to, or the address takes nothing.

    Raises:
        CodeNotSent: says nothing of code and address, since the worker logs it.
    """
    waiting = code_to_send(code_id, at=at)
    if waiting is None or waiting.channel is not Channel.MAIL or not (sender or settings.ENV.mail_host):
        return False
    [answer] = (sender or connect_mail()).send([_letter(code_id, waiting)])
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
