"""What a run of the kit needs and what it finds out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from lienthong.axis.conformance.run import Run


@dataclass(frozen=True)
class Credentials:
    """What a connected system signs in with."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class KeyPair:
    """A private key and its certificate, both PEM."""

    key: str = field(repr=False)
    certificate: str = field(repr=False)


@dataclass(frozen=True)
class Kit:
    """What a run needs from the other side; a sandbox hands it out as a JSON file.

    `sender` is the agency that the tested system sends for, `recipient` another whose system signs in with
    `partner`; `bystander` is a third that can be sent to. `closed` is the code of an agency that does not
    exist any more. `other` signs for `recipient`, `revoked` was revoked and had been issued to `sender`.
    The tokens were good once: one until its system's secret was replaced, one until its system was disabled.
    """

    made_at: datetime
    sender: str
    recipient: str
    bystander: str
    closed: str
    partner: Credentials
    other: KeyPair
    revoked: KeyPair
    rotated_token: str = field(repr=False)
    disabled_token: str = field(repr=False)

    @classmethod
    def from_json(cls, text: bytes) -> Kit:
        """Read a kit file; raises `pydantic.ValidationError`."""
        return _kits.validate_json(text)

    def to_json(self) -> bytes:
        """The kit as a file."""
        return _kits.dump_json(self, indent=2)


_kits = TypeAdapter(Kit)


@dataclass(frozen=True)
class Case:
    """One rule: its stable id, its title in both languages, what must come, and the function that tries it.

    The function answers what came, or raises `Failed` with it.
    """

    id: str
    vi: str
    en: str
    expects: str
    attempt: Callable[[Run], str] = field(repr=False)

    def title(self, language: str) -> str:
        """The title in "vi" or "en"."""
        return self.vi if language == "vi" else self.en


class Failed(Exception):
    """The implementation did something else; the message says what came."""


@dataclass(frozen=True)
class Outcome:
    """How one case ended: `got` is what came, `seconds` how long it took."""

    case: str
    passed: bool
    got: str
    seconds: float


@dataclass(frozen=True)
class Report:
    """A whole run. `packet_id` is the packet that went the whole good path, empty if none did."""

    url: str
    client_id: str
    started_at: datetime
    finished_at: datetime
    outcomes: tuple[Outcome, ...]
    packet_id: str = ""

    @property
    def passed(self) -> bool:
        """Whether there were cases and none failed."""
        return bool(self.outcomes) and all(outcome.passed for outcome in self.outcomes)

    def to_json(self) -> bytes:
        """The report as a file, and as it is sent to the installation."""
        return _reports.dump_json(self, indent=2)


_reports = TypeAdapter(Report)
