"""What officials are told of: one row per kind of thing, registered by the app in which it happens.

An app does so on import of its `handlers.py` or in `ready()`:

    ASSIGNED = register_kind(
        Kind("tasks.assigned", _("A task is given to me"), _("You lead: %(title)s"), Way.DIGEST)
    )
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lienthong.notifications.states import Way


class UnknownKind(LookupError):
    """No app has registered this kind of notification."""


@dataclass(frozen=True)
class Kind:
    """One kind of thing that officials are told of.

    `code` is "<app>.<event>"; `label` names it among the choices; `sentence` says it, with `%(name)s` places
    for what `notify` is given; `way` holds until the official chooses another.
    """

    code: str
    label: Promise | str
    sentence: Promise | str
    way: Way = Way.DIGEST

    def say(self, params: Mapping[str, object]) -> str:
        """The sentence in the active language; raises `KeyError` when a place is not filled."""
        return str(self.sentence) % params


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> Kind:
    """Make the kind known; the same code twice replaces it."""
    _kinds[kind.code] = kind
    return kind


def kind_of(code: str) -> Kind:
    """The kind of that code; raises `UnknownKind`."""
    try:
        return _kinds[code]
    except KeyError:
        raise UnknownKind(code) from None


def all_kinds() -> list[Kind]:
    """Every kind, in the order of their codes, so those of one app stand together."""
    return [_kinds[code] for code in sorted(_kinds)]


def say(code: str, params: Mapping[str, object]) -> str:
    """What a stored notification says, in the active language; also after its app was taken out."""
    try:
        return kind_of(code).say(params)
    except (UnknownKind, KeyError):
        return _("Something happened that this version cannot put into words.")


MENTIONED = register_kind(
    Kind(
        "notifications.mentioned",
        gettext_lazy("Someone mentions me in a comment"),
        gettext_lazy("%(author)s mentioned you: %(about)s"),
        Way.MAIL,
    )
)
