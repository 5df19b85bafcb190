"""A receiver of webhooks in memory that fails on demand, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from lienthong.axis.ports import Failed, Taken


@dataclass(frozen=True)
class Posted:
    """One message as it came."""

    address: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class FakeWebhooks:
    """Fulfils `WebhookPort`: takes everything, but for as long as `failing` is set answers that."""

    failing: Failed | None = None
    posted: list[Posted] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def post(self, address: str, *, headers: Mapping[str, str], body: bytes) -> Taken | Failed:
        """Keep the message and answer."""
        with self._lock:
            self.posted.append(Posted(address, headers, body))
        return self.failing or Taken(204)
