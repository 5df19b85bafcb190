"""What parties are told of: one row per kind, registered by the app in which it happens.

RESULT_READY = register_notice(
    NoticeKind(
        "dossiers.result-ready",
        _("The result is ready"),
        places=(CODE, PROCEDURE),
        title=_("The result of your dossier is ready"),
        text=_("Your dossier {code} ({procedure}) is decided."),
        todo=_("Come to the counter …"),
        sms=_("Dossier {code}: the result is ready. …"),
        urgent=True,
    )
)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from lienthong.notifications.states import Wording


class UnknownNotice(LookupError):
    """No app has registered this kind of notice."""


@dataclass(frozen=True)
class Place:
    """A place in the words: its name, what it stands for, and an invented value for the preview.

    `short`: it may stand in an SMS, which others may read: the code of a dossier, a date, a number.
    """

    name: str
    label: Promise | str
    sample: str
    short: bool = False


@dataclass(frozen=True)
class NoticeKind:
    """One kind of thing that parties are told of, with the words shipped in every language.

    What is `urgent` goes to the next channel while the party has not read it and it is not settled.
    """

    code: str
    label: Promise | str
    places: tuple[Place, ...]
    title: Promise | str
    text: Promise | str
    todo: Promise | str
    sms: Promise | str
    urgent: bool = False

    def known(self, wording: str) -> frozenset[str]:
        """The places that words of this sort may have."""
        return frozenset(place.name for place in self.places if place.short or wording == Wording.PAGE.value)

    @property
    def samples(self) -> Mapping[str, str]:
        """An invented value for each place."""
        return {place.name: place.sample for place in self.places}


_notices: dict[str, NoticeKind] = {}


def register_notice(kind: NoticeKind) -> NoticeKind:
    """Make the kind known; the same code twice replaces it."""
    _notices[kind.code] = kind
    return kind


def notice_kind(code: str) -> NoticeKind:
    """The kind of that code; raises `UnknownNotice`."""
    try:
        return _notices[code]
    except KeyError:
        raise UnknownNotice(code) from None


def all_notices() -> list[NoticeKind]:
    """Every kind, in the order of their codes."""
    return [_notices[code] for code in sorted(_notices)]
