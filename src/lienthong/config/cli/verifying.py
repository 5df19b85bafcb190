"""`lienthong verify`: a signed file or an evidence file, and whether to trust it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from django.utils import translation
from rich.markup import escape
from rich.table import Table

from lienthong.config.cli import runtime
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import LANGUAGES

DOCUMENTS, SIGNING = "lienthong.documents.public", "lienthong.signing.public"
File = Annotated[
    Path,
    typer.Argument(
        help="A signed PDF, a packet (.edxml) or an evidence file (.evidence.json).",
        exists=True,
        dir_okay=False,
    ),
]
RootFile = Annotated[
    Path | None,
    typer.Option(
        "--root",
        help="Trusted roots (PEM or DER) for an evidence file, instead of those it brings.",
        exists=True,
        dir_okay=False,
    ),
]


def verify(file: File, root: RootFile = None) -> None:
    """Say who signed a PDF or a packet, for which agency, when, and whether to trust it. Exit 1 if not.

    An evidence file is checked offline, statement by statement: no database, no network, no settings.
    """
    if _is_json(file):
        raise typer.Exit(0 if _verify_evidence(file, root) else 1)
    if root is not None:
        runtime.fail("--root is for evidence files; outside roots stand in LIENTHONG_TRUSTED_ROOTS.")
    with runtime.prepared():
        documents = runtime.door(DOCUMENTS)
        with file.open("rb") as opened, runtime.refusals():
            size, asker = file.stat().st_size, f"lienthong verify {uuid4()}"
            found = documents.verify_file(opened, size=size, at=now(), asker=asker)
        print_verdict(found.verdict, sha256=found.sha256, recorded=found.recorded)
    raise typer.Exit(0 if found.verdict.valid else 1)


def _is_json(file: Path) -> bool:
    """Whether it is one, which no PDF and no packet is."""
    with file.open("rb") as opened:
        return file.name.endswith(".evidence.json") or opened.read(64).lstrip().startswith(b"{")


def _verify_evidence(file: Path, root: Path | None) -> bool:
    """Check it, print a line per statement, and answer whether all hold."""
    runtime.set_up_offline()
    signing = runtime.door(SIGNING)
    with runtime.refusals(), file.open("rb") as opened:
        roots = signing.read_roots(root.read_bytes()) if root else ()
        verdict = signing.verify_evidence(opened.read(signing.MAX_EVIDENCE + 1), roots=roots)
    say = runtime.console.print
    say(f"Packet {_plain(verdict.packet_id)}, SHA-256 {_plain(verdict.sha256)}", soft_wrap=True)
    for statement in verdict.statements:
        say(_line(statement), soft_wrap=True)
    if not verdict.complete:
        say("Statements on other recipients are left out; the chain is checked between those that are here.")
    for found in verdict.roots:
        say(f"Root {_plain(found.name)}, SHA-256 {found.sha256}", soft_wrap=True)
    if not verdict.roots_given:
        say(COMPARE, style="yellow", soft_wrap=True)
    good = sum(statement.valid for statement in verdict.statements)
    colour, sign = ("green", "✓") if verdict.valid else ("red", "✗")
    say(f"[bold {colour}]{sign}[/] {good} of {len(verdict.statements)} statements hold", soft_wrap=True)
    return bool(verdict.valid)


COMPARE = (
    "The roots came with the file, so they prove nothing yet: compare their SHA-256 with the one that the "
    "operator of the axis publishes, or name a root you trust with --root."
)


def _line(statement: Any) -> str:
    """Sign, number, stage, who, when, and what proves the time or why it does not hold."""
    sign = "[green]✓[/]" if statement.valid else "[red]✗[/]"
    number = statement.sequence or f"?{statement.place + 1}"
    when = _moment(statement.at) if statement.at else "?"
    by = statement.by or ("axis" if statement.valid else "?")
    if not statement.valid:
        end = f"[red]{_plain(str(statement.reason))}[/]"
    elif statement.timestamped_at:
        end = f"timestamp {_moment(statement.timestamped_at)}"
    else:
        end = f"pending: no {_plain(statement.pending)} yet"
    return f"{sign} {number:>3} {_plain(statement.stage) or '?':<11} {_plain(by):<12} {when}  {end}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"


def _plain(text: str) -> str:
    """A text of a hostile file, fit for a terminal."""
    return escape("".join(letter if letter.isprintable() else "\ufffd" for letter in text[:300]))


def print_verdict(verdict: Any, *, sha256: str, recorded: Any) -> None:
    """The verdict in both languages, then one row per signature."""
    colour, sign = ("green", "✓") if verdict.valid else ("red", "✗")
    for language in LANGUAGES:
        with translation.override(language):
            runtime.console.print(f"[bold {colour}]{sign}[/] {escape(str(verdict.sentence))}", soft_wrap=True)
    runtime.console.print(f"SHA-256 {sha256}", style="dim", soft_wrap=True)
    if recorded:
        runtime.console.print(f"Issued here as {escape(recorded.code)}, {escape(recorded.agency_name)}")
    table = Table("Who", "Agency", "When", "Timestamp", "Whole document", "Trusted", "Why not")
    for signer in verdict.signers:
        when = f"{signer.signed_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}" if signer.signed_at else "?"
        facts = (signer.timestamped, signer.whole_document, signer.trusted)
        answers = ("yes" if fact else "no" for fact in facts)
        agency = f"{signer.agency_name} {signer.agency_code}".strip()
        table.add_row(escape(signer.name), escape(agency), when, *answers, escape(str(signer.reason)))
    if verdict.signers:
        runtime.console.print(table)
