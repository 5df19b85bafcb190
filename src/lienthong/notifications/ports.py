"""What the platform needs of the outside to send mail and short texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lienthong.notifications.contracts import Letter, ShortText


@dataclass(frozen=True)
class Accepted:
    """The server has taken responsibility for the message."""


@dataclass(frozen=True)
class Failed:
    """It has not. `permanent`: asking again will not help; `server`: nothing at all gets through now."""

    detail: str
    permanent: bool = False
    server: bool = False


class MailSender(Protocol):
    """A mail server."""

    def send(self, letters: Sequence[Letter]) -> list[Accepted | Failed]:
        """Hand the mails over, one after the other; one answer for each, and no exception."""
        ...

    def greet(self) -> None:
        """Connect and sign in, sending nothing; raises `OSError` (of which `SMTPException` is one)."""
        ...


class TextSender(Protocol):
    """A gateway for short texts to telephones: SMS, Zalo."""

    def send(self, texts: Sequence[ShortText]) -> list[Accepted | Failed]:
        """Hand the texts over, one after the other; one answer for each, and no exception.

        A `message_id` that was taken before is answered as then and reaches the telephone once, where the
        gateway can tell.
        """
        ...
