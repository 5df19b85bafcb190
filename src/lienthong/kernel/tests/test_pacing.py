"""Bodies that come in slowly, from a line that gives a byte only when the test does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from queue import SimpleQueue
from threading import enumerate as living_threads
from typing import Any

import pytest
from django.core.handlers.wsgi import LimitedStream

from lienthong.kernel.pacing import PIECE, Paced, PacedBody

Heads = list[tuple[str, list[tuple[str, str]]]]


class Line:
    """A body as Granian has it: a read answers only when all bytes asked for are there, or the line ends."""

    def __init__(self) -> None:
        self._coming = SimpleQueue[bytes | Exception]()
        self._held = b""

    def give(self, *data: bytes | Exception) -> None:
        for each in data:
            self._coming.put(each)

    def read(self, size: int) -> bytes:
        while len(self._held) < size:
            more = self._coming.get()
            if isinstance(more, Exception):
                raise more
            if not more:
                break
            self._held += more
        taken, self._held = self._held[:size], self._held[size:]
        return taken

    readline = read


def asked(
    view: Callable[[PacedBody], Any], line: Any, *, most: int = 1, seconds: float = 0.05
) -> tuple[Any, Heads, list[bytes]]:
    """What a view made of the body, what head was sent, and the content."""
    made: list[Any] = []

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        try:
            made.append(view(environ["wsgi.input"]))
        except OSError as error:
            made.append(error)
        start("200 OK", [("Content-Length", "4"), ("X-Kept", "yes")])
        return [b"done"]

    heads: Heads = []
    paced = Paced(application, seconds=seconds, most=most, prompt=0.01)
    content = list(paced({"wsgi.input": line}, lambda *head: heads.append(head)))
    return made[0], heads, content


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 7])
def test_a_body_that_comes_promptly_is_read_as_it_is(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    limited = lambda body: LimitedStream(body, size).read()  # noqa: E731
    for view in (limited, lambda body: body.read(size), lambda body: body.read()):
        made, heads, answer = asked(view, BytesIO(content))
        assert made == content
        assert heads == [("200 OK", [("Content-Length", "4"), ("X-Kept", "yes")])]
        assert answer == [b"done"]


def test_a_line_that_breaks_gives_what_came() -> None:
    line = Line()
    line.give(b"abc", b"")
    assert asked(lambda body: body.read(10), line)[0] == b"abc"


def test_an_error_of_the_line_is_the_readers_error() -> None:
    line = Line()
    line.give(ConnectionResetError("gone"))
    assert isinstance(asked(lambda body: body.read(10), line)[0], ConnectionResetError)


def test_what_comes_too_slowly_is_given_up_and_the_connection_broken_off() -> None:
    line = Line()
    line.give(b"a")
    codes: list[str] = []

    def view(body: PacedBody) -> bytes:
        try:
            return body.read(10)
        finally:
            codes.append(body.refusal.code if body.refusal else "")
            with pytest.raises(OSError, match="body-too-slow"):
                body.read(1)

    made, heads, answer = asked(view, line)
    assert codes == ["body-too-slow"]
    assert isinstance(made, OSError)
    assert answer == [b"done"]
    # hyper closes a connection on which less came than was announced
    assert dict(heads[0][1]) == {"X-Kept": "yes", "content-length": "5", "connection": "close"}
    line.give(b"")


def test_slow_but_steady_is_waited_for() -> None:
    line = Line()

    def view(body: PacedBody) -> bytes:
        line.give(b"x" * PIECE)
        read = body.read(PIECE)
        line.give(b"y" * PIECE)
        return read + body.read(PIECE)

    made, heads, _answer = asked(view, line, seconds=30)
    assert made == b"x" * PIECE + b"y" * PIECE
    assert heads[0][1][0] == ("Content-Length", "4")


def test_one_slow_body_more_than_may_be_is_given_up_at_once_and_a_place_is_given_back() -> None:
    first, second = Line(), Line()
    codes: list[str] = []

    def code_of(body: PacedBody) -> None:
        try:
            body.read(10)
        except OSError:
            codes.append(body.refusal.code if body.refusal else "")

    def outer(body: PacedBody) -> None:
        code_of(body)  # too slow, and holds the one place until its request ends
        paced({"wsgi.input": second}, lambda *_head: None)

    views = [outer, code_of, code_of]

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        views.pop(0)(environ["wsgi.input"])
        start("200 OK", [])
        return []

    paced = Paced(application, seconds=0.05, most=1, prompt=0.01)
    list(paced({"wsgi.input": first}, lambda *_head: None))
    assert codes == ["body-too-slow", "too-many-slow-bodies"]
    list(paced({"wsgi.input": third_of(first)}, lambda *_head: None))
    assert codes[-1] == "body-too-slow", "the place is free again"
    for line in (first, second):
        line.give(b"")


def third_of(line: Line) -> Line:
    """Another silent line, ended with the first."""
    line.give(b"")
    return Line()


def test_readers_are_used_again_and_one_that_was_given_up_ends_with_its_line() -> None:
    for _time in range(20):
        asked(lambda body: body.read(3), BytesIO(b"abc"))
    before = {thread for thread in living_threads() if thread.name == "body-reader"}
    line = Line()
    asked(lambda body: body.read(3), line)
    asked(lambda body: body.read(3), BytesIO(b"abc"))
    line.give(b"")
    gone = {thread for thread in before if not _stays(thread)}
    assert len(gone) == 1


def _stays(thread: Any) -> bool:
    thread.join(timeout=0.5)
    return bool(thread.is_alive())
