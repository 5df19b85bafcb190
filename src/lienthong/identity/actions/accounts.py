"""Making accounts and giving roles, one by one and in sets; nobody asks, so nothing is checked or recorded.

The pages of an administrator go through `administration`; this serves installation, demonstration and tests.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable, Sequence

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Official, Post
from lienthong.identity.contracts import NewAccount, Role
from lienthong.identity.models import Account, RoleGrant
from lienthong.kernel.errors import Refusal

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,148}[a-z0-9]")
LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"


class BadUsername(Refusal):
    """The user name has letters it may not have, or the wrong length."""

    code, status = "bad-username", 422
    sentence = _(
        "The user name may have 3 to 150 characters: small letters without marks, digits, "
        "and . _ - @ between them. Choose another one."
    )


class UsernameTaken(Refusal):
    """Another account has that user name."""

    code, status = "username-taken", 409
    sentence = _("The user name %(username)s is taken by another account. Choose another one.")


class AlreadyHasAccount(Refusal):
    """The official has an account already."""

    code, status = "already-has-account", 409
    sentence = _("%(name)s already has an account. Reset its password instead of making another.")


def create_account(
    *,
    username: str,
    official: Official | None,
    password: str,
    email: str = "",
    must_change_password: bool = False,
) -> Account:
    """Store one account; the user name is taken in small letters.

    Raises:
        BadUsername: it has other characters than allowed.
        UsernameTaken: another account has it.
        AlreadyHasAccount: the official has one.
    """
    username = clean_username(username)
    with transaction.atomic():
        if official and Account.objects.filter(official=official).exists():
            raise AlreadyHasAccount(name=official.full_name)
        account = Account(
            username=username, official=official, email=email, must_change_password=must_change_password
        )
        account.set_password(password)
        made = Account.objects.bulk_create([account], ignore_conflicts=True)
        stored = Account.objects.filter(username=username, password=made[0].password).first()
        if stored is None:
            raise UsernameTaken(field="username", username=username)
    return stored


def create_accounts(rows: Iterable[NewAccount], *, password: str) -> int:
    """Store many accounts that share one password, hashed once: for demonstrations only. Answers how many.

    Accounts whose user name exists stay as they are.
    """
    hashed = make_password(password)
    accounts = [
        Account(username=row.username.lower(), official_id=row.official_id, email=row.email, password=hashed)
        for row in rows
    ]
    Account.objects.bulk_create(accounts, batch_size=5000, ignore_conflicts=True)
    return len(accounts)


def grant_role(post: Post, role: Role) -> None:
    """Let the post carry the role; already carrying it changes nothing."""
    grant_roles([(post.pk, role)])


def grant_roles(pairs: Collection[tuple[int, Role]]) -> None:
    """Let every post (by id) carry its role, in sets; those that exist stay."""
    grants = [RoleGrant(post_id=post_id, role=role.value) for post_id, role in pairs]
    RoleGrant.objects.bulk_create(grants, batch_size=5000, ignore_conflicts=True)


def clean_username(username: str) -> str:
    """The user name in small letters without surrounding space.

    Raises:
        BadUsername: it has other characters than allowed.
    """
    cleaned = username.strip().lower()
    if not USERNAME.fullmatch(cleaned):
        raise BadUsername(field="username")
    return cleaned


def initial_password() -> str:
    """A password to be read out and typed once: four groups of four legible characters, 79 bits."""
    groups: Sequence[str] = ["".join(secrets.choice(LEGIBLE) for _ in range(4)) for _ in range(4)]
    return "-".join(groups)
