"""`lienthong authority`, `issue-certificates`, `register-system`: what installations need of each other."""

from __future__ import annotations

import base64
import os
import textwrap
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from lienthong.config.cli import runtime
from lienthong.kernel.clock import now

AXIS, DIRECTORY, LEDGER, SIGNING = (
    f"lienthong.{app}.public" for app in ("axis", "directory", "ledger", "signing")
)
BATCH = 200


class Reach(StrEnum):
    """For which agencies a system speaks."""

    AGENCY = "agency"
    SUBTREE = "subtree"
    ALL = "all"


def authority(
    root: Annotated[
        Path | None, typer.Option(help="Write the root certificate (PEM) here, for other installations.")
    ] = None,
) -> None:
    """Make this installation's authority unless it is there, and give out its root certificate."""
    with runtime.prepared(), runtime.refusals():
        signing = runtime.door(SIGNING)
        signing.ensure_authority(at=now())
        text = pem_of(signing.root_certificate())
        base = runtime.door("lienthong.config.settings").BASE_URL
    if root:
        root.write_text(text)
        runtime.console.print(f"Root certificate: {root}")
    else:
        typer.echo(text, nl=False)
    runtime.console.print(f"Revocation list: {base}/pki/crl/issuing.crl", soft_wrap=True)


def issue_certificates(
    agency: Annotated[str, typer.Argument(help="Code of the agency, such as H55.")],
    below: Annotated[bool, typer.Option("--below", help="Also every agency below it.")] = False,
    encryption: Annotated[
        bool, typer.Option("--encryption", help="Also a key that others encrypt for the agencies with.")
    ] = False,
) -> None:
    """Give the agency and everyone who holds a post in it a certificate, unless they have a valid one."""
    with runtime.prepared(), runtime.refusals(), runtime.progress() as report:
        directory, signing, at = runtime.door(DIRECTORY), runtime.door(SIGNING), now()
        top, on = directory.find_agency(agency, on=at.date()), at.date()
        valid = directory.Agency.objects.valid(on)
        agencies = list(valid.filter(path__startswith=top.path) if below else valid.filter(pk=top.pk))
        held = directory.PostHolding.objects.filter(
            post__agency__in=agencies, valid_from__lte=on, valid_to__gt=on
        )
        people = sorted(set(held.values_list("official_id", flat=True)))
        ids = [each.pk for each in agencies]
        wanted = [
            ("Agencies", ids, signing.ensure_agency_certificates),
            ("Officials", people, signing.ensure_official_certificates),
            ("Encryption", ids if encryption else [], signing.ensure_encryption_certificates),
        ]
        for name, holders, ensure in wanted:
            report(name, 0, len(holders))
            for start in range(0, len(holders), BATCH):
                ensure(holders[start : start + BATCH], at=at)
                report(name, min(start + BATCH, len(holders)), len(holders))
    runtime.console.print(f"{len(agencies)} agencies and {len(people)} officials have certificates")


def renew_signing_key(
    official: Annotated[str, typer.Argument(help="The official as the certificate names him or her: CB-12.")],
) -> None:
    """Give an official a new signing key without PIN; what the old one signed stays valid."""
    number = official.upper().removeprefix("CB-")
    if not number.isdigit():
        runtime.fail("Name the official as the certificate does, such as CB-12.")
    with runtime.prepared(), runtime.refusals():
        made = runtime.door(SIGNING).renew_official_key(int(number), at=now())
    runtime.console.print(f"{made.subject}: new key, without PIN. The signer sets one on “My signing key”.")


def register_system(
    agency: Annotated[str, typer.Argument(help="Code of the agency it speaks for, such as H55.")],
    name: Annotated[str, typer.Option(help="What people call the system.")],
    serves: Annotated[Reach, typer.Option(help="It alone, all below it too, or everyone.")] = Reach.SUBTREE,
    credentials: Annotated[
        Path | None, typer.Option(help="Write id and secret to this new file, not to the terminal.")
    ] = None,
) -> None:
    """Connect a system to the axis of this installation. Its secret is shown this once."""
    with runtime.prepared(), runtime.refusals():
        axis, at = runtime.door(AXIS), now()
        actor = runtime.door(LEDGER).Actor(kind="job", id="lienthong", name="lienthong register-system")
        found = runtime.door(DIRECTORY).find_agency(agency, on=at.date())
        if credentials and credentials.exists():
            runtime.fail(f"{credentials} exists already; its secret would be lost. Name another file.")
        _system, made = axis.connect_system(
            name=name, agency=found, serves=axis.Serves(serves.value), actor=actor, at=at
        )
    lines = f"client_id={made.client_id}\nclient_secret={made.client_secret}\n"
    if credentials:
        write_private(credentials, lines)
        runtime.console.print(f"{made.client_id}: its secret is in {credentials}")
    else:
        typer.echo(lines, nl=False)


def write_private(file: Path, text: str) -> None:
    """Write a new file that only its owner can read."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as made:
        made.write(text)


def pem_of(der: Any) -> str:
    """A certificate as PEM (RFC 7468)."""
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
