"""`lienthong verify-package`: whether a package of a work file is whole and sealed, checked offline."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from lienthong.config.cli import runtime
from lienthong.config.cli.verifying import COMPARE
from lienthong.kernel.clock import VIETNAM

OFFICE, SIGNING = "lienthong.office.public", "lienthong.signing.public"
MOST_LINES = 200
File = Annotated[Path, typer.Argument(help="The package (.zip) of a work file.", exists=True, dir_okay=False)]
RootFile = Annotated[
    Path | None,
    typer.Option(
        "--root",
        help="Trusted roots (PEM or DER), instead of the one the package brings.",
        exists=True,
        dir_okay=False,
    ),
]


def verify_package(file: File, root: RootFile = None) -> None:
    """Check every file of a package against its description, and the agency's seal. Exit 1 if not whole.

    Offline: no database, no network, no settings.
    """
    runtime.set_up_offline()
    with runtime.refusals():
        roots = runtime.door(SIGNING).read_roots(root.read_bytes()) if root else ()
        verdict = runtime.door(OFFICE).verify_package(file, roots=roots)
    say = runtime.console.print
    say(f"{_plain(verdict.label)}, METS SHA-256 {verdict.mets_sha256}", soft_wrap=True)
    for found in verdict.faults[:MOST_LINES]:
        say(f"[red]✗[/] {_plain(found.path)}: {found.reason}", soft_wrap=True)
    if len(verdict.faults) > MOST_LINES:
        say(f"… and {len(verdict.faults) - MOST_LINES} more")
    if verdict.sealed:
        by, code = _plain(verdict.sealed.agency_name), _plain(verdict.sealed.agency_code)
        say(f"[green]✓[/] Sealed by {by} ({code}), {_moment(verdict.sealed.signed_at)}", soft_wrap=True)
    else:
        say(f"[red]✗[/] Seal: {_plain(str(verdict.seal_fault))}", soft_wrap=True)
    for each in verdict.roots:
        say(f"Root SHA-256 {each.sha256}", soft_wrap=True)
    if not verdict.roots_given:
        say(COMPARE, style="yellow", soft_wrap=True)
    whole = len(verdict.files) - len(verdict.faults)
    colour, sign = ("green", "✓") if verdict.valid else ("red", "✗")
    say(f"[bold {colour}]{sign}[/] {whole} of {len(verdict.files)} files are as described", soft_wrap=True)
    raise typer.Exit(0 if verdict.valid else 1)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"


def _plain(text: str) -> str:
    """A text of a hostile file, fit for a terminal."""
    return escape("".join(letter if letter.isprintable() else "\ufffd" for letter in text[:300]))
