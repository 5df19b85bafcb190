"""What the platform needs of the outside to send mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lienthong.notifications.contracts import Letter


@dataclass(frozen=True)
class Accepted:
    """The mail server has taken responsibility for the mail."""


@dataclass(frozen=True)
class Failed:
    """It has not. `permanent`: asking again will not help; `server`: no mail at all gets through now."""

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
