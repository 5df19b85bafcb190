"""Long runs of base64 lifted out of a text while it comes in, so that what is left, the skeleton, is small.

A token takes the place of each run: letters and digits drawn by lot before the first byte is read, so that no
sender can have written it. Lifting commutes with reading XML and with its canonical form (C14N): base64 needs
no escaping, a run ends at a `<`, which can stand in no attribute, it means the same in comments and sections,
and the only thing that reading changes in it is the line end, which becomes LF. That holds for UTF-8; whoever
reads the skeleton must refuse what declares another encoding (ADR 0027).
"""

from __future__ import annotations

import binascii
import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import pybase64
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal
from lienthong.kernel.spools import PIECE, Extent, Spool, sha256_of
from lienthong.kernel.xml_survey import survey

SHORTEST = 16 * 1024  # of a run, in characters
MOST_RUNS = 1000
MOST_TEXT = 20 * 1024 * 1024
_CHUNK = 256 * 1024
_INDENT = 1024  # white space allowed around a run
_WHITE = b" \t\r\n"
_START = re.compile(rb">[ \t\r\n]{0,%d}+([A-Za-z0-9+/][A-Za-z0-9+/\r\n]{%d})" % (_INDENT, SHORTEST - 1))
_UNDECIDED = 1 + _INDENT + SHORTEST
# Narrower lines are as good as none: no one writes them, and each costs a step.
_NARROWEST = 48
_DIGITS = 4  # behind the mark of a token: which run


class TextTooLarge(Refusal):
    """What remains of a content without its runs of base64 is too much to be held in memory."""

    code, status = "text-too-large", 413
    sentence = _(
        "Apart from enclosed files, the content is larger than the %(megabytes)s MB allowed. Enclose each "
        "file as plain base64, in one line or in lines of equal length."
    )


@dataclass(frozen=True)
class Lines:
    """How a run is broken: lines of `width` characters with `end` between them; 0 means one line."""

    width: int = 0
    end: bytes = b""

    @property
    def unit(self) -> int:
        """Bytes, before encoding, that fill a line, or the least that can be encoded alone."""
        return self.width // 4 * 3 or 3

    def encode(self, content: Iterable[bytes]) -> Iterator[bytes]:
        """The content as base64 in such lines."""
        between = b""
        for block in regroup(content, PIECE // self.unit * self.unit):
            encoded = pybase64.b64encode(block)
            width, rows = self.width, range(0, len(encoded), self.width or len(encoded))
            yield between
            yield self.end.join([encoded[row : row + width] for row in rows]) if width else encoded
            between = self.end

    def size(self, content: int) -> int:
        """How many characters so many bytes become."""
        encoded = (content + 2) // 3 * 4
        return encoded + ((encoded - 1) // self.width * len(self.end) if self.width else 0)

    def join(self, text: bytes) -> bytes | None:
        """The characters of lines that each begin with a line end, the last maybe short; None if not so."""
        if not self.width:
            return text
        length = len(self.end) + self.width
        rows, rest = divmod(len(text), length)
        whole = len(text) - rest
        for place, letter in enumerate(self.end):
            if text[place:whole:length] != bytes([letter]) * rows:
                return None
        if rest and not (text.startswith(self.end, whole) and rest > len(self.end)):
            return None
        joined = text.translate(None, b"\r\n")
        ends = (rows + bool(rest)) * len(self.end)
        return joined if len(joined) + ends == len(text) else None


@dataclass(frozen=True)
class Run:
    """A run of base64: what it says, and how it was broken into lines."""

    content: Extent
    lines: Lines

    @property
    def size(self) -> int:
        """How many characters the run has."""
        return self.lines.size(self.content.size)

    def text(self, *, end: bytes | None = None) -> Iterator[bytes]:
        """The very characters that came in; with `end`, with that line end."""
        lines = self.lines if end is None or not self.lines.width else Lines(self.lines.width, end)
        return lines.encode(self.content.pieces(PIECE // lines.unit * lines.unit))


class Lifted:
    """A content of any size: its skeleton, in memory, and its runs, which are not when they are large."""

    def __init__(self, skeleton: bytes, mark: bytes, runs: list[Run], *, sha256: str = "") -> None:
        """`sha256`, of the whole, is found when it is asked for if it is not given."""
        self.skeleton, self.mark, self.runs = skeleton, mark, runs
        self._is_xml = False
        if sha256:
            self.sha256 = sha256

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the whole, in hexadecimal."""
        return sha256_of(self.chunks())

    @cached_property
    def size(self) -> int:
        """The bytes of the whole."""
        return sum(len(piece) if isinstance(piece, bytes) else piece.size for piece in self.pieces())

    def with_skeleton(self, skeleton: bytes) -> Lifted:
        """Another text around the same runs."""
        return Lifted(skeleton, self.mark, self.runs)

    def pieces(self, text: bytes | None = None) -> Iterator[bytes | Run]:
        """A text made of the skeleton (by default the skeleton), taken apart at its tokens."""
        first, *others = (self.skeleton if text is None else text).split(self.mark)
        yield first
        for other in others:
            yield self.runs[int(other[:_DIGITS])]
            yield other[_DIGITS:]

    def chunks(self) -> Iterator[bytes]:
        """The very bytes that came in."""
        return self.filled()

    def filled(self, text: bytes | None = None, *, end: bytes | None = None) -> Iterator[bytes]:
        """A text made of the skeleton with its runs in their places again, with `end` as their line end."""
        for piece in self.pieces(text):
            yield from [piece] if isinstance(piece, bytes) else piece.text(end=end)

    def read(self) -> bytes:
        """The very bytes that came in, at once; only what is known to be small."""
        return b"".join(self.chunks())

    def require_xml(self) -> None:
        """Raise the `XmlFault` of a skeleton that may not become a tree; what passed is not read again."""
        if not self._is_xml:
            survey(self.skeleton)
            self._is_xml = True

    def has_token(self, text: str | None) -> bool:
        """Whether a run stands in the text."""
        return bool(self.runs and text and self.mark.decode() in text)

    def run_of(self, text: str) -> Run | None:
        """The run that the text is, white space apart; None if it is anything else."""
        match list(self.pieces(text.strip().encode())):
            case [b"", Run() as run, b""]:
                return run
        return None


Content: TypeAlias = bytes | Lifted


def lifted(content: Content) -> Lifted:
    """What is in memory already, lifted like anything else; what is lifted, as it is."""
    return content if isinstance(content, Lifted) else lift([content])


def lift(chunks: Iterable[bytes]) -> Lifted:
    """Read a content of any size, hash it, and lift its runs out; chunks may be of any size.

    What cannot be written again exactly as it came (odd lines, no base64) stays in the skeleton.

    Raises:
        TextTooLarge: the skeleton exceeds 20 MiB.
    """
    lifter, digest = _Lifter(), hashlib.sha256()
    for chunk in regroup(chunks, _CHUNK):
        digest.update(chunk)
        lifter.feed(chunk)
    return lifter.end(sha256=digest.hexdigest())


def new_mark() -> bytes:
    """What all tokens of one content begin with: 192 bits that nobody can guess."""
    return secrets.token_hex(24).encode()


def token(mark: bytes, place: int) -> bytes:
    """The token of the run in that place."""
    return mark + b"%04d" % place


def regroup(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of that size, the last one shorter."""
    held, length = list[bytes](), 0
    for chunk in chunks:
        if not held and len(chunk) == size:
            yield chunk
            continue
        held.append(chunk)
        length += len(chunk)
        if length >= size:
            whole, length = b"".join(held), length % size
            yield from (whole[at : at + size] for at in range(0, len(whole) - length, size))
            held = [whole[len(whole) - length :]] if length else []
    if length:
        yield b"".join(held)


class _Reading:
    """A run that is coming in."""

    def __init__(self, lines: Lines, spool: Spool) -> None:
        self.lines, self.spool, self.start = lines, spool, spool.size
        self.length = len(lines.end) + lines.width or 4  # of a line with the line end before it
        self.ended = False

    @property
    def run(self) -> Run:
        """What has come in so far."""
        return Run(Extent(self.spool, self.start), self.lines)

    def take(self, text: bytes) -> bool:
        """Decode some lines; false, and nothing is taken, if writing them again would not give the same."""
        if not text:
            return True
        joined = self.lines.join(text)
        if joined is None or self.ended:
            return False
        try:
            content = pybase64.b64decode(joined, validate=True)
        except binascii.Error:
            return False
        if pybase64.b64encode(content) != joined:
            return False
        self.ended = len(content) * 4 != len(joined) * 3  # padding ends a run
        self.spool.write(content)
        return True


class _Lifter:
    """Takes a content in and sorts it into skeleton and runs."""

    def __init__(self) -> None:
        self.mark, self.spool, self.runs = new_mark(), Spool(), list[Run]()
        self.text, self.text_size = list[bytes](), 0
        self.buffer = b""
        self.reading: _Reading | None = None  # while there is one, the buffer begins with a line end

    def feed(self, chunk: bytes) -> None:
        """The next bytes."""
        self.buffer += chunk
        while self._read_on(self.reading) if self.reading else self._look():
            pass

    def end(self, *, sha256: str) -> Lifted:
        """All bytes have come."""
        if self.reading:
            self._finish(self.reading, len(self.buffer))
        self._keep(self.buffer)
        return Lifted(b"".join(self.text), self.mark, self.runs, sha256=sha256)

    def _look(self) -> bool:
        """Keep what is text; true if a run begins."""
        found = _START.search(self.buffer) if len(self.runs) < MOST_RUNS else None
        if found is None:
            held = self.buffer.rfind(b">")  # a run may begin there
            if held < 0 or len(self.buffer) - held > _UNDECIDED:
                held = len(self.buffer)
            self._keep(self.buffer[:held])
            self.buffer = self.buffer[held:]
            return False
        lines = _lines_of(found[1])
        start = found.start(1) if lines else found.end()
        self._keep(self.buffer[:start])
        self.buffer = self.buffer[start:]
        if lines:
            self.buffer = lines.end + self.buffer
            self.reading = _Reading(lines, self.spool)
        return True

    def _read_on(self, reading: _Reading) -> bool:
        """Take the lines that are whole; true if the run ended."""
        end = self.buffer.find(b"<")
        if end >= 0:
            self._finish(reading, end)
            return True
        text = self.buffer.rstrip(_WHITE)  # maybe the indent before the next tag
        whole = len(text) // reading.length * reading.length
        if len(self.buffer) - whole < reading.length + _INDENT and reading.take(self.buffer[:whole]):
            self.buffer = self.buffer[whole:]
            return False
        self._put_back(reading)
        return True

    def _finish(self, reading: _Reading, end: int) -> None:
        """Leave a token in the run's place; what is white behind it is text."""
        text = self.buffer[:end].rstrip(_WHITE)
        if not reading.take(text):
            self._put_back(reading)
            return
        self.runs.append(reading.run)
        self._keep(token(self.mark, len(self.runs) - 1))
        self.buffer, self.reading = self.buffer[len(text) :], None

    def _put_back(self, reading: _Reading) -> None:
        """It was no run: write again what was taken of it; the buffer is text."""
        if reading.run.content.size:
            for piece in reading.run.text():
                self._keep(piece)
            self.spool.shorten(reading.start)
        else:
            self.buffer = self.buffer[len(reading.lines.end) :]
        self.reading = None

    def _keep(self, text: bytes) -> None:
        self.text_size += len(text)
        if self.text_size > MOST_TEXT:
            raise TextTooLarge(megabytes=MOST_TEXT // (1024 * 1024))
        self.text.append(text)


def _lines_of(head: bytes) -> Lines | None:
    """How a run that begins so is broken; None if it is in no form that is lifted."""
    width = len(head.replace(b"\r", b"\n").partition(b"\n")[0])
    if width == len(head):
        return Lines()
    if width % 4 or width < _NARROWEST:
        return None
    return Lines(width, b"\r\n" if head[width : width + 2] == b"\r\n" else head[width : width + 1])
