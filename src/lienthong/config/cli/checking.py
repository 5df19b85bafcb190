"""`lienthong doctor`: is everything this installation stands on really there?"""

from __future__ import annotations

import typer

from lienthong.config.cli import runtime
from lienthong.kernel.checks import State

SIGNS = {State.GOOD: "[green]✓", State.WARNING: "[yellow]!", State.BAD: "[red]✗"}


def doctor() -> None:
    """Check everything the installation stands on, each for real. Exit code 1 if anything fails."""
    with runtime.prepared():
        health = runtime.door("lienthong.config.health")
        findings = []
        for check in health.checks():
            with runtime.console.status(check.name):
                finding = check.perform()
            findings.append(finding)
            runtime.console.print(
                f"{SIGNS[finding.state]}[/] {check.name}: {finding.sentence}", soft_wrap=True
            )
    failed = sum(finding.state is State.BAD for finding in findings)
    runtime.console.print(f"{len(findings)} checks, {failed} failed")
    raise typer.Exit(1 if failed else 0)
