"""Mail over SMTP: Django's own backend, one connection for a batch, told apart what failed."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from lienthong.notifications.contracts import Letter
from lienthong.notifications.ports import Accepted, Failed

SECONDS = 15
PERMANENT = 500  # RFC 5321, 4.2.1: 5yz is not to be repeated


class SmtpSender:
    """Fulfils `MailSender`."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        sender: str,
        user: str = "",
        password: str = "",
        security: str = "none",
        seconds: int = SECONDS,
    ) -> None:
        """`sender` is the From address; `security`: "none", "starttls" or "tls"."""
        self._sender = sender
        self._backend = EmailBackend(
            host=host,
            port=port,
            username=user,
            password=password,
            use_tls=security == "starttls",
            use_ssl=security == "tls",
            timeout=seconds,
        )

    def greet(self) -> None:
        """Connect, encrypt and sign in as for a mail."""
        try:
            self._backend.open()
        finally:
            self._backend.close()

    def send(self, letters: Sequence[Letter]) -> list[Accepted | Failed]:
        """Once the connection is lost the rest is not tried; it counts as a failure of the server."""
        answers: list[Accepted | Failed] = []
        try:
            self._backend.open()
            for letter in letters:
                answers.append(self._send(letter))
        except OSError as error:
            down = Failed(_words(error), server=True)
            answers += [down] * (len(letters) - len(answers))
        finally:
            self._close()
        return answers

    def _send(self, letter: Letter) -> Accepted | Failed:
        try:
            self._backend.send_messages([self._message(letter)])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return Failed(_line(code, words), permanent=code >= PERMANENT)
        except smtplib.SMTPDataError as error:
            return Failed(_line(error.smtp_code, error.smtp_error), permanent=error.smtp_code >= PERMANENT)
        except (ValueError, smtplib.SMTPNotSupportedError) as error:  # an address that is none, a bad header
            return Failed(_words(error), permanent=True)
        return Accepted()

    def _message(self, letter: Letter) -> EmailMultiAlternatives:
        message = EmailMultiAlternatives(
            letter.subject,
            letter.text,
            self._sender,
            [letter.to],
            headers={"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(letter.html, "text/html")
        return message

    def _close(self) -> None:
        try:
            self._backend.close()
        except OSError:
            self._backend.connection = None


def connect_mail() -> SmtpSender:
    """The mail server of this installation; only where one is set."""
    env = settings.ENV
    return SmtpSender(
        host=env.mail_host,
        port=env.mail_port,
        sender=env.mail_from,
        user=env.mail_user,
        password=env.mail_password.get_secret_value(),
        security=env.mail_security,
    )


def greet_mail_server() -> None:
    """Connect to the mail server of this installation; raises `OSError`."""
    connect_mail().greet()


def _line(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}"[:200]


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
