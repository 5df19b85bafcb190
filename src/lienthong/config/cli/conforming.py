"""`lienthong conformance`: does an axis at some address do what the API promises? One line per case."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Annotated, Any, NoReturn

import httpx
import typer
from rich.markup import escape

from lienthong.config.cli import runtime

KIT = "lienthong.axis.conformance"
CLIENT_ID, CLIENT_SECRET = "LIENTHONG_AXIS_CLIENT_ID", "LIENTHONG_AXIS_CLIENT_SECRET"
WORDS = {
    "vi": ("phải", "đã", "{passed} đạt, {failed} không đạt, trong {seconds:.0f} giây"),
    "en": ("expected", "got", "{passed} passed, {failed} failed, in {seconds:.0f} s"),
}


def conformance(
    url: Annotated[str, typer.Argument(help="The installation, such as https://axis.example.")] = "",
    kit: Annotated[Path | None, typer.Option(help="The kit file that the sandbox offers.")] = None,
    key: Annotated[Path | None, typer.Option(help="The sending agency's private key, PEM.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="Its certificate, PEM.")] = None,
    credentials: Annotated[
        Path | None, typer.Option(help='JSON with "client_id" and "client_secret"; else the environment.')
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Run this case; repeatable.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the report here.")] = None,
    report: Annotated[bool, typer.Option(help="Tell the installation how it went.")] = True,
    language: Annotated[str, typer.Option(help="vi or en.")] = "en",
    list_cases: Annotated[bool, typer.Option("--list", help="Show the cases and end.")] = False,
) -> None:
    """Run the conformance kit against an axis: what is expected and what came, one line per case.

    Name and secret come from LIENTHONG_AXIS_CLIENT_ID and _SECRET, or from a file. Files with secrets must be
    readable by their owner only (chmod 600). Exit 1 if a case failed, 2 if nothing could be run.
    """
    if language not in WORDS:
        _give_up("--language is vi or en.")
    found = runtime.door(KIT)
    if list_cases:
        for case in found.CASES:
            runtime.console.print(f"{case.id:24}{escape(case.title(language))}", soft_wrap=True)
        return
    if not (url and kit and key and certificate):
        _give_up("Give the URL, --kit, --key and --certificate.")
    cases = _chosen(found, only or [])
    signed_in = _credentials(found, credentials)
    made = _kit(found, kit)
    seal = _seal(found, key, certificate)

    def show(case: Any, outcome: Any) -> None:
        print_line(case, outcome, language)

    run = found.conform(url, signed_in, made, seal, cases=cases, watch=show)
    print_summary(run, language)
    if json_file:
        json_file.write_bytes(run.to_json())
    if report and not only:
        deliver(found, run, signed_in)
    raise typer.Exit(0 if run.passed else 1)


def print_line(case: Any, outcome: Any, language: str) -> None:
    """One case: ✓ or ✗, its id and title, what was expected and what came."""
    expected, got, _ = WORDS[language]
    sign = "[green]✓[/]" if outcome.passed else "[bold red]✗[/]"
    facts = f"{expected}: {escape(case.expects)}; {got}: {escape(outcome.got)}"
    title = escape(case.title(language))
    runtime.console.print(f"{sign} {case.id:24}{title} [dim]({facts})[/]", soft_wrap=True)


def print_summary(run: Any, language: str) -> None:
    """How many passed and failed, and how long it took."""
    passed = sum(outcome.passed for outcome in run.outcomes)
    facts = {
        "passed": passed,
        "failed": len(run.outcomes) - passed,
        "seconds": (run.finished_at - run.started_at).total_seconds(),
    }
    colour = "green" if run.passed else "red"
    runtime.console.print(f"[bold {colour}]{WORDS[language][2].format(**facts)}[/]")


def deliver(found: Any, run: Any, credentials: Any) -> None:
    """Tell the installation; one that takes no reports is no failure."""
    refused = runtime.door("lienthong.axis.client").AxisRefused
    try:
        verdict = found.deliver_report(run, credentials)
    except (refused, httpx.HTTPError) as error:
        runtime.console.print(f"The report was not delivered: {escape(str(error))}", style="dim")
    else:
        runtime.console.print(f"The installation has the report: {escape(verdict)}")


def _chosen(found: Any, only: list[str]) -> tuple[Any, ...]:
    unknown = [name for name in only if found.case_of(name) is None]
    if unknown:
        _give_up(f"No such case: {', '.join(unknown)}. See --list.")
    return tuple(case for case in found.CASES if not only or case.id in only)


def _credentials(found: Any, file: Path | None) -> Any:
    if file is None:
        client_id, secret = os.environ.get(CLIENT_ID, ""), os.environ.get(CLIENT_SECRET, "")
    else:
        try:
            facts = json.loads(_private(file))
            client_id, secret = str(facts["client_id"]), str(facts["client_secret"])
        except (ValueError, KeyError, TypeError):
            _give_up(f'{file} is not JSON with "client_id" and "client_secret".')
    if not (client_id and secret):
        _give_up(f"Set {CLIENT_ID} and {CLIENT_SECRET}, or give --credentials FILE.")
    return found.Credentials(client_id, secret)


def _kit(found: Any, file: Path) -> Any:
    try:
        return found.Kit.from_json(_private(file))
    except ValueError:
        _give_up(f"{file} is no kit file. Download it again from the sandbox.")


def _seal(found: Any, key: Path, certificate: Path) -> Any:
    try:
        return found.Seal.from_pem(_private(key), _read(certificate))
    except found.KeyUnusable as error:
        _give_up(f"The key or the certificate cannot be used: {error}")


def _private(file: Path) -> bytes:
    """The content of a file that only its owner can read."""
    content = _read(file)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        _give_up(f"{file} can be read by others. Run: chmod 600 {file}")
    return content


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        _give_up(f"{file} cannot be read: {error.strerror}")


def _give_up(sentence: str) -> NoReturn:
    runtime.console.print(f"[bold red]✗[/] {escape(sentence)}", soft_wrap=True)
    raise typer.Exit(2)
