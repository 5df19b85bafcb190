"""`lienthong verify`: a signed file, and whether to trust it."""

from __future__ import annotations

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

DOCUMENTS = "lienthong.documents.public"
File = Annotated[Path, typer.Argument(help="A signed PDF or a packet (.edxml).", exists=True, dir_okay=False)]


def verify(file: File) -> None:
    """Say who signed a PDF or a packet, for which agency, when, and whether to trust it. Exit 1 if not."""
    with runtime.prepared():
        documents = runtime.door(DOCUMENTS)
        with file.open("rb") as opened, runtime.refusals():
            size, asker = file.stat().st_size, f"lienthong verify {uuid4()}"
            found = documents.verify_file(opened, size=size, at=now(), asker=asker)
        print_verdict(found.verdict, sha256=found.sha256, recorded=found.recorded)
    raise typer.Exit(0 if found.verdict.valid else 1)


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
