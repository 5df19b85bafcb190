"""An installation in a folder of its own, whose PostgreSQL, web and worker are killed as the world would."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from lienthong.config import embedded_postgres
from lienthong.config.cli import serving

START_SECONDS = 60
SMALL_FILE = 64 * 1024


@dataclass
class Installation:
    """`folder` holds everything; `database_url` stays the same when PostgreSQL comes back elsewhere."""

    folder: Path
    port: int
    kills: dict[str, int] = field(default_factory=dict)
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the web answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        """Through a link that follows the server's socket."""
        return f"postgresql://postgres@:5432/{embedded_postgres.DATABASE}?host={self.folder / 'pg'}"

    def start_postgres(self) -> None:
        """Start it, again after a kill, and let the link lead to its socket."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                url = embedded_postgres.start(self.folder / "postgres")
                break
            except embedded_postgres.NoPostgres:  # the dead server's children still hold its memory
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        fresh = self.folder / "pg.new"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(url.partition("host=")[2])
        fresh.replace(self.folder / "pg")

    def start_web(self, *, prepare: Callable[[], None] | None = None) -> None:
        """Start the web and wait for its first page."""
        self._start("web", serving.web_command(self.port), prepare)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(URLError, OSError), urlopen(f"{self.url}/healthz", timeout=5):
                return
            time.sleep(0.05)
        raise TimeoutError("the web did not start; see web.log in its folder")

    def start_worker(self) -> None:
        """Start the worker."""
        self._start("worker", [sys.executable, "-m", "django", "procrastinate", "worker"], None)

    def kill(self, name: str) -> None:
        """SIGKILL to the child and all its processes, at once."""
        child = self._children.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        self.kills[name] = self.kills.get(name, 0) + 1

    def kill_postgres(self) -> None:
        """SIGKILL to the server; its children see it die and follow."""
        os.kill(self._postgres_pid(), signal.SIGKILL)
        self.kills["PostgreSQL"] = self.kills.get("PostgreSQL", 0) + 1

    def fill_disk_of_postgres(self, seconds: float) -> None:
        """For a while PostgreSQL cannot write beyond the first 64 KB of any file, log included.

        It takes that as a full disk: statements fail, and if the log cannot be written it stops, as it must.
        Then it is killed, if it still lives, and started with space again.
        """
        self._limit_postgres()
        time.sleep(seconds)
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            self.kill_postgres()
        self.start_postgres()

    def _limit_postgres(self) -> None:
        """Set the soft limit of file size for the server and its children, which later ones inherit."""
        owner = (self.folder / "postgres").stat()
        user, group = (owner.st_uid, owner.st_gid) if os.geteuid() == 0 else (None, None)
        server = self._postgres_pid()
        for pid in (server, *_children_of(server)):  # one may end meanwhile
            command = ["prlimit", f"--pid={pid}", f"--fsize={SMALL_FILE}:"]
            subprocess.run(command, check=False, stderr=subprocess.DEVNULL, user=user, group=group)

    @property
    def times_without_space(self) -> int:
        """How often PostgreSQL said that it could not write."""
        return (self.folder / "postgres" / "server.log").read_text(errors="replace").count("File too large")

    def _postgres_pid(self) -> int:
        return int((self.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    def close(self) -> None:
        """End everything that was started here."""
        for name in list(self._children):
            self.kill(name)
        with contextlib.suppress(embedded_postgres.NoPostgres):
            embedded_postgres.stop(self.folder / "postgres")

    def _start(self, name: str, command: list[str], prepare: Callable[[], None] | None) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, preexec_fn=prepare
            )


def _children_of(parent: int) -> list[int]:
    """The processes whose parent it is; none when it is gone."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


def allow_only_small_files() -> None:
    """For a child: files end at 64 KB with an error, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_FILE, SMALL_FILE))
