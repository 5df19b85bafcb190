"""Who may call a view. Every view carries one mark; a test over all routes says so, and the default is no."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Asker = Literal["official", "party", "account"]
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """How a view is guarded: `public` with its reason, or the roles of which one is needed (empty: any).

    `who` asks: an official, a party (a citizen or business), or whoever has an account.
    """

    public: str = ""
    roles: frozenset[str] = frozenset()
    who: Asker = "official"


def mark(view: View, access: Access) -> View:
    """Write the mark on the view; the middleware of `identity` enforces it."""
    view.access = access  # type: ignore[attr-defined]
    return view


def mark_all(patterns: Iterable[Any], access: Access) -> None:
    """Write the mark on every view below the URL patterns: for a library's views, which take no decorator."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            mark_all(pattern.url_patterns, access)
        else:
            mark(pattern.callback, access)


def public_page(reason: str) -> Callable[[View], View]:
    """Mark a view that anyone may call, with the reason why."""
    return lambda view: mark(view, Access(public=reason))
