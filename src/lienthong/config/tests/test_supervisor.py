"""The supervisor, with real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from lienthong.config.cli import supervisor
from lienthong.config.cli.supervisor import Child, Supervisor

PATIENT = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("bye")))
print("ready", flush=True)
time.sleep(60)
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
PARENT = """
import subprocess, time
print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
time.sleep(60)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def eventually(happened: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if happened():
            return True
        time.sleep(0.02)
    return False


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that is dead but not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_child_that_is_killed_is_started_again() -> None:
    said: list[str] = []
    child = Child("web", python(PATIENT))
    with Supervisor([child], said.append):
        assert eventually(lambda: child.process)
        assert child.process
        first = child.process.pid
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: child.process and child.process.pid != first)
    assert said == ["web ended with code -9; again in 0.5 s"]


def test_a_child_that_keeps_dying_is_started_with_growing_pauses() -> None:
    said: list[str] = []
    child = Child("web", python("raise SystemExit(3)"))
    now = 0.0
    for _ in range(4):
        child.tend(now, said.append)
        assert child.process
        child.process.wait()
        child.tend(now, said.append)
        child.tend(now, said.append)
        assert child.process is None, "not before the pause is over"
        now += supervisor.LONGEST_PAUSE
    assert [line.rsplit("again ", 1)[1] for line in said] == ["in 0.5 s", "in 1 s", "in 2 s", "in 4 s"]


def test_the_end_lets_a_child_finish(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = Child("worker", python(PATIENT), log)
    with Supervisor([child], print):
        assert eventually(lambda: log.exists() and "ready" in log.read_text())
    assert log.read_text() == "ready\nbye\n"
    assert child.process
    assert child.process.returncode == 0


def test_a_child_that_does_not_listen_is_killed() -> None:
    child = Child("deaf", python(DEAF))
    now = time.monotonic()
    child.tend(now, print)
    assert child.process
    child.end()
    child.bury(now + 0.5)
    assert child.process.returncode in (-signal.SIGKILL, -signal.SIGTERM)


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = Child("web", python(PARENT), log)
    with Supervisor([child], print):
        assert eventually(lambda: log.exists() and log.read_text().strip())
        grandchild = int(log.read_text())
        assert is_alive(grandchild)
    assert eventually(lambda: not is_alive(grandchild))


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import time\n"
        "from lienthong.config.cli.supervisor import Child, Supervisor\n"
        f"child = Child('web', {python(PATIENT)!r})\n"
        "with Supervisor([child], print):\n"
        "    while not child.process: time.sleep(0.01)\n"
        f"    open({str(note)!r}, 'w').write(str(child.process.pid))\n"
        "    time.sleep(60)\n"
    )
    parent = subprocess.Popen(python(code))
    assert eventually(lambda: note.exists() and note.read_text())
    child = int(note.read_text())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    assert eventually(lambda: not is_alive(child))


def test_a_command_that_does_not_exist_does_not_stop_the_others() -> None:
    broken, child = Child("broken", ["/nonexistent/program"]), Child("web", python(PATIENT))
    with Supervisor([broken, child], print):
        assert eventually(lambda: child.process)
