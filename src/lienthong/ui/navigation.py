"""What stands in the navigation: each app says it once, `ui` draws it for whoever looks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise

Place = Literal["main", "account", "tools", "citizen", "own", "own_tools"]


@dataclass(frozen=True)
class NavItem:
    """A page named in the navigation.

    `roles` are plain strings of which the viewer needs one; empty means everyone who is signed in, and
    `public` everyone at all. `order` sorts (small first). `place` is the bar ("main"), the menu under the
    viewer's own name ("account"), a symbol beside it on every page ("tools"), or on the pages for citizens
    the bar ("citizen"), the menu of who is signed in there ("own") and a symbol beside it ("own_tools").
    `icon` is a symbol of `static/ui/icons.svg`. `count` is asked with the viewer, on the pages for citizens
    with the visitor, for a number that stands beside the symbol, and
    `live_name` is the page from which `ui/components/tool.html` comes anew. An `exact` item is current on its
    own page alone, although other addresses begin with it.
    """

    url_name: str
    label: str | Promise
    roles: frozenset[str] = field(default_factory=frozenset)
    order: int = 50
    icon: str = ""
    public: bool = False
    place: Place = "main"
    count: Callable[[Any], int] | None = None
    live_name: str = ""
    exact: bool = False

    def is_for(self, roles: Collection[str], *, signed_in: bool) -> bool:
        """Whether a viewer with these roles sees it."""
        if self.public:
            return True
        return signed_in and (not self.roles or bool(self.roles & set(roles)))


@dataclass(frozen=True)
class Link:
    """A navigation item with its address, for one viewer on one page."""

    url: str
    label: str | Promise
    icon: str
    current: bool
    count: int = 0
    live_url: str = ""


_items: dict[tuple[Place, str], NavItem] = {}


def register(item: NavItem) -> None:
    """Put `item` into the navigation; called from an app's `ready()`. The same address twice replaces it."""
    _items[item.place, item.url_name] = item


def links(
    *, place: Place, roles: Collection[str], signed_in: bool, path: str, viewer: object = None
) -> list[Link]:
    """What a viewer sees at `place`, in order. Of the addresses that begin `path`, the longest is current.

    An item whose address this installation does not serve (an app left out) is left out too.
    """
    shown = sorted(
        (item for (at, _), item in _items.items() if at == place and item.is_for(roles, signed_in=signed_in)),
        key=lambda item: item.order,
    )
    found = [(item, url) for item in shown if (url := _url(item.url_name))]
    begun = (url for item, url in found if (path == url if item.exact else path.startswith(url)))
    current = max(begun, key=len, default="")
    return [_link(item, url, url == current, viewer) for item, url in found]


def desk(roles: Collection[str]) -> str:
    """Where someone with these roles begins the day: the first page that is not everyone's; empty if none."""
    own = (item for (at, _), item in _items.items() if at == "main" and not item.public)
    meant = sorted((item for item in own if item.is_for(roles, signed_in=True)), key=lambda item: item.order)
    return next((url for item in meant if (url := _url(item.url_name))), "")


def _link(item: NavItem, url: str, current: bool, viewer: object) -> Link:
    count = item.count(viewer) if item.count else 0
    return Link(url, item.label, item.icon, current, count, _url(item.live_name) if item.live_name else "")


def _url(name: str) -> str:
    return _looked_up(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), name)


@lru_cache(maxsize=500)  # every page asks for all of them, and what is served does not change
def _looked_up(_urls: str, _prefix: str, name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
