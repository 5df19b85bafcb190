"""A mail server in memory that fails on demand, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lienthong.notifications.contracts import Letter
from lienthong.notifications.ports import Accepted, Failed


@dataclass
class FakeMail:
    """Fulfils `MailSender`: takes everything, except to the addresses in `failing`, or at all (`down`)."""

    failing: dict[str, Failed] = field(default_factory=dict)
    down: bool = False
    sent: list[Letter] = field(default_factory=list)

    def greet(self) -> None:
        """Raise `OSError` while down."""
        if self.down:
            raise ConnectionRefusedError("down")

    def send(self, letters: Sequence[Letter]) -> list[Accepted | Failed]:
        """Keep the mails that are taken, and answer."""
        return [self._send(letter) for letter in letters]

    def _send(self, letter: Letter) -> Accepted | Failed:
        if self.down:
            return Failed("down", server=True)
        if letter.to in self.failing:
            return self.failing[letter.to]
        self.sent.append(letter)
        return Accepted()
