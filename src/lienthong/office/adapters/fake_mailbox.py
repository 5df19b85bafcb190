"""A mailbox in memory that fails on demand, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lienthong.office.mail_ports import ListedMail, MailboxSettings, MailboxUnavailable


@dataclass
class FakeMailbox:
    """Fulfils `MailboxPort`: `mails` by UID; calls in `failing` raise, `fetch` for UIDs in `cut`."""

    mails: dict[int, bytes] = field(default_factory=dict)
    uid_validity: int = 7
    failing: set[str] = field(default_factory=set)
    cut: set[int] = field(default_factory=set)
    finished: set[int] = field(default_factory=set)
    fetched: list[int] = field(default_factory=list)

    def deliver(self, raw: bytes) -> int:
        """Put a mail into the mailbox and answer its UID."""
        uid = max(self.mails, default=0) + 1
        self.mails[uid] = raw
        return uid

    @contextmanager
    def open(self, box: MailboxSettings) -> Iterator[FakeMailbox]:
        """Fulfils `OpenMailbox`."""
        self._fail("open")
        yield self

    def validity(self) -> int:
        """As set."""
        self._fail("validity")
        return self.uid_validity

    def waiting(self, *, after: int, limit: int) -> list[ListedMail]:
        """What is there."""
        self._fail("waiting")
        return [ListedMail(uid, len(self.mails[uid])) for uid in sorted(self.mails) if uid > after][:limit]

    def fetch(self, uid: int, *, most: int) -> bytes:
        """The beginning of it."""
        self._fail("fetch")
        if uid in self.cut:
            raise MailboxUnavailable("cut off")
        self.fetched.append(uid)
        return self.mails.get(uid, b"")[:most]

    def finish(self, *, up_to: int) -> None:
        """Remember which."""
        self._fail("finish")
        self.finished |= {uid for uid in self.mails if uid <= up_to}

    def _fail(self, call: str) -> None:
        if call in self.failing:
            raise MailboxUnavailable(call)
