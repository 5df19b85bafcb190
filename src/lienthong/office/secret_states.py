"""The life of a secrecy mark that was found on a document after it came: one table of moves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class SecretState(StrEnum):
    """Whether the files are closed and wait for a clerk, are destroyed, or are open again."""

    FOUND = "found"
    DESTROYED = "destroyed"
    RELEASED = "released"


@dataclass(frozen=True)
class SecretMove:
    """What a clerk says of the mark."""

    verb: str
    sources: frozenset[SecretState]
    target: SecretState


DESTROY = SecretMove("destroy", frozenset({SecretState.FOUND}), SecretState.DESTROYED)
RELEASE = SecretMove("release", frozenset({SecretState.FOUND}), SecretState.RELEASED)
SECRET_MOVES: dict[str, SecretMove] = {move.verb: move for move in (DESTROY, RELEASE)}

SECRET_LABELS: dict[str, Promise] = {
    SecretState.FOUND: _("waits for the clerk's decision"),
    SecretState.DESTROYED: _("secret: the files were destroyed"),
    SecretState.RELEASED: _("not secret"),
}
