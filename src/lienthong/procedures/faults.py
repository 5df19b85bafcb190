"""What is wrong with a form or a process, and where: found all at once, said in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from lienthong.kernel.errors import Refusal

MOST, DEEPEST = 50, 12


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: `place` names it ("steps 3, minutes"), `sentence` says it with `facts`.

    `keys` lead to the row that it is about: page, question, question of a group.
    """

    place: str
    sentence: Promise
    facts: dict[str, object] = field(default_factory=dict)
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.place}: {self.said}" if self.place else self.said

    @property
    def said(self) -> str:
        """The sentence without the place."""
        return str(self.sentence) % {key: str(value) for key, value in self.facts.items()}


class NotWhole(Refusal):
    """A form or a process that cannot be used as it is; `faults` say why."""

    code, status = "not-whole", 422
    sentence = _("This cannot be used as it is. %(faults)s")

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            faults=" ".join(f"{fault}." if str(fault)[-1:] != "." else str(fault) for fault in faults)
        )


# What pydantic finds, in words; anything else is "not of the form that is expected".
_SAID: dict[str, Promise] = {
    "missing": _("is missing"),
    "extra_forbidden": _("is not known"),
    "string_too_short": _("is empty"),
    "string_too_long": _("is too long"),
    "string_pattern_mismatch": _("may hold only small letters, digits and _, and begins with a letter"),
    "string_type": _("is not a text"),
    "int_type": _("is not a whole number"),
    "int_parsing": _("is not a whole number"),
    "bool_type": _("is not true or false"),
    "greater_than_equal": _("is too small"),
    "less_than_equal": _("is too large"),
    "too_long": _("has too many entries"),
    "too_short": _("has too few entries"),
    "enum": _("is none of the values that are known"),
    "condition": _("is no condition; write it like: married == true and child_count >= 2"),
}
_DEEP = _("it is nested more than %(most)s times")
_OTHER = _("is not of the form that is expected")


def faults_of(error: ValidationError) -> list[Fault]:
    """The first findings of pydantic as faults, places counted from 1."""
    return [
        _fault(one["loc"], one["type"]) for one in error.errors(include_url=False, include_input=False)[:MOST]
    ]


def require_shallow(data: Any) -> None:
    """Refuse what is nested deeper than any form or process. Raises `NotWhole`."""
    level: list[Any] = [data]
    for _depth in range(DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    if any(isinstance(one, dict | list) for one in level):
        raise NotWhole([Fault("", _DEEP, {"most": DEEPEST})])


def place_of(parts: Iterable[str | int]) -> str:
    """A place in words: ("steps", 2, "minutes") is "steps 3, minutes"."""
    words: list[str] = []
    for part in parts:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(str(part))
    return ", ".join(words)


def _fault(place: tuple[str | int, ...], kind: str) -> Fault:
    return Fault(place_of(place), _SAID.get(kind, _OTHER))
