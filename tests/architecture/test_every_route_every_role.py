"""Walks every route as nobody, as every role, and as the same role of another agency.

Who may call what stands in `ROUTES` of `<app>/tests/routes.py`; a route without a line fails here.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.http import urlencode
from pytest_django import DjangoDbBlocker

import lienthong
from lienthong.directory.public import Agency
from lienthong.identity.public import Role, carried
from lienthong.identity.tests import factories
from lienthong.kernel.access import Access
from lienthong.kernel.clock import now
from tests.architecture.routes import Route, World

SIGN_IN = "account_login"


def patterns_of(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    """Every pattern with its name as `reverse` takes it; a nameless one goes by its path."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from patterns_of(pattern, inner)
        else:
            yield ":".join([*namespaces, pattern.name or f"nameless {pattern.pattern}"]), pattern


def collected() -> dict[str, Route]:
    """The lines of all apps together."""
    lines: dict[str, Route] = {}
    for package in iter_modules(lienthong.__path__):
        name = f"lienthong.{package.name}.tests"
        if find_spec(name) and find_spec(f"{name}.routes"):
            lines |= import_module(f"{name}.routes").ROUTES
    return lines


PATTERNS = list(patterns_of(get_resolver()))
ROUTES = collected()
LISTED = sorted(ROUTES.keys() & {name for name, _ in PATTERNS})


@dataclass(frozen=True)
class Askers:
    """The world and its officials, each signed in on a client of their own."""

    world: World
    clients: list[tuple[Role, Agency, Client]]
    citizen: Client
    neighbour: Client

    def asking(self, line: Route) -> Iterator[tuple[str, Client, bool]]:
        """Everyone who asks, and whether they should be let in."""
        yield "nobody", Client(), line.roles is None and not line.held
        for role, agency, client in self.clients:
            if role is Role.HEAD and line.kwargs is not None and line.roles and Role.SPECIALIST in line.roles:
                continue  # which objects a head sees depends on the division: `test_heads.py` of each app
            yield f"{role} of {agency}", client, _should_let_in(line, role, agency, self.world)
        yield "the citizen", self.citizen, line.for_citizens
        yield "another citizen", self.neighbour, line.for_citizens and line.shared


@pytest.fixture(scope="module")
def askers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Askers]:
    """One world for all routes, since making it and signing everyone in takes longer than the calls."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _askers(_world())
        transaction.set_rollback(True)


def _world() -> World:
    at = now()
    agencies = factories.agency(name="Sở Của ta"), factories.agency(name="Sở Khác")
    accounts = {
        (agency.pk, role): factories.official_in(agency, role, username=f"{role.value}{agency.pk}")
        for agency in agencies
        for role in Role
    }
    people = [factories.a_citizen()[0] for _ in range(2)]
    return World(agencies[0], agencies[1], at, accounts, citizen=people[0], neighbour=people[1])


def _askers(world: World) -> Askers:
    everyone = [(role, agency) for agency in (world.ours, world.theirs) for role in Role]
    clients = [(role, agency, Client()) for role, agency in everyone]
    for role, agency, client in clients:
        client.force_login(world.account(role, of=agency))
    citizen, neighbour = Client(), Client()
    citizen.force_login(world.citizen)
    neighbour.force_login(world.neighbour)
    return Askers(world, clients, citizen, neighbour)


def test_every_route_has_a_name_of_its_own() -> None:
    names = [name for name, _ in PATTERNS]
    assert sorted(name for name in names if "nameless" in name) == []
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_every_route_has_a_line_that_says_who_may_call_it() -> None:
    assert sorted({name for name, _ in PATTERNS} - ROUTES.keys()) == [], "add them to <app>/tests/routes.py"


def test_every_line_speaks_of_a_route_that_exists() -> None:
    assert sorted(ROUTES.keys() - {name for name, _ in PATTERNS}) == []


@pytest.mark.parametrize("name", LISTED)
def test_the_mark_on_the_view_says_the_same_as_the_line(name: str) -> None:
    access = getattr(dict(PATTERNS)[name].callback, "access", None)
    assert isinstance(access, Access), "the view carries no mark"
    expected = ROUTES[name].roles
    assert bool(access.public) == (expected is None)
    assert access.public or access.roles == expected
    assert access.public or (access.who == "party") == ROUTES[name].citizens


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTED)
def test_a_route_lets_in_whom_it_should_and_nobody_else(name: str, askers: Askers) -> None:
    line, wrong = ROUTES[name], []
    with transaction.atomic():
        kwargs = dict(line.kwargs(askers.world)) if line.kwargs else {}
        data = dict(line.data(askers.world)) if line.data else {}
        address = reverse(name, kwargs=kwargs)
        for method in line.methods:
            for who, client, allowed in askers.asking(line):
                answer = _call(client, method, address, data)
                if (
                    _let_in(answer, line) is not allowed
                    or answer.status_code == 405
                    or answer.status_code == 500
                ):
                    wrong.append(f"{method} {address} as {who}: {answer.status_code}")
        transaction.set_rollback(True)
    assert wrong == []


def _should_let_in(line: Route, role: Role, agency: Agency, world: World) -> bool:
    if line.citizens or line.held:
        return False
    if line.roles is None or (not line.roles and line.shared):
        return True
    own_object = line.shared or line.kwargs is None or agency == world.ours
    return own_object and (not line.roles or bool(carried([role]) & line.roles))


def _call(client: Client, method: str, address: str, data: dict[str, object]) -> HttpResponse:
    """One call, whose changes are undone, in the client's cookies too."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        answer = client.get(address) if method == "GET" else client.generic(method, address, **_body(data))
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def _body(data: dict[str, object]) -> dict[str, str]:
    return {"data": urlencode(data, doseq=True), "content_type": "application/x-www-form-urlencoded"}


def _let_in(answer: HttpResponse, line: Route) -> bool:
    """Whether the view itself answered; a public one may lead to signing in by itself."""
    if line.token:
        return answer.status_code == 401
    refused = (401, 403) if line.personal else (401, 403, 404)
    to_sign_in = answer.status_code == 302 and urlsplit(answer["Location"]).path == reverse(SIGN_IN)
    public = line.roles is None and not line.held
    return answer.status_code not in refused and (public or not to_sign_in)
