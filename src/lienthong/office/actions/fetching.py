"""Fetching packets from the axis in one round: one that cannot be had does not hold up the others."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from lienthong.axis.public import AgencyRef, keep_failed_fetches, note_failed_fetch, resting_fetches
from lienthong.kernel.lifting import Lifted
from lienthong.office.ports import AxisPort, AxisRefused, AxisUnavailable

logger = logging.getLogger(__name__)


class Fetching:
    """One round. What fails is counted, rests for longer each time, and is shown to the operator."""

    def __init__(self, axis: AxisPort, *, at: datetime) -> None:
        self._axis, self._at = axis, at
        self._failing = set[UUID]()

    def resting(self, delivery_ids: Iterable[UUID]) -> set[UUID]:
        """Those that failed before and are not due yet. One query."""
        found = resting_fetches(list(delivery_ids), at=self._at)
        self._failing |= found
        return found

    def packet(
        self, delivery_id: UUID, *, sender: AgencyRef, recipient: AgencyRef, document: str
    ) -> Lifted | None:
        """The edXML of a delivery, or None if it cannot be had now.

        Raises:
            AxisUnavailable: it is not this packet, the axis answers nothing else either.
        """
        try:
            return self._axis.packet(str(delivery_id), at=self._at)
        except AxisRefused as refusal:
            problem = str(refusal)
        except AxisUnavailable as error:
            problem = str(error)
            self._axis.inbox(limit=1, at=self._at)
        self._failing.add(delivery_id)
        failed = note_failed_fetch(
            delivery_id,
            sender=sender.name,
            recipient=recipient.name,
            document=document,
            problem=problem,
            at=self._at,
        )
        logger.error("delivery %s cannot be fetched, attempt %s: %s", delivery_id, failed.attempts, problem)
        return None

    def end(self) -> None:
        """All that waits was seen: forget the failures of what is here by now, or waits no more."""
        keep_failed_fetches(self._failing)
