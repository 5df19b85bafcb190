"""A mailbox over IMAP, always encrypted; and the operator's file that says where each agency's is."""

from __future__ import annotations

import ssl
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from lienthong.office.mail_ports import (
    ListedMail,
    MailboxesMisconfigured,
    MailboxSettings,
    MailboxUnavailable,
)

CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "agency": str,
    "host": str,
    "user": str,
    "password_file": str,
    "port": int,
    "security": str,
    "folder": str,
    "done": str,
    "since": date,
}
_NEEDED = ("agency", "host", "user", "password_file")


def configured_mailboxes(path: Path | None = None) -> list[MailboxSettings]:
    """The mailboxes of the operator's file (`LIENTHONG_MAILBOXES`); none if it is not set.

    Raises:
        MailboxesMisconfigured
    """
    path = path or settings.ENV.mailboxes
    if path is None:
        return []
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise MailboxesMisconfigured(f"{path}: {error}") from error
    boxes = [_settings(path, number, box) for number, box in enumerate(given.get("mailbox", []), start=1)]
    agencies = [box.agency for box in boxes]
    if twice := next((code for code in agencies if agencies.count(code) > 1), ""):
        raise MailboxesMisconfigured(f"{path}: {twice} has two mailboxes; one is read per agency")
    return boxes


def _settings(path: Path, number: int, given: Any) -> MailboxSettings:
    where = f"{path}: mailbox {number}"
    if not isinstance(given, dict):
        raise MailboxesMisconfigured(f"{where} is no table")
    if "password" in given:
        raise MailboxesMisconfigured(
            f"{where} holds a password; put it into a file, name it as password_file"
        )
    for name, value in given.items():
        if name not in _FIELDS or not isinstance(value, _FIELDS[name]):
            raise MailboxesMisconfigured(f"{where}: {name} is unknown or of the wrong type")
    if missing := next((name for name in _NEEDED if not given.get(name)), ""):
        raise MailboxesMisconfigured(f"{where}: {missing} is missing")
    if given.get("security", "tls") not in {"tls", "starttls"}:
        raise MailboxesMisconfigured(
            f"{where}: security is tls or starttls; a password never goes unencrypted"
        )
    return MailboxSettings(**{**given, "password_file": Path(given["password_file"])})


@contextmanager
def open_imap(box: MailboxSettings, *, context: ssl.SSLContext | None = None) -> Iterator[ImapMailbox]:
    """Connect, encrypt, sign in and open the folder; sign out at the end.

    What goes wrong is told without what was sent, so that the password comes into no log.

    Raises:
        MailboxUnavailable
    """
    trusted = context or ssl.create_default_context()
    with _told():
        try:
            password = box.password_file.read_text("utf-8").strip()
        except (OSError, ValueError):
            raise MailboxUnavailable(f"the password file {box.password_file} cannot be read") from None
        timeout = SocketTimeout(CONNECT_SECONDS, READ_SECONDS)
        client = IMAPClient(
            box.host, box.port, ssl=box.security == "tls", ssl_context=trusted, timeout=timeout
        )
    try:
        with _told():
            if box.security == "starttls":
                client.starttls(trusted)
            try:
                client.login(box.user, password)
            except LoginError:
                raise MailboxUnavailable("the server refused user name or password") from None
        yield ImapMailbox(client, box)
    finally:
        try:
            client.logout()
        except (IMAPClientError, OSError):
            client.shutdown()


class ImapMailbox:
    """Fulfils `MailboxPort`."""

    def __init__(self, client: IMAPClient, box: MailboxSettings) -> None:
        self._client, self._box = client, box
        with _told():
            self._validity = int(client.select_folder(box.folder)[b"UIDVALIDITY"])

    def validity(self) -> int:
        """The folder's UIDVALIDITY."""
        return self._validity

    def waiting(self, *, after: int, limit: int) -> list[ListedMail]:
        """By UID, not by what is unread: a mail that someone read elsewhere is no less received."""
        asked: list[Any] = ["UID", f"{after + 1}:*", "UNDELETED"]
        if self._box.since:
            asked += ["SINCE", self._box.since]
        with _told():
            # The last mail is always in "n:*", even if its UID is smaller (RFC 3501, 6.4.8).
            found = sorted(uid for uid in self._client.search(asked) if uid > after)[:limit]
            sizes = self._client.fetch(found, ["RFC822.SIZE"]) if found else {}
        return [ListedMail(uid, int(sizes[uid][b"RFC822.SIZE"])) for uid in found if uid in sizes]

    def fetch(self, uid: int, *, most: int) -> bytes:
        """Asked for with PEEK, which leaves it unread."""
        with _told():
            answer = self._client.fetch([uid], [f"BODY.PEEK[]<0.{most}>"]).get(uid, {})
        content = next((value for key, value in answer.items() if key.startswith(b"BODY[]")), b"")
        return bytes(content or b"")[:most]

    def finish(self, *, up_to: int) -> None:
        """Marked as read in the folder, or moved out of it."""
        if up_to < 1:
            return
        asked: list[Any] = ["UID", f"1:{up_to}", "UNDELETED", *([] if self._box.done else ["UNSEEN"])]
        with _told():
            found = [uid for uid in self._client.search(asked) if uid <= up_to]
            if not found:
                return
            if not self._box.done:
                self._client.add_flags(found, [b"\\Seen"], silent=True)
            elif self._client.has_capability("MOVE"):
                self._client.move(found, self._box.done)
            else:
                self._client.copy(found, self._box.done)
                self._client.delete_messages(found, silent=True)


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong, as `MailboxUnavailable`."""
    try:
        yield
    except (IMAPClientError, OSError, ValueError, KeyError, AssertionError) as error:
        raise MailboxUnavailable(f"{type(error).__name__}: {error}"[:300]) from None
