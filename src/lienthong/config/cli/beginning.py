"""`lienthong first-administrator`: the one account that nobody inside can make."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated

import typer
from django.db import transaction
from rich.markup import escape

from lienthong.config.cli import runtime
from lienthong.kernel.clock import now

DIRECTORY, IDENTITY, LEDGER = (f"lienthong.{app}.public" for app in ("directory", "identity", "ledger"))
POST = "Quản trị hệ thống"


def first_administrator(
    agency: Annotated[str, typer.Argument(help="Code of the agency, such as H55.")],
    name: Annotated[str, typer.Option(help="The person's full name.")],
    username: Annotated[str, typer.Option(help="The name to sign in with.")],
    operator: Annotated[bool, typer.Option("--operator", help="Also operator of the axis.")] = False,
) -> None:
    """Make an agency's first administrator, who makes all further accounts in the browser.

    The password that is printed serves for one sign-in.
    """
    with runtime.prepared(), runtime.refusals():
        password = appoint(agency, name=name, username=username, operator=operator, at=now())
        runtime.console.print(f"User name [bold]{escape(username)}[/], password [bold]{password}[/]")


def appoint(code: str, *, name: str, username: str, operator: bool, at: datetime) -> str:
    """The post, the official in it, the roles and the account, all or nothing; answers the password.

    Raises:
        UnknownAgency, ClosedAgency, BadText, BadUsername, UsernameTaken: nothing was made.
    """
    directory, identity = runtime.door(DIRECTORY), runtime.door(IDENTITY)
    actor = runtime.door(LEDGER).Actor(kind="job", id="lienthong", name="lienthong first-administrator")
    agency = directory.find_agency(code, on=at.date())
    password = secrets.token_urlsafe(15)
    with transaction.atomic():
        post = directory.add_post(agency=agency, title=POST, actor=actor, at=at)
        official = directory.add_official(full_name=name, actor=actor, at=at)
        directory.appoint(post, official, on=at.date(), actor=actor, at=at)
        roles = [identity.Role.ADMINISTRATOR, *([identity.Role.OPERATOR] if operator else [])]
        identity.grant_roles([(post.pk, role) for role in roles])
        identity.create_account(
            username=username, official=official, password=password, must_change_password=True
        )
    return password
