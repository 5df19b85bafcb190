"""Contents on their way into the store: measured, looked at, and written under a name of nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, TypeAlias
from uuid import uuid4

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.adapters.object_store import Objects
from lienthong.kernel.blobs.keys import INCOMING
from lienthong.kernel.errors import Refusal
from lienthong.kernel.lifting import Lifted, Run
from lienthong.kernel.media_types import HEAD, executable_kind, sniff

Source: TypeAlias = Iterable[bytes] | BinaryIO | Lifted
CHUNK = 256 * 1024
# Below this, a file more and the rows that say how to put it back cost more than they spare.
COMPOSED_FROM = 32 * 1024
MOST_LITERAL = 1024 * 1024  # of text around the runs, which is kept in the database


class EmptyFile(Refusal):
    """The file has no content."""

    code, status = "empty-file", 422
    sentence = _("The file is empty (0 bytes). Choose the file again and send it once more.")


class FileTooLarge(Refusal):
    """The file is larger than allowed."""

    code, status = "file-too-large", 413
    sentence = _("The file is larger than the %(megabytes)s MB allowed here. Divide it or reduce its size.")


class ExecutableRefused(Refusal):
    """The file is a program."""

    code, status = "executable-refused", 422
    sentence = _("The file is a program (%(kind)s), and programs are not accepted. Send a document instead.")


class WrongFileType(Refusal):
    """The content of the file is of a type not accepted here."""

    code, status = "wrong-file-type", 415
    sentence = _(
        "The file's content is of type %(media_type)s, which is not accepted here. Accepted: %(accepted)s."
    )


class Meter(Iterable[bytes]):
    """Passes chunks on while counting, hashing and looking at the first of them."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        *,
        max_bytes: int,
        allow: frozenset[str] | None = None,
        programs: bool = False,
    ) -> None:
        self.chunks, self.max_bytes, self.allow, self.programs = chunks, max_bytes, allow, programs
        self.size, self.sha256, self.media_type = 0, "", ""

    def __iter__(self) -> Iterator[bytes]:
        digest, head, held = hashlib.sha256(), bytearray(), list[bytes]()
        for chunk in self.chunks:
            self.size += len(chunk)
            require_size(self.size, self.max_bytes)
            digest.update(chunk)
            if self.media_type:
                yield chunk
                continue
            held.append(chunk)
            head += chunk[: HEAD - len(head)]
            if len(head) == HEAD:
                self._look(bytes(head))
                yield from held
                held.clear()
        if not self.size:
            raise EmptyFile
        if not self.media_type:
            self._look(bytes(head))
        yield from held
        self.sha256 = digest.hexdigest()

    def _look(self, head: bytes) -> None:
        self.media_type = sniff(head) if self.programs else accepted_type(head, self.allow)


def require_size(size: int, most: int) -> None:
    """Raise `FileTooLarge` above the most."""
    if size > most:
        raise FileTooLarge(megabytes=f"{most / 1024 / 1024:.0f}")


def accepted_type(head: bytes, allow: frozenset[str] | None) -> str:
    """The media type of what begins so; refuses what is not accepted."""
    if kind := executable_kind(head):
        raise ExecutableRefused(kind=kind)
    media_type = sniff(head)
    if allow is not None and media_type not in allow:
        raise WrongFileType(media_type=media_type, accepted=", ".join(sorted(allow)))
    return media_type


class Staged:
    """A content and the files it becomes, once they are written: one, or one for each run of base64 in it.

    A run is written whatever it is: it never leaves but as base64, inside of the whole.
    """

    def __init__(self, source: Source, *, max_bytes: int, allow: frozenset[str] | None) -> None:
        self.files: dict[str, Meter] = {}
        self.moved = set[str]()  # of the names in `files`
        self._source, self._max_bytes, self._allow = source, max_bytes, allow
        self.composed = isinstance(source, Lifted) and _is_worth_composing(source)

    @property
    def size(self) -> int:
        """Bytes of the content if it is known before it is read."""
        return self._source.size if isinstance(self._source, Lifted) else 0

    @property
    def row(self) -> tuple[str, int, str, bool]:
        """SHA-256, size, media type, composed: as the columns of `Blob`; after `write`."""
        if self.composed and isinstance(self._source, Lifted):
            return self._source.sha256, self._source.size, self._media_type, True
        [meter] = self.files.values()
        return meter.sha256, meter.size, meter.media_type, False

    def write(self, objects: Objects) -> None:
        """Write the files; if one is refused, none of them is left."""
        try:
            for meter in self._meters():
                temporary = f"{INCOMING}/{uuid4().hex}"
                objects.write(temporary, meter)
                self.files[temporary] = meter
        except BaseException:
            self.remove(objects)
            raise

    def remove(self, objects: Objects) -> None:
        """Remove what was written and not moved."""
        objects.delete(name for name in self.files if name not in self.moved)
        self.files.clear()

    def parts(self) -> Iterator[tuple[int, bytes, str | None, int, str]]:
        """Of a composed content: position, text, the file behind it, and how that is broken into lines."""
        if not (self.composed and isinstance(self._source, Lifted)):
            return
        meters = dict(zip(map(id, self._source.runs), self.files.values(), strict=True))
        pieces = list(self._source.pieces())
        for position, place in enumerate(range(0, len(pieces), 2)):
            text, run = pieces[place], pieces[place + 1] if place + 1 < len(pieces) else None
            if isinstance(text, bytes) and isinstance(run, Run):
                yield position, text, meters[id(run)].sha256, run.lines.width, run.lines.end.decode()
            elif isinstance(text, bytes) and text:
                yield position, text, None, 0, ""

    def _meters(self) -> Iterator[Meter]:
        most, source = self._max_bytes, self._source
        if isinstance(source, Lifted) and self.composed:
            require_size(source.size, most)
            self._media_type = accepted_type(source.skeleton[:HEAD], self._allow)
            for run in source.runs:
                yield Meter(run.content.pieces(), max_bytes=most, programs=True)
        else:
            yield Meter(_pieces(source), max_bytes=most, allow=self._allow)


def _is_worth_composing(lifted: Lifted) -> bool:
    runs = sum(run.content.size for run in lifted.runs)
    return runs >= COMPOSED_FROM and len(lifted.skeleton) <= MOST_LITERAL


def _pieces(source: Source) -> Iterator[bytes]:
    if isinstance(source, Lifted):
        return source.chunks()
    if hasattr(source, "read"):
        file = source
        return iter(lambda: file.read(CHUNK), b"")
    return iter(source)
