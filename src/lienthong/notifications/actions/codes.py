"""One-time codes go out at once, by the channel asked for; they stand in no table here (ADR 0074)."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from lienthong.identity.public import code_to_send, note_code_sent
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.notifications.adapters.smtp import connect_mail
from lienthong.notifications.channels import channels_on, fake_allowed, text_sender
from lienthong.notifications.contracts import Letter, ShortText
from lienthong.notifications.ports import Accepted, MailSender, TextSender
from lienthong.notifications.states import Channel
from lienthong.notifications.telephones import mobile_number
from lienthong.notifications.wording import without_marks


class CodeNotSent(Refusal):
    """No gateway took the code."""

    code, status = "code-not-sent", 503
    sentence = gettext_lazy(
        "The code could not be sent just now. Wait a minute and ask for a new one, or choose another way."
    )


def send_waiting_code(code_id: UUID, *, at: datetime) -> bool:
    """Send the code that `identity` keeps sealed and forget its digits; whether it was sent.

    Must not be called in a transaction. False where there is nothing to send any more, or no way to.

    Raises:
        CodeNotSent: it says nothing of code and address, since the worker logs it.
    """
    waiting = code_to_send(code_id, at=at)
    if waiting is None or Channel(waiting.channel.value) not in channels_on():
        return False
    send_code(
        code_id=code_id,
        code=waiting.code,
        channel=Channel(waiting.channel.value),
        address=waiting.address,
        language=waiting.language,
        until=waiting.expires_at,
    )
    if not fake_allowed():  # the demonstration shows the code on the page, too
        note_code_sent(code_id)
    return True


def send_code(
    *,
    code_id: UUID,
    code: str,
    channel: Channel,
    address: str,
    language: str,
    until: datetime,
    sender: TextSender | MailSender | None = None,
) -> None:
    """Send a one-time code by SMS or mail, also in quiet hours: who asked for it waits for it.

    `code_id` is the key under which a repeat is the same message. Call it in a job or after the transaction:
    it waits for the gateway, at most ten seconds.

    Raises:
        CodeNotSent: the gateway does not take it now, or the address is none; asking again later may help.
    """
    with override(language or settings.LANGUAGE_CODE):
        words = _("%(code)s is your code to sign in, until %(minute)s. Give it to nobody, officials neither.")
        said = words % {"code": code, "minute": f"{until.astimezone(VIETNAM):%H:%M}"}
        title = _("Your code to sign in")
    if channel == Channel.MAIL:
        key = f"<{code_id}@{urlsplit(settings.BASE_URL).hostname}>"
        letter = Letter(key, address, title, f"{said}\n", f"<p>{said}</p>")
        mail: MailSender = sender or connect_mail()  # type: ignore[assignment]
        answers = mail.send([letter]) if settings.ENV.mail_host or sender else []
    else:
        number = mobile_number(address)
        gateway: TextSender = sender or text_sender(Channel.SMS)  # type: ignore[assignment]
        answers = gateway.send([ShortText(str(code_id), number, without_marks(said))]) if number else []
    if not answers or not isinstance(answers[0], Accepted):
        raise CodeNotSent
