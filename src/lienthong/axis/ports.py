"""What the axis needs from outside: a way to hand a webhook to its receiver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Taken:
    """The receiver took it: a status of 200 to 299."""

    status: int


@dataclass(frozen=True)
class Failed:
    """The receiver did not take it: `problem` is a code of `webhook_problems`, `detail` for the operator."""

    problem: str
    detail: str = ""


class WebhookPort(Protocol):
    """Sends one signed body; called by many threads. What receiver or network do is answered, not raised."""

    def post(self, address: str, *, headers: Mapping[str, str], body: bytes) -> Taken | Failed:
        """POST the body; redirects are not followed and what the receiver answers is not read."""
        ...
