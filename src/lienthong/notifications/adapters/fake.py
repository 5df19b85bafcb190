"""A mail server and a gateway for texts, in memory, that fail on demand, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lienthong.notifications.adapters.gateway import one_after_the_other
from lienthong.notifications.contracts import Letter, ShortText
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


@dataclass
class FakeTexts:
    """Fulfils `TextSender` in memory: fails, is away, loses its answer, all on demand.

    `unanswered`: the text is taken, but we hear nothing of it; the repeat under the same `message_id` is
    answered, and the telephone got one.
    """

    failing: dict[str, Failed] = field(default_factory=dict)
    down: bool = False
    unanswered: set[str] = field(default_factory=set)
    sent: list[ShortText] = field(default_factory=list)
    calls: int = 0

    def send(self, texts: Sequence[ShortText]) -> list[Accepted | Failed]:
        """Keep the texts that are taken, and answer."""
        return one_after_the_other(texts, self._send)

    def _send(self, text: ShortText) -> Accepted | Failed:
        self.calls += 1
        if self.down:
            return Failed("no answer: ConnectError", server=True)
        if text.to in self.failing:
            return self.failing[text.to]
        if text.message_id not in {one.message_id for one in self.sent}:
            self.sent.append(text)
        if text.to in self.unanswered:
            self.unanswered.remove(text.to)
            return Failed("no answer: ReadTimeout", server=True)
        return Accepted()
