"""`lienthong doctor`: is everything this installation stands on really there?"""

from __future__ import annotations

from collections.abc import Iterator

import typer
from rich.markup import escape

from lienthong.config.cli import runtime
from lienthong.kernel.checks import Finding, State

SIGNS = {State.GOOD: "[green]✓", State.WARNING: "[yellow]!", State.BAD: "[red]✗"}


def doctor() -> None:
    """Check everything the installation stands on, each for real. Exit code 1 if anything fails."""
    with runtime.prepared():
        health = runtime.door("lienthong.config.health")
        findings, told = [], health.examine()
        while found := _next(told):
            name, finding = found
            findings.append(finding)
            sentence = escape(finding.sentence)
            runtime.console.print(f"{SIGNS[finding.state]}[/] {name}: {sentence}", soft_wrap=True)
    failed = sum(finding.state is State.BAD for finding in findings)
    runtime.console.print(f"{len(findings)} checks, {failed} failed")
    raise typer.Exit(1 if failed else 0)


def _next(told: Iterator[tuple[str, Finding]]) -> tuple[str, Finding] | None:
    """The next finding; while it is looked for, the terminal shows so."""
    with runtime.console.status("Checking"):
        return next(told, None)
