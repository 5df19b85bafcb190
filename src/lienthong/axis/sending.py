"""What a client sends: of any size, maybe several times, whole or piece by piece."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from lienthong.kernel.lifting import Lifted

_CHUNK = 1 << 18

Sendable: TypeAlias = bytes | Path | BinaryIO | Lifted


@dataclass(frozen=True)
class Sending:
    """Something to be sent, maybe several times."""

    size: int
    chunks: Callable[[], Iterator[bytes]]

    @classmethod
    def of(cls, content: Sendable) -> Sending:
        """A file is sent from where it stands to its end."""
        if isinstance(content, bytes):
            return cls(len(content), lambda: iter([content]))
        if isinstance(content, Lifted):
            return cls(content.size, content.chunks)
        if isinstance(content, Path):
            return cls(content.stat().st_size, lambda: _chunks_of_path(content))
        start = content.tell()
        size = content.seek(0, os.SEEK_END) - start
        return cls(size, lambda: _chunks_of_file(content, start))


class Pieces:
    """What is to be sent, piece by piece; to go back it is begun anew."""

    def __init__(self, sending: Sending) -> None:
        self._sending, self._chunks = sending, sending.chunks()
        self._position, self._held = 0, bytearray()

    def at(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from there."""
        if offset < self._position:
            self._chunks, self._position = self._sending.chunks(), 0
            self._held.clear()
        while True:
            skipped = min(offset - self._position, len(self._held))
            del self._held[:skipped]
            self._position += skipped
            if len(self._held) >= length or not (chunk := next(self._chunks, b"")):
                break
            self._held += chunk
        piece = bytes(self._held[:length])
        del self._held[:length]
        self._position += len(piece)
        return piece


def _chunks_of_path(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _chunks_of_file(file, 0)


def _chunks_of_file(file: BinaryIO, start: int) -> Iterator[bytes]:
    file.seek(start)
    while chunk := file.read(_CHUNK):
        yield chunk
