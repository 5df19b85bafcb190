"""What stands where no gateway is set up: it takes nothing, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lienthong.notifications.contracts import ShortText
from lienthong.notifications.ports import Accepted, Failed


@dataclass(frozen=True)
class Absent:
    """Fulfils `TextSender`; `name` is the channel's."""

    name: str

    def send(self, texts: Sequence[ShortText]) -> list[Accepted | Failed]:
        """Nothing is sent."""
        return [Failed(f"no gateway is set up for {self.name}", server=True)] * len(texts)
