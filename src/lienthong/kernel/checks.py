"""Checks: each part of the installation says how to find out whether it works; `lienthong doctor` asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What a check found."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What a check found, and one sentence that says it with its figures, for the operator."""

    state: State
    sentence: str


@dataclass(frozen=True)
class Check:
    """A named check; `essential` if without it not even one page can be served."""

    name: str
    ask: Callable[[], Finding]
    essential: bool = False

    def perform(self) -> Finding:
        """Really perform it; an exception of any kind is a finding too."""
        try:
            return self.ask()
        except Exception as error:
            return Finding(State.BAD, f"{type(error).__name__}: {error}".strip())


_checks: dict[str, Check] = {}


def check(name: str, *, essential: bool = False) -> Callable[[Callable[[], Finding]], Callable[[], Finding]]:
    """Have the decorated function asked under this name; it performs the thing, and raises or answers."""

    def register(ask: Callable[[], Finding]) -> Callable[[], Finding]:
        _checks[name] = Check(name, ask, essential)
        return ask

    return register


def all_checks() -> list[Check]:
    """Every check that was registered, in that order."""
    return list(_checks.values())


def good(sentence: str) -> Finding:
    """It works."""
    return Finding(State.GOOD, sentence)


def warning(sentence: str) -> Finding:
    """It works, but will not for long, or not as it should."""
    return Finding(State.WARNING, sentence)


def bad(sentence: str) -> Finding:
    """It does not work."""
    return Finding(State.BAD, sentence)
