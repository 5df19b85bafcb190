"""Bodies that come in slowly: given up in time, so that they do not hold the web's few threads.

Nothing interrupts a read inside the server (Granian 2.8), not even a time limit. So a second thread reads,
and the request's own waits for it only so long. What is given up is answered at once; then the connection is
broken off, which ends the read that nobody waits for any more. `given_up` tells whoever answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from threading import Semaphore, Thread
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal

PIECE = 64 * 1024
PROMPT = 2.0  # seconds; a body of which no piece takes longer is not slow, even on a machine in trouble
_LINGER = 0.2  # seconds between an answer and breaking off, for the server to have sent it
_INPUT = "wsgi.input"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class BodyTooSlow(Refusal):
    """A body came in more slowly than is waited for."""

    code, status = "body-too-slow", 408
    sentence = _(
        "The body came in too slowly: each %(kilobytes)s KB must arrive within %(seconds)s seconds. Nothing "
        "but what an upload has kept was stored. Send it over a better line, or as an upload in pieces."
    )


class TooManySlowBodies(Refusal):
    """A slow body while as many others are coming in as may at a time."""

    code, status = "too-many-slow-bodies", 503
    sentence = _(
        "The body came in slowly, and %(most)s other slow ones are coming in already. Nothing but what an "
        "upload has kept was stored. Try again in a minute."
    )


class _GivenUp(OSError):
    """The body is read no further; to Django a line that broke."""


def given_up(request: HttpRequest) -> Refusal | None:
    """Why the request's body was given up, if it was: that is the answer, whatever else was found."""
    refusal = getattr(request.META.get(_INPUT), "refusal", None)
    return refusal if isinstance(refusal, Refusal) else None


class Paced:
    """A WSGI application whose requests wait for their bodies only so long."""

    def __init__(
        self, application: Application, *, seconds: float, most: int, prompt: float = PROMPT
    ) -> None:
        """Each 64 KB must come within `seconds`; `most` bodies of a process may take longer than `prompt`."""
        self._application = application
        self._body = _Pace(seconds, most, prompt)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The application's answer; if the body was given up, the connection is broken off after it."""
        body = environ[_INPUT] = PacedBody(environ[_INPUT], self._body)
        head: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            head[:] = status, headers

        try:
            answer = self._application(environ, start)
        finally:
            body.release()
        if body.refusal is None:
            start_response(*head)
            return answer
        content = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        # One byte more than will come: on finding that, the server closes the connection (hyper 1).
        told = {"content-length": str(len(content) + 1), "connection": "close"}
        kept = [(name, value) for name, value in head[1] if name.lower() not in told]
        start_response(head[0], [*kept, *told.items()])
        return _then_broken_off(content)


class _Pace:
    """How long is waited, and how many may be waited for."""

    def __init__(self, seconds: float, most: int, prompt: float) -> None:
        self.seconds, self.most, self.prompt = seconds, most, prompt
        self.places = Semaphore(most)


class PacedBody:
    """A body as WSGI has it (`read`, `readline`), which raises `OSError` once it is given up."""

    def __init__(self, source: Any, pace: _Pace) -> None:
        self.refusal: Refusal | None = None
        self._source, self._pace, self._slow = source, pace, False

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, fewer only at the end; all of them by default."""
        pieces, left = list[bytes](), size
        while left:
            asked = min(left, PIECE) if left > 0 else PIECE
            pieces.append(piece := self._wait(self._source.read, asked))
            if len(piece) < asked:
                break
            left -= len(piece) if left > 0 else 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readline(self, size: int = -1) -> bytes:
        """A line."""
        return self._wait(self._source.readline, size)

    def release(self) -> None:
        """Count among the slow bodies no more."""
        if self._slow:
            self._slow = False
            self._pace.places.release()

    def _wait(self, read: Callable[[int], bytes], size: int) -> bytes:
        if self.refusal:
            raise _GivenUp(self.refusal.code)
        reader = _any_reader()
        reader.asked.put((read, size))
        try:
            data = self._patiently(reader.answers)
        except Empty:
            reader.asked.put(None)  # it ends when its read does
            raise _GivenUp(self.refusal and self.refusal.code) from None
        _free.append(reader)
        if isinstance(data, Exception):
            raise data
        return data

    def _patiently(self, answers: SimpleQueue[bytes | Exception]) -> bytes | Exception:
        pace = self._pace
        try:
            return answers.get(timeout=pace.prompt)
        except Empty:
            self._slow = self._slow or pace.places.acquire(blocking=False)
        if not self._slow:
            self.refusal = TooManySlowBodies(most=pace.most)
            raise Empty
        try:
            return answers.get(timeout=max(0.0, pace.seconds - pace.prompt))
        except Empty:
            self.refusal = BodyTooSlow(kilobytes=PIECE // 1024, seconds=pace.seconds)
            raise


class _Reader:
    """A thread that reads what it is asked to, one thing after the other."""

    def __init__(self) -> None:
        self.asked = SimpleQueue[tuple[Callable[[int], bytes], int] | None]()
        self.answers = SimpleQueue[bytes | Exception]()
        Thread(target=self._work, name="body-reader", daemon=True).start()

    def _work(self) -> None:
        while asked := self.asked.get():
            try:
                self.answers.put(asked[0](asked[1]))
            except Exception as error:
                self.answers.put(error)
            del asked  # and with it the body


_free = list[_Reader]()  # those who wait for work: as many as were needed at once


def _any_reader() -> _Reader:
    """One that waits for work, or a new one; asking first would leave another thread the time to take it."""
    try:
        return _free.pop()
    except IndexError:
        return _Reader()


def _then_broken_off(content: bytes) -> Iterator[bytes]:
    yield content
    time.sleep(_LINGER)
