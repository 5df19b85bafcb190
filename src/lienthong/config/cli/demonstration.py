"""`lienthong demo`: the demonstration country, its story in the terminal, and the pages."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterable
from enum import StrEnum
from functools import partial
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


class Scale(StrEnum):
    """How much is made: besides the story, a whole province at work for a year."""

    PROVINCE = "province"


def demo(
    port: serving.Port = 8000,
    reset: Annotated[
        bool, typer.Option("--reset", help="Throw the demonstration's data away first.")
    ] = False,
    scale: Annotated[
        Scale | None, typer.Option("--scale", help="Fill a province with a year of documents; no story.")
    ] = None,
    documents: Annotated[
        int, typer.Option("--documents", min=1, max=10_000_000, help="How many documents it sends.")
    ] = 1_000_000,
) -> None:
    """Load the demonstration country, play the story, then serve the pages.

    A second start keeps the data and shows the pages at once. With --scale province the story's place is
    taken by 989 agencies with a year of documents.
    """
    if read_env().profile == "hub":
        runtime.fail("A hub has no office to show. Leave LIENTHONG_PROFILE=hub out, or use `lienthong up`.")
    with serving.until_stopped():
        serving.require_free(port)
        # What citizens are told by SMS is shown to the operator (docs/operations/settings.md).
        os.environ.setdefault("LIENTHONG_TEXT_FAKE", "true")
        if reset:
            start_over(runtime.var())
        own = runtime.own_database()
        fresh = bool(own) and _is_empty(own)
        if fresh:
            mark_as_demonstration(own)
        with serving.running(port, quiet=True, first=partial(prepare, story=scale is None)):
            _show(documents if scale else 0)
            runtime.console.print(f"\n[bold green]●[/] http://127.0.0.1:{port}   (Ctrl-C stops everything)")
            threading.Event().wait()


def prepare(*, story: bool) -> None:
    """Make the country if it is not there and, unless the story was played, the weeks before it.

    Then a morning in the hall of the one-stop, if this day has none yet.
    """
    demo = import_module(DEMO)
    with runtime.refusals(), runtime.progress() as report:
        demo.prepare_country(at=now(), report=report)
        if story and not demo.already_played():
            demo.fill_pages(at=now(), report=report)
        if story:
            demo.fill_morning(at=now())


def _show(documents: int) -> None:
    """Fill the province, or play the story once; print who signs in."""
    demo = import_module(DEMO)
    if documents:
        fill(documents)
    elif not demo.already_played():
        play(demo.play_story(clock=now))
    runtime.console.print(accounts_table(demo.logins()))


def fill(documents: int) -> None:
    """Fill the province and say what was made and how long it took; a full one is left as it is."""
    began = time.monotonic()
    with runtime.refusals(), runtime.progress(remaining=True) as report:
        made = import_module(DEMO).fill_province(documents=documents, at=now(), report=report)
    runtime.console.print(
        f"{made.agencies:,} agencies, {made.documents:,} documents, {made.deliveries:,} deliveries "
        f"in {time.monotonic() - began:,.0f} s"
    )


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
