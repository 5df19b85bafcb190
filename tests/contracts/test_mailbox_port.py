"""What every mailbox must do; the real one against a small server that speaks IMAP over TLS."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.contracts.certificates import self_signed

from lienthong.office.adapters.fake_mailbox import FakeMailbox
from lienthong.office.adapters.imap import ImapMailbox, configured_mailboxes, open_imap
from lienthong.office.mail_ports import (
    ListedMail,
    MailboxesMisconfigured,
    MailboxPort,
    MailboxSettings,
    MailboxUnavailable,
)
from lienthong.office.tests.mails import raw_mail

PASSWORD = "mat-khau-hop-thu"


class ImapServer:
    """A folder of mails, served to one client after the other: the few commands of RFC 3501 used here."""

    def __init__(self, folder: Path, *, moves: bool = True, cut_at: str = "") -> None:
        self.mails: dict[int, bytes] = {}
        self.seen: set[int] = set()
        self.moved: dict[str, list[int]] = {}
        self.moves, self.cut_at = moves, cut_at
        certificate, key = self_signed(folder)
        self.authority = certificate
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        if self._listening.fileno() < 0:
            return
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                raw, _address = self._listening.accept()
            except OSError:
                return
            with suppress(OSError), self._context.wrap_socket(raw, server_side=True) as connection:
                self._talk(connection)

    def _talk(self, connection: ssl.SSLSocket) -> None:
        connection.sendall(b"* OK ready\r\n")
        for line in iter(connection.makefile("rb").readline, b""):
            tag, _space, rest = line.decode().strip().partition(" ")
            command = rest.upper()
            if self.cut_at and command.startswith(self.cut_at):
                return
            try:
                answers, end = self._answer(command, rest)
            except PermissionError:
                answers, end = [], "NO [AUTHENTICATIONFAILED] wrong"
            for answer in answers:
                connection.sendall(answer + b"\r\n")
            connection.sendall(f"{tag} {end} done\r\n".encode())

    def _answer(self, command: str, said: str) -> tuple[list[bytes], str]:
        if command.startswith("CAPABILITY"):
            return [b"* CAPABILITY IMAP4rev1" + (b" MOVE" if self.moves else b"")], "OK"
        if command.startswith("LOGIN"):
            if PASSWORD not in said:
                raise PermissionError
            return [], "OK"
        if command.startswith("SELECT"):
            return [f"* {len(self.mails)} EXISTS".encode(), b"* OK [UIDVALIDITY 7] valid"], "OK [READ-WRITE]"
        if command.startswith("UID SEARCH"):
            return [b"* SEARCH " + " ".join(map(str, self._search(command))).encode()], "OK"
        if command.startswith("LOGOUT"):
            return [b"* BYE gone"], "OK"
        if not command.startswith("UID"):
            return [], "OK"
        uids = [int(uid) for uid in re.findall(r"\d+", command.split(" ")[2])]
        if command.startswith("UID FETCH"):
            return [self._fetched(uid, command) for uid in uids if uid in self.mails], "OK"
        if command.startswith("UID STORE"):
            (self.seen.update if "SEEN" in command else self._remove)(uids)
        if command.startswith(("UID MOVE", "UID COPY")):
            self.moved.setdefault(said.split()[-1].strip('"'), []).extend(uids)
            if "MOVE" in command:
                self._remove(uids)
        return [], "OK"

    def _search(self, command: str) -> list[int]:
        first, last = re.search(r"UID (\d+):(\d+|\*)", command.removeprefix("UID SEARCH")).groups()  # type: ignore[union-attr]
        most = max(self.mails, default=0)
        ends = sorted([int(first), most if last == "*" else int(last)])  # RFC 3501: the order does not matter
        found = [uid for uid in self.mails if ends[0] <= uid <= ends[1]]
        return [uid for uid in found if "UNSEEN" not in command or uid not in self.seen]

    def _fetched(self, uid: int, command: str) -> bytes:
        number = sorted(self.mails).index(uid) + 1
        if "RFC822.SIZE" in command:
            return f"* {number} FETCH (UID {uid} RFC822.SIZE {len(self.mails[uid])})".encode()
        most = int(re.search(r"<0\.(\d+)>", command)[1])  # type: ignore[index]
        content = self.mails[uid][:most]
        return f"* {number} FETCH (UID {uid} BODY[]<0> {{{len(content)}}}\r\n".encode() + content + b")"

    def _remove(self, uids: list[int]) -> None:
        for uid in uids:
            self.mails.pop(uid, None)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ImapServer]:
    server = ImapServer(tmp_path)
    yield server
    server.close()


def settings_of(
    server: ImapServer, tmp_path: Path, *, password: str = PASSWORD, **more: Any
) -> MailboxSettings:
    secret = tmp_path / "secret"
    secret.write_text(f"{password}\n")
    return MailboxSettings("H07.11", "127.0.0.1", "vanthu", secret, port=server.port, **more)


def opened(server: ImapServer, box: MailboxSettings) -> AbstractContextManager[ImapMailbox]:
    return open_imap(box, context=ssl.create_default_context(cafile=server.authority))


@pytest.fixture(params=["fake", "imap"])
def mailbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[MailboxPort, dict[int, bytes]]]:
    if request.param == "fake":
        fake = FakeMailbox()
        yield fake, fake.mails
        return
    server = request.getfixturevalue("server")
    with opened(server, settings_of(server, tmp_path)) as real:
        yield real, server.mails


Held = tuple[MailboxPort, dict[int, bytes]]


def test_mails_are_listed_by_uid_after_the_last_one_with_their_sizes(mailbox: Held) -> None:
    port, mails = mailbox
    mails |= {3: b"a" * 10, 5: b"b" * 20, 9: b"c" * 30}
    assert port.validity() == 7
    assert port.waiting(after=3, limit=10) == [ListedMail(5, 20), ListedMail(9, 30)]
    assert port.waiting(after=0, limit=1) == [ListedMail(3, 10)]
    assert port.waiting(after=9, limit=10) == []


def test_a_mail_comes_as_it_is_or_its_beginning(mailbox: Held) -> None:
    port, mails = mailbox
    mails[4] = raw_mail({"a.pdf": bytes(range(256)) * 50})
    assert port.fetch(4, most=10**6) == mails[4]
    assert port.fetch(4, most=100) == mails[4][:100]
    assert port.fetch(5, most=100) == b""


def test_finishing_twice_or_of_nothing_is_no_error(mailbox: Held) -> None:
    port, mails = mailbox
    port.finish(up_to=0)
    mails[4] = b"x"
    port.finish(up_to=4)
    port.finish(up_to=4)


def test_what_is_finished_is_marked_as_read_and_nothing_else(server: ImapServer, tmp_path: Path) -> None:
    server.mails |= {1: b"a", 2: b"b", 3: b"c"}
    with opened(server, settings_of(server, tmp_path)) as port:
        port.fetch(3, most=10)
        port.finish(up_to=2)
    assert server.seen == {1, 2}


@pytest.mark.parametrize("moves", [True, False])
def test_with_a_folder_for_what_is_done_it_is_moved_there(tmp_path: Path, moves: bool) -> None:
    server = ImapServer(tmp_path, moves=moves)
    server.mails |= {1: b"a", 2: b"b"}
    with opened(server, settings_of(server, tmp_path, done="Done")) as port:
        port.finish(up_to=1)
    server.close()
    assert (server.moved, set(server.mails)) == ({"Done": [1]}, {2})


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH"])
def test_a_server_that_breaks_off_is_unavailable_without_the_password_in_words(
    tmp_path: Path, command: str
) -> None:
    server = ImapServer(tmp_path, cut_at=command)
    server.mails[1] = b"a"
    with (
        pytest.raises(MailboxUnavailable) as raised,
        opened(server, settings_of(server, tmp_path)) as port,
    ):
        port.waiting(after=0, limit=5)
    server.close()
    assert PASSWORD not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_wrong_password_is_told_and_not_shown(server: ImapServer, tmp_path: Path) -> None:
    box = settings_of(server, tmp_path, password="sai-mat-khau")
    with (
        pytest.raises(MailboxUnavailable, match="refused user name or password") as raised,
        opened(server, box),
    ):
        pass
    assert "sai-mat-khau" not in repr(raised.value)


def test_a_server_that_nobody_vouches_for_gets_no_password(server: ImapServer, tmp_path: Path) -> None:
    with (
        pytest.raises(MailboxUnavailable, match="CERTIFICATE_VERIFY_FAILED"),
        open_imap(settings_of(server, tmp_path)),
    ):
        pass


def test_a_server_that_is_away_is_unavailable(server: ImapServer, tmp_path: Path) -> None:
    box = settings_of(server, tmp_path)
    server.close()
    with pytest.raises(MailboxUnavailable), opened(server, box):
        pass


def test_the_operators_file_names_mailboxes(tmp_path: Path) -> None:
    file = tmp_path / "mailboxes.toml"
    file.write_text(BOX.replace('"A"', '"H07.11"') + "since = 2026-11-01\n")
    (box,) = configured_mailboxes(file)
    assert box == MailboxSettings("H07.11", "m", "u", Path("/p"), since=date(2026, 11, 1))


BOX = '[[mailbox]]\nagency = "A"\nhost = "m"\nuser = "u"\npassword_file = "/p"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[mailbox", "mailboxes.toml"),
        ('[[mailbox]]\nagency = "A"', "host is missing"),
        (BOX + 'password = "x"', "holds a password"),
        (BOX + 'security = "none"', "never goes unencrypted"),
        (BOX + 'port = "993"', "port is unknown or of the wrong type"),
        (BOX + "colour = 1", "colour is unknown"),
        (BOX + BOX, "A has two mailboxes"),
        ("mailbox = [1]", "no table"),
    ],
)
def test_what_cannot_be_followed_says_where_and_why(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "mailboxes.toml"
    file.write_text(text)
    with pytest.raises(MailboxesMisconfigured, match=says):
        configured_mailboxes(file)
