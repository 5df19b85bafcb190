"""The form in which each app says who may call its routes: `ROUTES` in `<app>/tests/routes.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lienthong.directory.public import Agency
from lienthong.identity.public import Account, Role, Viewer, acting_viewer

Arguments = Callable[["World"], Mapping[str, object]]


@dataclass(frozen=True)
class World:
    """Two agencies with one official per role in each, two citizens; a route's object belongs to `ours`."""

    ours: Agency
    theirs: Agency
    at: datetime
    accounts: Mapping[tuple[int, Role], Account] = field(default_factory=dict)
    citizen: Account = field(default_factory=Account)
    neighbour: Account = field(default_factory=Account)

    def account(self, role: Role, *, of: Agency | None = None) -> Account:
        """The account whose only post, in `ours` or the agency given, carries `role` alone."""
        return self.accounts[(of or self.ours).pk, role]

    def viewer(self, role: Role, *, of: Agency | None = None) -> Viewer:
        """The same official as the viewer that queries and actions take."""
        return acting_viewer(self.account(role, of=of), at=self.at)


@dataclass(frozen=True)
class Route:
    """Who may call one route, and with which object and body the test calls it; made by the functions below.

    `roles` is None for a public route and empty for one that every signed-in official may call.
    `shared`: the object is not one agency's own, so officials of another agency may see it too.
    `token`: the operation wants a bearer token, which nobody here has.
    `citizens`: for a signed-in citizen; the object belongs to `World.citizen`, and `World.neighbour` may not
    see it unless it is `shared`.
    `held`: public, but the object opens only to who holds it, which is `World.citizen`.
    `account`: it is about the asker's own account, an official's or a citizen's.
    `personal`: the page shows something of the asker's own, and 404 only says that they have none.
    """

    roles: frozenset[Role] | None
    methods: tuple[str, ...] = ("GET",)
    kwargs: Arguments | None = None
    data: Arguments | None = None
    shared: bool = False
    personal: bool = False
    token: bool = False
    citizens: bool = False
    account: bool = False
    held: bool = False

    @property
    def for_citizens(self) -> bool:
        """Whether a citizen is let in: to the pages for them, for everyone, and of their own account."""
        return self.roles is None or self.citizens or self.account


def api(*, methods: tuple[str, ...] = ("GET",), kwargs: Arguments | None = None) -> Route:
    """An operation that asks for its own bearer token: whoever comes with a session only gets 401."""
    return Route(roles=None, methods=methods, kwargs=kwargs, shared=True, token=True)


def public(*, methods: tuple[str, ...] = ("GET",), kwargs: Arguments | None = None) -> Route:
    """Anyone may call it, signed in or not (an API that asks for its own token counts as public here)."""
    return Route(roles=None, methods=methods, kwargs=kwargs, shared=True)


def held(*, methods: tuple[str, ...] = ("GET",), kwargs: Arguments | None = None) -> Route:
    """Anyone may call it, and it is found only for who holds the object: `World.citizen`, here."""
    return Route(roles=None, methods=methods, kwargs=kwargs, held=True)


def signed_in(
    *,
    methods: tuple[str, ...] = ("GET",),
    kwargs: Arguments | None = None,
    data: Arguments | None = None,
    shared: bool = True,
    personal: bool = False,
    account: bool = False,
) -> Route:
    """Every signed-in official may call it, whatever the role."""
    return Route(frozenset(), methods, kwargs, data, shared, personal, account=account)


def only(
    *roles: Role,
    methods: tuple[str, ...] = ("GET",),
    kwargs: Arguments | None = None,
    data: Arguments | None = None,
    shared: bool = False,
) -> Route:
    """Only officials with one of the roles; of another agency, only when `shared`."""
    return Route(frozenset(roles), methods, kwargs, data, shared)


def citizens(
    *,
    methods: tuple[str, ...] = ("GET",),
    kwargs: Arguments | None = None,
    data: Arguments | None = None,
    shared: bool = False,
    personal: bool = False,
) -> Route:
    """Every signed-in citizen may call it, and no official; the object of another citizen is not found."""
    return Route(frozenset(), methods, kwargs, data, shared or kwargs is None, personal, citizens=True)
