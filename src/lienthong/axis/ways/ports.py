"""The axis as an office or a one-stop sees it: nine calls, whichever way they travel."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import ClassVar, Protocol
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.axis.contracts import (
    ChangePage,
    EncryptionCertificates,
    InboxPage,
    PacketState,
    Receipt,
    StatusReport,
)
from lienthong.kernel.errors import Refusal
from lienthong.kernel.lifting import Content, Lifted


class AxisUnavailable(Exception):
    """The axis did not answer, or failed inside; the same call may succeed later."""


class AxisRefused(Refusal):
    """The axis answered and will not take this: repeating it unchanged is of no use."""

    code: ClassVar[str] = "axis-refused"
    status: ClassVar[int] = 409
    sentence: ClassVar[Promise | str] = _("The document axis refused: %(answer)s (%(problem)s).")


def axis_id(text: str) -> UUID:
    """The axis' own number of a packet or a delivery; what is none belongs to nothing there.

    Raises:
        AxisRefused: it was not given by the axis. One such row must not end the round for all others.
    """
    try:
        return UUID(text)
    except ValueError:
        raise AxisRefused(answer=text, problem="unknown") from None


class AxisPort(Protocol):
    """What an installation asks of the axis. A call may raise `AxisUnavailable` or `AxisRefused`.

    It speaks for all agencies its connected system serves; a delivery names its own recipient.
    """

    def submit(self, xml: Content, *, at: datetime) -> Receipt:
        """Hand over a signed packet; the same bytes again get the same receipt."""
        ...

    def inbox(self, *, after: str = "", limit: int = 100, at: datetime) -> InboxPage:
        """Deliveries not yet reported as arrived, oldest first, after the cursor."""
        ...

    def packet(self, delivery_id: str, *, at: datetime) -> Lifted:
        """The edXML of a delivery, of any size."""
        ...

    def report_status(self, delivery_id: str, report: StatusReport, *, at: datetime) -> None:
        """Tell what became of a delivery; the same report again changes nothing."""
        ...

    def changes(self, *, after: str = "", limit: int = 100, at: datetime) -> ChangePage:
        """Changes that senders ask for documents held here, which wait for 15 or 16, oldest first."""
        ...

    def take_back(
        self, packet_id: str, *, reason: str, recipients: Sequence[str] = (), at: datetime
    ) -> PacketState:
        """Take a document that this office sent back from these recipients (codes), or from all."""
        ...

    def packet_state(self, packet_id: str, *, at: datetime) -> PacketState:
        """The last status of every recipient of a packet this office sent."""
        ...

    def encryption_certificates(self, codes: Sequence[str], *, at: datetime) -> EncryptionCertificates:
        """What the axis gives out to encrypt for these agencies; to be proven before it is used."""
        ...

    def elsewhere(self, agency_ids: Collection[int], *, at: datetime) -> set[int]:
        """Which of the agencies work in another installation, by what is known here; asks nobody."""
        ...
