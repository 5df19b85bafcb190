"""Bytes on the way: in memory while they are few, else in a file without a name that goes with them."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

IN_MEMORY = 1 << 20
PIECE = 192 * 1024  # divisible by 3, for base64


class Spool:
    """Bytes written one after the other and read by any number of readers, each in its own place."""

    def __init__(self, *, in_memory: int = IN_MEMORY) -> None:
        """`in_memory`: with more bytes than this they go to a file in `spool_folder`."""
        self.size = 0
        self._in_memory, self._held, self._file = in_memory, bytearray(), -1

    @classmethod
    def of_path(cls, path: Path) -> Spool:
        """The bytes of a file as it is now; it must not change while this is used."""
        made = cls()
        made._take(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        made.size = os.fstat(made._file).st_size
        return made

    @property
    def on_disk(self) -> bool:
        """Whether the bytes were too many to be held in memory."""
        return self._file >= 0

    def write(self, data: bytes) -> None:
        """Put bytes behind those there are."""
        if not self.on_disk and self.size + len(data) > self._in_memory:
            self._take(_nameless())
            held, self._held = bytes(self._held), bytearray()
            self._append(held, 0)
        if self.on_disk:
            self._append(data, self.size)
        else:
            self._held += data
        self.size += len(data)

    def shorten(self, size: int) -> None:
        """Forget all behind the first `size` bytes; whoever read them must have ended."""
        self.size = size
        if not self.on_disk:
            del self._held[size:]

    def at(self, position: int, length: int) -> bytes:
        """Up to `length` bytes from a position."""
        length = max(0, min(length, self.size - position))
        if not self.on_disk:
            return bytes(self._held[position : position + length])
        found = os.pread(self._file, length, position)
        while len(found) < length:
            more = os.pread(self._file, length - len(found), position + len(found))
            if not more:
                raise OSError("a spooled file became shorter")
            found += more
        return found

    def _take(self, file: int) -> None:
        self._file = file
        weakref.finalize(self, os.close, file)

    def _append(self, data: bytes, position: int) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._file, view, position)
            view, position = view[written:], position + written


class Extent:
    """Some of the bytes of a spool: what is known of them without reading them, and how to read them."""

    def __init__(self, spool: Spool, start: int = 0, size: int | None = None) -> None:
        """By default all of the spool."""
        self.spool, self.start = spool, start
        self.size = spool.size - start if size is None else size

    @property
    def on_disk(self) -> bool:
        """Whether they had better not be read at once."""
        return self.spool.on_disk

    def at(self, position: int, length: int) -> bytes:
        """Up to `length` bytes from a position."""
        return self.spool.at(self.start + position, max(0, min(length, self.size - position)))

    def pieces(self, length: int = PIECE) -> Iterator[bytes]:
        """All of them in pieces of the length, the last one shorter."""
        for position in range(0, self.size, length):
            yield self.at(position, length)

    def open(self) -> BinaryIO:
        """A file to read and seek in; any number may be open."""
        return io.BufferedReader(_Reader(self), PIECE)

    def read(self) -> bytes:
        """All at once; only what is known to be small."""
        return self.at(0, self.size)


class _Reader(io.RawIOBase):
    """An extent as a raw file."""

    def __init__(self, extent: Extent) -> None:
        super().__init__()
        self._extent, self._position = extent, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._extent.size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        found = self._extent.at(self._position, len(buffer))
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)


def sha256_of(pieces: Iterable[bytes]) -> str:
    """The SHA-256 of them all, in hexadecimal."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def spool_folder() -> Path | None:
    """Where files on the way lie: beside what is kept, as the system's own folder for them may be its memory.

    None, which is the system's, without settings, as in the commands that run without a database.
    """
    return settings.ENV.var / "spool" if settings.configured else None


def _nameless() -> int:
    folder = spool_folder()
    if folder:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        return os.dup(file.fileno())
