"""One round of the connector: report, send, collect. It may be killed anywhere and begun again.

Sending and reporting are safe to repeat, since the axis answers the same packet, and the same status of the
same time, as it did before; so a file is moved only after the answer. Handing a delivery to the local system,
which may take it away at once, must happen once: an empty file in `taken` says that the delivery is here for
good, and one rename brings it from `arriving` into the inbox. With the mark and without the file in
`arriving`, it has been handed over.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal
from uuid import UUID

from lienthong.axis.client import AxisClient, AxisRefused, AxisUnreachable
from lienthong.axis.connector.folders import PART, ExchangeFolder, free_name, move
from lienthong.axis.connector.unpacking import unpack
from lienthong.axis.contracts import InboxItem, Receipt, StatusReport
from lienthong.kernel.envelopes import ReadingKey
from lienthong.kernel.errors import Refusal
from lienthong.kernel.spools import Extent, Spool, sha256_of

PAGE = 200
REPORTED_AT_ONCE = 100
LONGEST = 1000  # characters of a reason that are sent; the axis refuses half as many
ARRIVED = "01"
SHOWN_AFTER = 5  # attempts to fetch a packet; before that it is most likely a line that broke
FIRST_REST, LONGEST_REST = 15.0, 3600.0  # seconds between two attempts, each time twice as many
PACKET = ".edxml"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATUS_NAME = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9]{2})\.txt", re.IGNORECASE)
# Refusals of the connection, not of what was sent: the file stays where it is.
_OF_THE_CONNECTION = {401, 404, 405, 408}
BAD_STATUS_NAME = {
    "vi": "Tên tệp phải có dạng <mã lượt gửi>.<mã trạng thái>.txt.",
    "en": "The name of the file must be <delivery id>.<status code>.txt.",
}
UNFETCHED = {
    "vi": "Gói tin này không tải về được; hệ thống vẫn thử lại. Nếu kéo dài, hãy báo đơn vị vận hành trục.",
    "en": "This packet cannot be fetched; it is tried again. If it lasts, tell the operator of the axis.",
}

What = Literal["sent", "refused", "collected", "reported", "failed"]
# Called with a piece of work, how far it is, and of how many (0 where nobody knows).
Progress = Callable[[str, int, int], None]


class NotAnAxis(Exception):
    """The address answers, but not as an axis, or not to these credentials."""


@dataclass(frozen=True)
class Event:
    """Something that was done with one file, for whoever watches."""

    what: What
    name: str
    detail: str = ""


@dataclass
class Tally:
    """How many files of each kind a round has dealt with."""

    sent: int = 0
    refused: int = 0
    collected: int = 0
    reported: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(asdict(self).values())


def _unseen(work: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class _StatusFile:
    """A status as a file says it, and which version of the file."""

    path: Path
    version: tuple[int, int, int]
    delivery_id: UUID
    report: StatusReport


@dataclass
class Connector:
    """Works on a locked and prepared folder for the system that the client speaks for."""

    folder: ExchangeFolder
    client: AxisClient
    tell: Callable[[Event], None]
    progress: Progress = _unseen
    unpacks: bool = False
    keys: Collection[ReadingKey] = ()
    clock: Callable[[], float] = time.time  # seconds, as the folder's file times have them

    def work(self) -> Tally:
        """Do what there is to do, once.

        Raises:
            AxisUnreachable, NotAnAxis, OSError: what was done before it stays; the next round goes on.
        """
        self._tally = Tally()
        self._report_all()
        self._send_all()
        self._collect_all()
        return self._tally

    # Outbox

    def _send_all(self) -> None:
        files = sorted(path for path in self.folder.outbox.glob(f"*{PACKET}") if path.is_file())
        for number, path in enumerate(files, start=1):
            self._send(path)
            self.progress("Sending", number, len(files))

    def _send(self, path: Path) -> None:
        before = _version(path)
        try:
            sha256 = sha256_of(Extent(Spool.of_path(path)).pieces())
            progress = partial(self.progress, f"Sending {path.name}")
            receipt = self.client.submit_packet(path, progress=progress)
        except AxisRefused as refusal:
            self._require_about_the_file(refusal)
            if _version(path) == before:
                self._put_away(path, self.folder.refused, ".reason.txt", _reason(refusal))
                self._note("refused", path.name, refusal.code)
            return
        if receipt.sha256 != sha256:
            self._note("failed", path.name, "the receipt is for another packet")
        elif _version(path) == before:
            self._put_away(path, self.folder.sent, ".receipt.json", _receipt(receipt))
            self._note("sent", path.name, str(receipt.packet_id))

    def _put_away(self, path: Path, to: Path, ending: str, beside: str) -> None:
        """Move a file with a word beside it, which is written first: the file's move is what counts."""
        name = free_name(to, path.name)
        self.folder.write(to / f"{Path(name).stem}{ending}", [beside.encode()])
        move(path, to / name)

    # Status

    def _report_all(self) -> None:
        files = [path for path in self.folder.status.glob("*.txt") if path.is_file()]
        files.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
        for start in range(0, len(files), REPORTED_AT_ONCE):
            some = files[start : start + REPORTED_AT_ONCE]
            self._report([found for path in some if (found := self._read_status(path))])
            self.progress("Reporting", start + len(some), len(files))

    def _read_status(self, path: Path) -> _StatusFile | None:
        """What the file reports; one with another name is put away."""
        named = _STATUS_NAME.fullmatch(path.name)
        if named is None:
            self._put_away(path, self.folder.unreported, ".reason.txt", _both(BAD_STATUS_NAME))
            self._note("refused", path.name, "bad-name")
            return None
        before, words = _version(path), path.read_text("utf-8", errors="replace").strip()
        report = StatusReport(code=named[2], at=_changed_at(path), description=words[:LONGEST])
        return _StatusFile(path, before, UUID(named[1]), report)

    def _report(self, files: list[_StatusFile]) -> None:
        """Report what the files say in one call, in their order, and put each away with its answer."""
        if not files:
            return
        try:
            answers = self.client.report_statuses([(file.delivery_id, file.report) for file in files])
        except AxisRefused as refusal:
            raise NotAnAxis(str(refusal)) from refusal
        for file, answer in zip(files, answers, strict=True):
            if isinstance(answer, AxisRefused):
                # A delivery that is not there is a 404 of the axis itself, which names it so.
                if answer.code != "not-found":
                    self._require_about_the_file(answer)
                if _version(file.path) == file.version:
                    self._put_away(file.path, self.folder.unreported, ".reason.txt", _reason(answer))
                    self._note("refused", file.path.name, answer.code)
            elif _version(file.path) == file.version:
                move(file.path, self.folder.reported / free_name(self.folder.reported, file.path.name))
                self._note("reported", file.path.name)

    # Inbox

    def _collect_all(self) -> None:
        self._hand_over_all()
        seen: set[str] = set()
        for item in self._waiting():
            seen.add(str(item.delivery_id))
            if self._rests(str(item.delivery_id)):
                continue
            self._collect(item)
            self.progress("Collecting", len(seen), 0)
        for mark in self.folder.taken.iterdir():
            if mark.name not in seen:
                mark.unlink()  # its 01 is known there
        for failing in self.folder.failing.iterdir():
            if failing.name not in seen:
                self._forget_failures(failing.name)  # withdrawn, or somebody else has it

    def _waiting(self) -> Iterator[InboxItem]:
        after = ""
        while True:
            try:
                page = self.client.inbox(after=after, limit=PAGE)
            except AxisRefused as refusal:
                raise NotAnAxis(str(refusal)) from refusal
            yield from page.items
            if not page.next:
                return
            after = page.next

    def _collect(self, item: InboxItem) -> None:
        name = str(item.delivery_id)
        mark = self.folder.taken / name
        if not mark.exists():
            if not self._download(item):
                return
            self.folder.write(mark, [])
            self._hand_over(self.folder.arriving / f"{name}{PACKET}")
        report = StatusReport(code=ARRIVED, at=_changed_at(mark))
        try:
            self.client.report_status(item.delivery_id, report)
        except AxisRefused as refusal:
            if refusal.code != "status-out-of-order":  # someone has reported it, or more, meanwhile
                self._require_about_the_file(refusal)
                self._note("failed", name, refusal.code)
                return
        mark.unlink()

    def _download(self, item: InboxItem) -> bool:
        """Have the packet in `arriving`, whole and as announced; false if it cannot be had, or is another.

        Raises:
            AxisUnreachable: it is not this packet, the axis answers nothing else either.
        """
        name = f"{item.delivery_id}{PACKET}"
        digest, left = hashlib.sha256(), item.size

        def passing() -> Iterator[bytes]:
            nonlocal left
            for chunk in self.client.packet_of_delivery(item.delivery_id):
                digest.update(chunk)
                yield chunk
                left -= len(chunk)
                if left < 0:  # another packet, maybe one without end
                    return

        checked = self.folder.arriving / f"{name}{PART}"
        try:
            self.folder.write(checked, passing())
        except AxisRefused as refusal:
            return self._failed(item, refusal.code or str(refusal))
        except AxisUnreachable as error:
            self.client.inbox(limit=1)
            return self._failed(item, str(error))
        if digest.hexdigest() != item.sha256:
            checked.unlink()
            return self._failed(item, "its SHA-256 is not the announced one")
        move(checked, self.folder.arriving / name)
        self._forget_failures(str(item.delivery_id))
        return True

    def _failed(self, item: InboxItem, problem: str) -> bool:
        """Count one more failure of the delivery, and lay the reason out once there were enough; false."""
        name = str(item.delivery_id)
        attempts = self._failures_of(name) + 1
        self.folder.write(self.folder.failing / name, [str(attempts).encode()])
        now = self.clock()
        os.utime(self.folder.failing / name, (now, now))
        if attempts >= SHOWN_AFTER:
            words = _both(UNFETCHED) + f"from: {item.sender.name}\nsubject: {item.subject}\n"
            told = f"code: {problem}\nattempts: {attempts}\n{words}"
            self.folder.write(self.folder.unfetched / f"{name}.reason.txt", [told.encode()])
        self._note("failed", f"{name}{PACKET}", f"{problem} (attempt {attempts})")
        return False

    def _rests(self, name: str) -> bool:
        """Whether the delivery failed before and its next attempt is not due yet."""
        failures = self._failures_of(name)
        if not failures:
            return False
        rest = min(LONGEST_REST, FIRST_REST * 2.0 ** min(failures - 1, 10))
        return self.clock() < (self.folder.failing / name).stat().st_mtime + rest

    def _failures_of(self, name: str) -> int:
        try:
            return int((self.folder.failing / name).read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def _forget_failures(self, name: str) -> None:
        (self.folder.unfetched / f"{name}.reason.txt").unlink(missing_ok=True)
        (self.folder.failing / name).unlink(missing_ok=True)

    def _hand_over_all(self) -> None:
        """Finish what was interrupted between download and inbox."""
        for path in sorted(self.folder.arriving.glob(f"*{PACKET}")):
            mark = self.folder.taken / path.stem
            if not mark.exists():
                self.folder.write(mark, [])
            self._hand_over(path)

    def _hand_over(self, path: Path) -> None:
        """Bring a delivery into the inbox, its attachments first: the packet tells that all is there."""
        detail = self._unpack(path) if self.unpacks else ""
        move(path, self.folder.inbox / free_name(self.folder.inbox, path.name))
        self._note("collected", path.name, detail)

    def _unpack(self, path: Path) -> str:
        target, unpacked = self.folder.inbox / path.stem, path.with_suffix(".files")
        if target.exists():
            return ""
        try:
            told = unpack(path, unpacked, self.keys)
        except Refusal as refusal:
            return f"not unpacked: {refusal.code}"
        move(unpacked, target)
        return told

    def _require_about_the_file(self, refusal: AxisRefused) -> None:
        """Raise `NotAnAxis` for a refusal that says nothing about what was sent."""
        if not refusal.code or not refusal.sentences or refusal.status in _OF_THE_CONNECTION:
            raise NotAnAxis(str(refusal)) from refusal

    def _note(self, what: What, name: str, detail: str = "") -> None:
        setattr(self._tally, what, getattr(self._tally, what) + 1)
        self.tell(Event(what, name, detail))


def _version(path: Path) -> tuple[int, int, int]:
    """Changes when the file does: what is still being written is left for the next round."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _changed_at(path: Path) -> datetime:
    """When the file was last changed, to the microsecond: the same whenever it is asked."""
    return _EPOCH + timedelta(microseconds=path.stat().st_mtime_ns // 1000)


def _receipt(receipt: Receipt) -> str:
    facts = {name: value for name, value in asdict(receipt).items() if name != "repeated"}
    return json.dumps(facts, default=str, ensure_ascii=False, indent=2) + "\n"


def _reason(refusal: AxisRefused) -> str:
    place = f"field: {refusal.field}\n" if refusal.field else ""
    return f"code: {refusal.code}\n{place}{_both(refusal.sentences)}"


def _both(sentences: dict[str, str]) -> str:
    return "".join(f"{language}: {sentences.get(language, '')}\n" for language in ("vi", "en"))
