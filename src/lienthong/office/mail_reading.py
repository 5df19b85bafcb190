"""Taking a mail apart: its head, its text and its files. Nothing in it is believed, rendered or executed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser

from lienthong.office.mail_states import MailProblem

MOST_BYTES = 40 * 1024 * 1024  # of a mail as it travels: about 30 MB of files
HEAD_BYTES = 64 * 1024
HEADER_LIMIT = 4_000
HTML_LIMIT = 200_000
MOST_BOUNDARIES = 40
MOST_BREAKS = 5_000  # lines that begin with two hyphens, as every part's first does
MOST_DEPTH = 6
MOST_FILES = 50
TEXT_LIMIT = 100_000
# What the parser of the standard library is known to raise for hostile input.
UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    OverflowError,
    NotImplementedError,
    MessageError,
)
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Attached:
    """A file of a mail, whatever it is."""

    name: str
    content: bytes


@dataclass(frozen=True)
class ReadMail:
    """What a mail says of itself; with a problem only its head was read."""

    message_id: str
    fingerprint: str
    sender_address: str
    sender_name: str
    subject: str
    sent_at: datetime | None
    text: str = ""
    files: tuple[Attached, ...] = ()
    problem: MailProblem = MailProblem.NONE


def read_mail(raw: bytes, *, whole: bool) -> ReadMail:
    """Take the mail apart; `whole` is false if it was too large to be fetched and this is its beginning.

    It never raises: what cannot be read is kept with its head, or with nothing, and says so.
    """
    problem = MailProblem.NONE if whole else MailProblem.TOO_LARGE
    head = _head(raw)
    if whole and (
        len(head) == HEAD_BYTES
        or len(_BOUNDARY.findall(raw)) > MOST_BOUNDARIES
        or raw.count(b"\n--") > MOST_BREAKS
    ):
        problem = MailProblem.TOO_COMPLEX
    try:
        if problem:
            return _read(raw, head, _parsed(head), problem)
        return _read(raw, head, _parsed(raw), problem)
    except UNREADABLE:
        pass
    try:
        return _read(raw, head, _parsed(head), MailProblem.UNREADABLE)
    except UNREADABLE:
        return ReadMail("", _digest(raw), "", "", "", None, problem=MailProblem.UNREADABLE)


def _head(raw: bytes) -> bytes:
    """The lines before the first empty one."""
    end = min((place for mark in (b"\r\n\r\n", b"\n\n") if (place := raw.find(mark)) >= 0), default=len(raw))
    return raw[: min(end, HEAD_BYTES)]


def _parsed(raw: bytes) -> Message:
    """With the older policy: the newer one takes heads apart in a time that grows with their square."""
    return message_from_bytes(raw, policy=policy.compat32)


def _read(raw: bytes, head: bytes, message: Message, problem: MailProblem) -> ReadMail:
    name, address = _sender(message)
    message_id = _header(message, "Message-ID")[:300]
    parts = [] if problem else list(_parts(message))
    return ReadMail(
        message_id=message_id,
        fingerprint=_fingerprint(raw, head, message, message_id),
        sender_address=address[:254],
        sender_name=name[:250],
        subject=_header(message, "Subject")[:500],
        sent_at=_sent_at(message),
        text=_text(parts),
        files=tuple(_files(parts)),
        problem=problem,
    )


def _sender(message: Message) -> tuple[str, str]:
    """Taken apart before it is decoded: an encoded name may hold anything, an address too."""
    name, address = parseaddr(_raw(message, "From"))
    return _line(_words_of(name)), _line(address)


def _header(message: Message, name: str) -> str:
    return _line(_words_of(_raw(message, name)))


def _raw(message: Message, name: str) -> str:
    """The header as it was sent; letters beyond ASCII, which many send as they are, taken for UTF-8."""
    found = (value for key, value in message.raw_items() if key.casefold() == name.casefold())
    return str(next(found, ""))[:HEADER_LIMIT].encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _words_of(text: str) -> str:
    """Encoded words (RFC 2047) decoded; as they stand where they are wrong."""
    try:
        return str(make_header(decode_header(text)))
    except UNREADABLE:
        return text


def _line(text: str) -> str:
    """On one line, without control characters and without what turns the direction of writing."""
    return " ".join(_CONTROL.sub(" ", _whole(text)).split())


def _whole(text: str) -> str:
    """Without halves of letters, which some encodings (UTF-7) can bring and no database takes."""
    return text.encode("utf-8", "replace").decode()


def _fingerprint(raw: bytes, head: bytes, message: Message, message_id: str) -> str:
    """Message-ID, what the sender wrote in the head, and all behind the head: not the trace of its way.

    With the Message-ID alone, which anybody may write, one mail could keep another from being seen.
    """
    said = [message_id, *(_header(message, name) for name in ("From", "Date", "Subject"))]
    return _digest("\n".join(said).encode("utf-8", "replace") + b"\n" + raw[len(head) :].strip())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sent_at(message: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(_header(message, "Date"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except UNREADABLE:
        return None


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """The parts that hold something, mails inside of mails included, to a depth that has an end."""
    if depth > MOST_DEPTH:
        raise ValueError("nested too deeply")
    if message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)
        return
    yield message


def _is_file(part: Message) -> bool:
    return bool(part.get_filename()) or part.get_content_disposition() == "attachment"


def _text(parts: list[Message]) -> str:
    """The plain text, or what is left of HTML without its marks."""
    texts = [part for part in parts if part.get_content_maintype() == "text" and not _is_file(part)]
    plain = [_decoded(part) for part in texts if part.get_content_subtype() == "plain"]
    if any(text.strip() for text in plain):
        return _tidy("\n\n".join(plain))
    return _tidy(
        "\n\n".join(
            _words(_decoded(part)[:HTML_LIMIT]) for part in texts if part.get_content_subtype() == "html"
        )
    )


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    content = content[: 8 * TEXT_LIMIT]
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _tidy(text: str) -> str:
    text = _CONTROL.sub("", _whole(text).replace("\r\n", "\n").replace("\t", " "))
    return re.sub(r"\n{3,}", "\n\n", text).strip()[:TEXT_LIMIT]


def _files(parts: list[Message]) -> Iterator[Attached]:
    texts = {"text/plain", "text/html"}
    files = [part for part in parts if _is_file(part) or part.get_content_type() not in texts]
    for number, part in enumerate(files[:MOST_FILES], start=1):
        content = part.get_payload(decode=True)
        yield Attached(_file_name(part) or f"file-{number}", content if isinstance(content, bytes) else b"")
    if len(files) > MOST_FILES:
        yield Attached(f"(+{len(files) - MOST_FILES})", b"")


def _file_name(part: Message) -> str:
    """The last part of it, which alone is a name."""
    name = _words_of((part.get_filename() or "")[:HEADER_LIMIT])
    name = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _line(name.replace("\\", "/")).rpartition("/")[2][-200:]


class _Words(HTMLParser):
    """Collects the words of HTML; scripts and styles say nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Blocks begin a line."""
        self._silent += tag in {"script", "style"}
        if tag in {"p", "div", "br", "tr", "li", "h1", "h2", "h3"}:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """The end of what says nothing."""
        self._silent -= tag in {"script", "style"} and self._silent > 0

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._silent:
            self.words.append(data)


def _words(html: str) -> str:
    words = _Words()
    words.feed(html)
    words.close()
    return "\n".join(" ".join(line.split()) for line in "".join(words.words).splitlines())
