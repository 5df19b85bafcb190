"""`lienthong up`: the database if none is configured, migrations, the web and the worker."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated
from urllib.error import URLError
from urllib.request import urlopen

import typer
from django.core.management import call_command
from django.utils.translation.reloader import translation_file_changed

from lienthong.config import translations
from lienthong.config.cli import runtime
from lienthong.config.cli.supervisor import Child, Supervisor
from lienthong.config.env import read_env

LOOPBACK = "127.0.0.1"
FIRST_PAGE_SECONDS = 60
Port = Annotated[int, typer.Option(envvar="PORT", help="Where the pages are served, on 127.0.0.1.")]


def up(port: Port = 8000) -> None:
    """Serve the installation: database if none is configured, migrations, web, worker.

    A child that dies is started again. Ctrl-C stops everything that was started here.
    """
    with until_stopped(), running(port):
        runtime.console.print(f"[bold green]●[/] http://{LOOPBACK}:{port}   (Ctrl-C stops everything)")
        threading.Event().wait()


@contextlib.contextmanager
def until_stopped() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into a clean end of the block, with exit code 0."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # the end is under way
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        runtime.console.print("Stopped.")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def running(port: int, *, quiet: bool = False, first: Callable[[], None] | None = None) -> Iterator[None]:
    """Bring everything up and keep it so; the block begins once the first page answers.

    `quiet` sends what the children print to `var/log`; `first` is called before any of them starts.
    """
    require_free(port)
    os.environ.setdefault("LIENTHONG_BASE_URL", f"http://{LOOPBACK}:{port}")
    with runtime.step("Database"):
        held = contextlib.ExitStack()
        held.enter_context(runtime.prepared())
    with held:
        migrate()
        share_metrics()
        if first:
            first()
        with Supervisor(_children(port, quiet=quiet), _say):
            with runtime.step("Web and worker"):
                wait_for_page(port)
            yield


def migrate() -> None:
    """Bring the database's tables and the translations up to date."""
    with runtime.step("Tables and translations"):
        compile_words(translations.find_apps(translations.PACKAGE))
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)


def compile_words(apps: Iterable[Path]) -> None:
    """Compile the catalogues of the apps, and have this process read them again.

    On a first start something may have asked for words before there were any, and that is remembered.
    """
    for app in apps:
        with contextlib.suppress(PermissionError):  # installed by another user, with its catalogues
            translations.compile_catalogue(app)
    translation_file_changed(None, Path("django.mo"))


def share_metrics() -> None:
    """Give the web's processes an empty folder in which `/metrics` finds what each of them counted."""
    folder = runtime.var() / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def require_free(port: int) -> None:
    """Leave with a sentence if something else already answers on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except (OSError, OverflowError) as error:
            runtime.fail(
                f"Port {port} cannot be used ({error}). Choose another, for example PORT={port + 1}."
            )


def wait_for_page(port: int) -> None:
    """Wait until the web answers; leave with a sentence if it does not within a minute."""
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(URLError, OSError), urlopen(f"http://{LOOPBACK}:{port}/healthz", timeout=5):
            return
        time.sleep(0.1)
    runtime.fail(
        f"The web did not answer within {FIRST_PAGE_SECONDS} s. See what it printed above or in var/log."
    )


def web_command(port: int) -> list[str]:
    """What serves pages and API on a loopback port, in as many processes as the settings say."""
    where = ["--interface", "wsgi", "--http", "1", "--host", LOOPBACK, "--port", str(port)]
    size = ["--workers", str(read_env().web_processes), "--blocking-threads", "4"]
    ends = ["--workers-kill-timeout", "5", "--log-level", "warning"]
    return [sys.executable, "-m", "granian", *where, *size, *ends, "lienthong.config.wsgi:application"]


def _children(port: int, *, quiet: bool) -> list[Child]:
    logs = runtime.var() / "log"
    logs.mkdir(exist_ok=True)
    worker = [
        "django",
        "procrastinate",
        "worker",
        "--shutdown-graceful-timeout",
        "5",
        "--delete-jobs",
        "successful",
    ]
    return [
        Child("web", web_command(port), logs / "web.log" if quiet else None),
        Child("worker", [sys.executable, "-m", *worker], logs / "worker.log" if quiet else None),
    ]


def _say(sentence: str) -> None:
    runtime.console.print(f"[yellow]![/] {sentence}")
