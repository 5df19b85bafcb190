"""The navigation shows each viewer what the viewer may open, and nothing that is not there."""

from __future__ import annotations

import pytest

from lienthong.ui import navigation
from lienthong.ui.navigation import NavItem, links, register


@pytest.fixture(autouse=True)
def _only_these(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_items", {})


def test_an_item_for_a_role_is_shown_to_that_role_only() -> None:
    register(NavItem("home", "Home", frozenset({"clerk"})))
    assert [link.label for link in links(place="main", roles=["clerk"], signed_in=True, path="/x")] == [
        "Home"
    ]
    assert links(place="main", roles=["leader"], signed_in=True, path="/x") == []


def test_an_item_without_roles_is_for_everyone_signed_in() -> None:
    register(NavItem("home", "Home"))
    assert links(place="main", roles=[], signed_in=True, path="/")
    assert links(place="main", roles=[], signed_in=False, path="/") == []


def test_a_public_item_is_for_everyone() -> None:
    register(NavItem("home", "Home", public=True))
    assert links(place="main", roles=[], signed_in=False, path="/")


def test_an_address_that_this_installation_does_not_serve_is_left_out() -> None:
    register(NavItem("nowhere:at-all", "Gone", public=True))
    assert links(place="main", roles=[], signed_in=False, path="/") == []


def test_the_longest_address_that_begins_the_path_is_current() -> None:
    register(NavItem("home", "Home", public=True, order=2))
    register(NavItem("set_language", "Language", public=True, order=1))
    found = links(place="main", roles=[], signed_in=False, path="/i18n/setlang/")
    assert [(link.label, link.current) for link in found] == [("Language", True), ("Home", False)]


def test_an_exact_item_is_current_on_its_own_page_alone() -> None:
    register(NavItem("home", "Home", public=True, exact=True))
    for path, current in (("/", True), ("/elsewhere/", False)):
        assert [link.current for link in links(place="main", roles=(), signed_in=False, path=path)] == [
            current
        ]


def test_the_same_address_registered_twice_stands_once() -> None:
    register(NavItem("home", "Old", public=True))
    register(NavItem("home", "New", public=True))
    assert [link.label for link in links(place="main", roles=[], signed_in=False, path="/")] == ["New"]


def test_the_account_menu_is_apart_from_the_bar() -> None:
    register(NavItem("home", "Home", public=True, place="account"))
    assert links(place="main", roles=[], signed_in=True, path="/") == []
    assert links(place="account", roles=[], signed_in=True, path="/")
