"""What every command stands on: folders, secrets, the database, Django.

A command that meets no `LIENTHONG_DATABASE_URL` uses the embedded PostgreSQL in the folder `var`, and makes
the secrets it lacks there. All of it is put in the environment, where `config/env.py` and every child
process read it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import django
import psycopg
import typer
from django.apps import apps
from django.conf import settings
from django.utils import translation
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from lienthong.config import embedded_postgres
from lienthong.config.env import PROJECT, read_env
from lienthong.config.garbage import look_rarely
from lienthong.kernel.errors import LANGUAGES, Refusal

console = Console(highlight=False)
SECRETS = ("secret_key", "master_key")
Report = Callable[[str, int, int], None]


def var() -> Path:
    """The folder of everything that is made while running."""
    return Path(os.environ.get("LIENTHONG_VAR") or PROJECT / "var").absolute()


def own_database() -> str:
    """The address of the database that somebody named; empty if one is to be embedded."""
    return os.environ.get("LIENTHONG_DATABASE_URL", "")


@contextlib.contextmanager
def prepared() -> Iterator[None]:
    """Make the environment whole and set Django up, for as long as the command runs.

    The embedded database is stopped at the end unless another command still uses it.
    """
    (var() / "static").mkdir(parents=True, exist_ok=True)
    os.environ["LIENTHONG_VAR"] = str(var())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienthong.config.settings")
    make_secrets(var() / "secrets")
    with contextlib.ExitStack() as held:
        with explained():
            if not own_database():
                url = held.enter_context(embedded_postgres.serving(var() / "postgres"))
                os.environ["LIENTHONG_DATABASE_URL"] = url
            _require_database(own_database())
        read_env.cache_clear()  # whoever read the settings before saw only half of them
        if not apps.ready:  # a second time it would bind the log to what standard error is just now
            django.setup()
            look_rarely()
        translation.activate("en")
        yield


def set_up_offline() -> None:
    """Set Django up for a command that needs no database, no folder and no setting; none of them is read.

    Where it is set up already, as in the tests, it stays as it is.
    """
    if settings.configured:
        translation.activate("en")
        return
    for name in [name for name in os.environ if name.startswith("LIENTHONG_")]:
        del os.environ[name]
    os.environ["LIENTHONG_SECRET_KEY"] = secrets.token_hex(32)
    os.environ["DJANGO_SETTINGS_MODULE"] = "lienthong.config.settings"
    django.setup()
    translation.activate("en")


def _require_database(url: str) -> None:
    with psycopg.connect(url, connect_timeout=10) as connection:
        version = connection.info.server_version // 10000
    if version < embedded_postgres.OLDEST:
        fail(f"The database is PostgreSQL {version}; {embedded_postgres.OLDEST} or later is needed.")


def make_secrets(folder: Path) -> None:
    """Make the secrets that the environment does not give, in files only their owner can read."""
    for name in SECRETS:
        variable = f"LIENTHONG_{name.upper()}"
        if os.environ.get(variable) or os.environ.get(f"{variable}_FILE"):
            continue
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / name
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as made:
                made.write(secrets.token_hex(32))
        os.environ[f"{variable}_FILE"] = str(file)


def door(module: str) -> Any:
    """The public door of an app, imported once Django is ready; None where the app is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and f"{module}.".startswith(f"{error.name}."):
            return None
        raise


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Turn what cannot be helped from inside into one sentence and exit code 1."""
    try:
        yield
    except embedded_postgres.NoPostgres as error:
        fail(str(error))
    except psycopg.OperationalError as error:
        fail(f"The database of LIENTHONG_DATABASE_URL does not answer: {error}")


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Say a refusal in both languages and leave with exit code 1."""
    try:
        yield
    except Refusal as refusal:
        fail("\n  ".join(refusal.say(language) for language in LANGUAGES))


def fail(sentence: str) -> NoReturn:
    """Say why and leave with exit code 1."""
    errors = Console(stderr=True, highlight=False)
    errors.print(f"[bold red]✗[/] {escape(sentence)}", soft_wrap=True)
    raise typer.Exit(1)


@contextlib.contextmanager
def progress(*, transient: bool = False, remaining: bool = False) -> Iterator[Report]:
    """A live line per piece of work; the value is called with its name, how far it is, and of how many.

    `transient` lines vanish at the end; `remaining` lines also say how long it will still take.
    """
    columns: tuple[ProgressColumn, ...] = (
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        *((TimeRemainingColumn(),) if remaining else ()),
    )
    shown_at_all = sys.stdout.isatty()
    with Progress(*columns, console=console, disable=not shown_at_all, transient=transient) as shown:
        tasks: dict[str, Any] = {}

        def report(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = shown.add_task(name, total=total or None)
            shown.update(tasks[name], completed=done, total=total or None)

        yield report


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Show that a piece of work of unknown length goes on, and that it is done."""
    with console.status(name):
        yield
    console.print(f"[green]✓[/] {name}")
