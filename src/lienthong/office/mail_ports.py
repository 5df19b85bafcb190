"""A mailbox as the office sees it, and where those of its agencies are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, Protocol, TypeAlias


class MailboxUnavailable(Exception):
    """The mail server did not answer, broke off or will not let us in; the same may succeed later."""


class MailboxesMisconfigured(Exception):
    """The operator's file of mailboxes cannot be followed; the message says where and why."""


@dataclass(frozen=True)
class MailboxSettings:
    """Where an agency's mailbox is. The password stands in a file of its own and is read for each sign-in."""

    agency: str
    host: str
    user: str
    password_file: Path
    port: int = 993
    security: Literal["tls", "starttls"] = "tls"
    folder: str = "INBOX"
    done: str = ""
    since: date | None = None


@dataclass(frozen=True)
class ListedMail:
    """A mail in the mailbox, not yet fetched; `size` in bytes, as the server says."""

    uid: int
    size: int


class MailboxPort(Protocol):
    """An open mailbox. Every call may raise `MailboxUnavailable`; nothing is changed but by `finish`."""

    def validity(self) -> int:
        """The number that says whether UIDs still mean the same mails."""
        ...

    def waiting(self, *, after: int, limit: int) -> list[ListedMail]:
        """The mails with greater UIDs, in their order; the limit's many at most."""
        ...

    def fetch(self, uid: int, *, most: int) -> bytes:
        """The mail's first bytes, at most so many; empty if it is gone. It does not become read by this."""
        ...

    def finish(self, *, up_to: int) -> None:
        """Mark every mail up to this UID as read, or move it to the folder for what is done."""
        ...


OpenMailbox: TypeAlias = Callable[[MailboxSettings], AbstractContextManager[MailboxPort]]
