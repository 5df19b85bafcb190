"""Keeps child processes alive: restarts a dead one with growing pauses, stops all of them cleanly."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a restart; doubled each time
STEADY = 20.0  # seconds after which a child counts as well again
PATIENCE = 10.0  # seconds a child may take to finish its work after SIGTERM
TICK = 0.1
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A command that should be running; its output goes to `log`, or (None) to our own."""

    name: str
    command: Sequence[str]
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    pause: float = field(default=FIRST_PAUSE, init=False)
    due: float = field(default=0.0, init=False)
    started: float = field(default=0.0, init=False)

    def tend(self, now: float, say: Callable[[str], None]) -> None:
        """Start the child if it should be running and is not."""
        if self.process is None:
            if now >= self.due:
                self.process, self.started = self._spawn(), now
        elif self.process.poll() is None:
            if now - self.started > STEADY:
                self.pause = FIRST_PAUSE
        else:
            say(f"{self.name} ended with code {self.process.returncode}; again in {self.pause:g} s")
            self._kill_group()  # what it may have started itself
            self.process, self.due = None, now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def _spawn(self) -> subprocess.Popen[bytes]:
        # A session of its own, so that Ctrl-C reaches only us and we end the children in order.
        with contextlib.ExitStack() as opened:
            output = opened.enter_context(self.log.open("ab")) if self.log else None
            return subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def end(self) -> None:
        """Ask the child to finish."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def bury(self, deadline: float) -> None:
        """Wait for the child until `deadline`, then kill it and all it started."""
        if not self.process:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        self._kill_group()
        self.process.wait()

    def _kill_group(self) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Runs the children while the `with` block lasts.

    Raises on entry nothing: a child that cannot start is tried again, and `say` is told each time.
    """

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self._say = say
        self._over = threading.Event()
        # One thread starts every child: the kernel ends them with the thread that started them.
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(TICK):
            for child in self.children:
                with contextlib.suppress(OSError):
                    child.tend(time.monotonic(), self._say)
        for child in reversed(self.children):
            child.end()
        deadline = time.monotonic() + PATIENCE
        for child in reversed(self.children):
            child.bury(deadline)


def _die_with_parent() -> None:
    """End this process when the supervisor is killed outright (Linux; elsewhere it stays)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
