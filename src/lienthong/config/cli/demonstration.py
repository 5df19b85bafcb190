"""`lienthong demo`: the demonstration country, its story in the terminal, and the pages."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from lienthong.config import embedded_postgres
from lienthong.config.cli import runtime, serving
from lienthong.config.env import read_env
from lienthong.kernel.clock import now

DEMO = "lienthong.demo.public"
MARK = "Liên Thông demonstration"
MADE_BY_THE_DEMO = ("blobs", "secrets", "log", "static")


def demo(
    port: serving.Port = 8000,
    reset: Annotated[
        bool, typer.Option("--reset", help="Throw the demonstration's data away first.")
    ] = False,
) -> None:
    """Load the demonstration country, play the story, then serve the pages.

    A second start keeps the data and shows the pages at once.
    """
    if read_env().profile == "hub":
        runtime.fail("A hub has no office to show. Leave LIENTHONG_PROFILE=hub out, or use `lienthong up`.")
    with serving.until_stopped():
        serving.require_free(port)
        if reset:
            start_over(runtime.var())
        own = runtime.own_database()
        fresh = bool(own) and _is_empty(own)
        with serving.running(port, quiet=True):
            if fresh:
                mark_as_demonstration(own)
            _show()
            runtime.console.print(f"\n[bold green]●[/] http://127.0.0.1:{port}   (Ctrl-C stops everything)")
            threading.Event().wait()


def _show() -> None:
    """Make the country if it is not there, play its story once, print who can sign in."""
    demo = import_module(DEMO)
    with runtime.progress() as report:
        demo.prepare_country(at=now(), report=report)
    if not demo.already_played():
        play(demo.play_story(clock=now))
    runtime.console.print(accounts_table(demo.logins()))


def play(scenes: Iterable[Any]) -> None:
    """Play the story and draw each scene as it happens."""
    table = Table(
        "Scene", "Who", "What happened", "What the sender sees", "s", title="One document, 63 provinces"
    )
    with Live(table, console=runtime.console, refresh_per_second=8):
        for scene in scenes:
            seen = "\n".join(f"{label} {count}" for label, count in scene.counts.items())
            who = f"{scene.who}\n[dim]{scene.agency}[/]"
            table.add_row(
                scene.title, who, escape(scene.outcome), seen, f"{scene.seconds:.1f}", end_section=True
            )
    runtime.console.print()


def accounts_table(accounts: Iterable[Any]) -> Table:
    """The accounts of the demonstration as a table: user name, password, who it is."""
    table = Table("User", "Password", "Who", title="Accounts")
    for account in accounts:
        table.add_row(account.username, account.password, account.who)
    return table


def start_over(var: Path) -> None:
    """Delete what an earlier demonstration made.

    A database of somebody else's is emptied only if it bears the mark of an earlier demonstration.
    """
    if own := runtime.own_database():
        _empty_marked_database(own)
    else:
        with runtime.explained():
            embedded_postgres.remove(var / "postgres")
    for name in MADE_BY_THE_DEMO:
        shutil.rmtree(var / name, ignore_errors=True)


def _is_empty(url: str) -> bool:
    """Whether nobody has put anything into the database yet."""
    with runtime.explained(), psycopg.connect(url) as connection:
        return connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone() is None


def _empty_marked_database(url: str) -> None:
    empty = _is_empty(url)
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT obj_description('public'::regnamespace)").fetchone()
        if not empty and (not row or row[0] != MARK):
            runtime.fail(
                "The database of LIENTHONG_DATABASE_URL was not made by the demonstration, so it is not "
                "emptied. Give an empty database, or leave RESET out."
            )
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def mark_as_demonstration(url: str) -> None:
    """Write into a database that was empty before that it holds nothing but the demonstration."""
    with psycopg.connect(url) as connection:
        connection.execute(f"COMMENT ON SCHEMA public IS '{MARK}'")
