"""`lienthong connect`: a folder kept in step with the axis, for systems that know files only."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from lienthong.axis.connector import (
    AxisClient,
    AxisRefused,
    AxisUnreachable,
    Connector,
    Event,
    ExchangeFolder,
    FolderInUse,
    FolderUnsuited,
    NoReadingKey,
    NotAnAxis,
    Tally,
    read_keys,
)
from lienthong.config.cli import runtime, serving
from lienthong.config.env import read_env
from lienthong.kernel.envelopes import ReadingKey

LONGEST_PAUSE = 300.0  # seconds
SIGNS = {
    "sent": "[green]↑[/] sent",
    "refused": "[red]✗[/] refused",
    "collected": "[green]↓[/] collected",
    "reported": "[green]→[/] reported",
    "failed": "[yellow]![/] failed",
}


def connect(
    folder: Annotated[Path, typer.Argument(help="The exchange folder; made if it is not there.")],
    url: Annotated[str, typer.Option(help="The axis; LIENTHONG_AXIS_URL if not given.")] = "",
    credentials: Annotated[
        Path | None,
        typer.Option(
            help="File (mode 600) with client_id=… and client_secret=…, instead of the environment."
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="One round, then leave.")] = False,
    interval: Annotated[float, typer.Option(min=0.01, help="Seconds between rounds.")] = 15.0,
    unpack: Annotated[bool, typer.Option("--unpack", help="Also write attachments as files.")] = False,
    decrypt_key: Annotated[
        list[Path] | None,
        typer.Option(
            "--decrypt-key",
            help="PEM file (mode 600) with an RSA key and its certificate: unpack decrypted; repeatable.",
        ),
    ] = None,
) -> None:
    """Keep a folder in step with the axis: outbox, inbox and status.

    Needs no database. The system's name and secret come from LIENTHONG_AXIS_CLIENT_ID and _SECRET, or from
    the file. It may be stopped or killed at any moment: nothing is lost and nothing is done twice.
    """
    url = url or read_env().axis_url
    if not url:
        runtime.fail("Say where the axis is: --url or LIENTHONG_AXIS_URL.")
    client_id, secret = read_credentials(credentials)
    keys = [key for file in decrypt_key or [] for key in read_key_file(file)]
    place = ExchangeFolder(folder.absolute())
    with serving.until_stopped(), AxisClient(url, client_id, secret) as client:
        try:
            with place.locked():
                place.prepare()
                connector = Connector(place, client, _tell, unpacks=unpack or bool(keys), keys=keys)
                _run(connector, once=once, interval=interval)
        except FolderInUse:
            runtime.fail(f"Another connector works on {folder}. Stop it first, or name another folder.")
        except FolderUnsuited:
            runtime.fail(f"The parts of {folder} lie on several file systems; put them on one.")
        except (AxisRefused, NotAnAxis) as error:
            runtime.fail(f"{url} does not take these credentials, or is no axis: {error}")
        except OSError as error:
            runtime.fail(f"The folder {folder} cannot be used: {error}")


def read_credentials(file: Path | None) -> tuple[str, str]:
    """The system's name and secret: of a file that only its owner can read, or of the environment."""
    if file is None:
        env = read_env()
        found = {"client_id": env.axis_client_id, "client_secret": env.axis_client_secret.get_secret_value()}
    else:
        pairs = (line.partition("=") for line in read_private(file).decode(errors="replace").splitlines())
        found = {key.strip(): value.strip() for key, _equals, value in pairs}
    if not (found.get("client_id") and found.get("client_secret")):
        runtime.fail(
            "Set LIENTHONG_AXIS_CLIENT_ID and LIENTHONG_AXIS_CLIENT_SECRET, or give --credentials FILE with "
            "the lines client_id=… and client_secret=…"
        )
    return found["client_id"], found["client_secret"]


def read_private(file: Path) -> bytes:
    """A file that only its owner can read."""
    try:
        state = file.stat()
        content = file.read_bytes()
    except OSError as error:
        runtime.fail(f"{file} cannot be read: {error}")
    if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO) or state.st_uid != os.geteuid():
        runtime.fail(f"Others can read {file}. Make it yours alone: chmod 600 {file}")
    return content


def read_key_file(file: Path) -> list[ReadingKey]:
    """The keys of a private file, each with its certificate."""
    try:
        return read_keys(read_private(file))
    except NoReadingKey as error:
        runtime.fail(f"{file} holds no RSA private key with its certificate, both PEM: {error}")


def _run(connector: Connector, *, once: bool, interval: float) -> None:
    """Work in rounds until stopped; after a failure the pause doubles, up to five minutes."""
    pause = interval
    while True:
        try:
            with runtime.progress(transient=True) as connector.progress:
                tally = connector.work()
        except (AxisUnreachable, OSError) as error:
            if once:
                runtime.fail(f"Not finished, and safe to repeat: {error}")
            pause = min(max(pause * 2, 1.0), LONGEST_PAUSE)
            runtime.console.print(
                f"[yellow]![/] {escape(str(error))}; again in {pause:.0f} s", soft_wrap=True
            )
        else:
            pause = interval
            if once or tally.total:
                runtime.console.print(summary(tally), style="dim")
            if once:
                raise typer.Exit(1 if tally.failed else 0)
        with runtime.console.status("Waiting"):
            time.sleep(pause)


def summary(tally: Tally) -> str:
    """A round in one line."""
    return (
        f"{tally.sent} sent, {tally.refused} refused, {tally.collected} collected, "
        f"{tally.reported} reported, {tally.failed} failed"
    )


def _tell(event: Event) -> None:
    detail = f"  [dim]{escape(event.detail)}[/]" if event.detail else ""
    runtime.console.print(f"{SIGNS[event.what]} {escape(event.name)}{detail}", soft_wrap=True)
