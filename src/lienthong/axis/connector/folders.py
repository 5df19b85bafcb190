"""The exchange folder: its parts, its lock, and changes that survive a loss of power.

A file appears under its final name only when all of it is on the disk: it is written under another name,
flushed, renamed, and then the folders are flushed too.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PART = ".part"


class FolderInUse(Exception):
    """Another connector works on the folder."""


class FolderUnsuited(Exception):
    """The parts of the folder lie on several file systems, so nothing can be moved in one step."""


@dataclass(frozen=True)
class ExchangeFolder:
    """Where the local system and the connector meet; `own` is the connector's alone."""

    root: Path

    @property
    def outbox(self) -> Path:
        """Signed packets to be sent, `*.edxml`."""
        return self.root / "outbox"

    @property
    def sent(self) -> Path:
        """Packets that the axis has taken, each with its receipt."""
        return self.root / "sent"

    @property
    def refused(self) -> Path:
        """Packets that the axis will not take, each with the reason."""
        return self.root / "refused"

    @property
    def inbox(self) -> Path:
        """Deliveries, `<delivery id>.edxml`."""
        return self.root / "inbox"

    @property
    def status(self) -> Path:
        """What the local system has done with deliveries, `<delivery id>.<code>.txt`."""
        return self.root / "status"

    @property
    def reported(self) -> Path:
        """Status files that the axis has taken."""
        return self.status / "reported"

    @property
    def unreported(self) -> Path:
        """Status files that the axis will not take, each with the reason."""
        return self.status / "refused"

    @property
    def unfetched(self) -> Path:
        """What cannot be fetched, `<delivery id>.reason.txt`, for as long as it cannot."""
        return self.root / "unfetched"

    @property
    def own(self) -> Path:
        """What only the connector reads and writes."""
        return self.root / ".connector"

    @property
    def failing(self) -> Path:
        """One file per delivery that could not be fetched: how often; its time is the last attempt's."""
        return self.own / "failing"

    @property
    def arriving(self) -> Path:
        """Deliveries on their way into the inbox: whole under `<id>.edxml`, else in parts."""
        return self.own / "arriving"

    @property
    def taken(self) -> Path:
        """One empty file per delivery that is here for good but perhaps not yet reported as arrived."""
        return self.own / "taken"

    def prepare(self) -> None:
        """Make what is missing, and forget what was only half written. Raises `FolderUnsuited`, `OSError`."""
        self.own.mkdir(mode=0o700, parents=True, exist_ok=True)
        parts = (self.outbox, self.sent, self.refused, self.inbox, self.reported, self.unreported)
        for part in (*parts, self.arriving, self.taken, self.failing, self.unfetched):
            part.mkdir(parents=True, exist_ok=True)
        if len({part.stat().st_dev for part in (self.own, self.status, *parts)}) > 1:
            raise FolderUnsuited(str(self.root))
        for left in self.own.rglob(f"*{PART}"):
            left.unlink()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Work on the folder alone, until the block or the process ends. Raises `FolderInUse`."""
        self.own.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.own / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise FolderInUse(str(self.root)) from error
            yield

    def write(self, path: Path, chunks: Iterable[bytes]) -> None:
        """Write a file that is there whole or not at all; an older one of the name is replaced."""
        part = self.own / f"{path.name}{PART}"
        with part.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        move(part, path)


def move(path: Path, target: Path) -> None:
    """Rename a file or folder, and have the disk know it."""
    path.rename(target)
    flush(target.parent)
    flush(path.parent)


def flush(folder: Path) -> None:
    """Have the disk know which names a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def free_name(folder: Path, name: str) -> str:
    """The name, or with a number before its endings if something in the folder bears it already."""
    stem, dot, endings = name.partition(".")
    number, free = 1, name
    while (folder / free).exists():
        number += 1
        free = f"{stem}-{number}{dot}{endings}"
    return free
