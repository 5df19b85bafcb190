"""`lienthong verify`: a signed file, and whether to trust it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from lienthong.config.cli import runtime
from lienthong.kernel.clock import VIETNAM, now

LARGEST = 300 * 1024 * 1024
SIGNING = "lienthong.signing.public"
File = Annotated[Path, typer.Argument(help="A signed PDF or a packet (.edxml).", exists=True, dir_okay=False)]


def verify(file: File) -> None:
    """Say who signed a PDF or a packet, for which agency, when, and whether to trust it. Exit 1 if not."""
    size = file.stat().st_size
    if not 0 < size <= LARGEST:
        runtime.fail(f"{file} has {size:,} bytes; a signed file has 1 to {LARGEST:,}.")
    content = file.read_bytes()
    with runtime.prepared():
        signing = runtime.door(SIGNING)
        check = signing.verify_pdf if content[:1024].lstrip()[:5] == b"%PDF-" else signing.verify_packet
        verdict = check(content, at=now())
        _print_verdict(verdict)
    raise typer.Exit(0 if verdict.valid else 1)


def _print_verdict(verdict: Any) -> None:
    colour, sign = ("green", "✓") if verdict.valid else ("red", "✗")
    runtime.console.print(f"[bold {colour}]{sign} {verdict.sentence}")
    runtime.console.print(f"SHA-256 {verdict.sha256}", style="dim")
    table = Table("Who", "Agency", "When", "Whole document", "Trusted", "Why not")
    for signer in verdict.signers:
        when = f"{signer.signed_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S %z}" if signer.signed_at else "?"
        agency = f"{signer.agency_name} {signer.agency_code}".strip()
        answers = ("yes" if answer else "no" for answer in (signer.whole_document, signer.trusted))
        table.add_row(signer.name, agency, when, *answers, str(signer.reason))
    if verdict.signers:
        runtime.console.print(table)
