"""The people of the demonstration and the scenes of its story, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lienthong.identity.public import Role

Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Watcher:
    """Someone in a post that no agency has by itself: user name, post, name, role, code of the agency."""

    username: str
    title: str
    name: str
    role: Role
    agency: str = "G22"


@dataclass(frozen=True)
class Login:
    """An account to sign in with: user name, password, who it is and where."""

    username: str
    password: str
    who: str


@dataclass(frozen=True)
class Scene:
    """What just happened in the story: who, of which agency, did what, and what came of it.

    `counts` is what the sender sees: a state's label and how many of the recipients stand there.
    """

    title: str
    who: str
    agency: str
    outcome: str
    seconds: float
    counts: Mapping[str, int]
