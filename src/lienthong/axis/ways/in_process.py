"""The axis in the same installation: its functions called straight, with the meaning of its HTTP API."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError

from lienthong.axis.actions import report_status, submit_packet, take_back
from lienthong.axis.actions.collection import packet_of_delivery
from lienthong.axis.actions.figures import count_refusals, note_seen
from lienthong.axis.contracts import (
    ChangePage,
    EncryptionCertificates,
    InboxPage,
    PacketState,
    Receipt,
    StatusReport,
)
from lienthong.axis.models import ConnectedSystem, Serves
from lienthong.axis.queries.deliveries import changes_of, inbox_of
from lienthong.axis.queries.encryption import certificates_for
from lienthong.axis.queries.packets import packet_state
from lienthong.axis.ways.ports import AxisRefused, AxisUnavailable, axis_id
from lienthong.directory.public import Agency
from lienthong.kernel.blobs import BlobMissing
from lienthong.kernel.errors import Refusal
from lienthong.kernel.lifting import Content, Lifted, lift
from lienthong.signing.public import signing_agencies


@dataclass(frozen=True)
class InProcessAxis:
    """Fulfils `AxisPort` for the connected system that `system` finds at each call."""

    system: Callable[[], ConnectedSystem]

    def submit(self, xml: Content, *, at: datetime) -> Receipt:
        """Hand the packet to the axis; must not be called inside a transaction."""
        with _answering():
            system = self.system()
            try:
                return submit_packet(xml, system=system, at=at)
            except Refusal as refusal:
                count_refusals([refusal.code], system=system, at=at)
                raise

    def inbox(self, *, after: str = "", limit: int = 100, at: datetime) -> InboxPage:
        """What waits for the agencies the system serves."""
        with _answering():
            system = self.system()
            note_seen(system, at=at)
            return inbox_of(system, after=after, limit=limit)

    def packet(self, delivery_id: str, *, at: datetime) -> Lifted:
        """The edXML of a delivery."""
        with _answering():
            try:
                return lift(packet_of_delivery(self.system(), axis_id(delivery_id), at=at))
            except BlobMissing as error:  # this one waits until the store is mended; the others go on
                raise AxisRefused(answer=f"the file {error} is missing", problem="content-missing") from error

    def report_status(self, delivery_id: str, report: StatusReport, *, at: datetime) -> None:
        """Report to the axis."""
        with _answering():
            report_status(self.system(), axis_id(delivery_id), report, at=at)

    def changes(self, *, after: str = "", limit: int = 100, at: datetime) -> ChangePage:
        """What waits for the answer of the agencies the system serves."""
        with _answering():
            return changes_of(self.system(), after=after, limit=limit)

    def take_back(
        self, packet_id: str, *, reason: str, recipients: Sequence[str] = (), at: datetime
    ) -> PacketState:
        """Take a document back through the axis."""
        with _answering():
            return take_back(self.system(), axis_id(packet_id), reason=reason, recipients=recipients, at=at)

    def packet_state(self, packet_id: str, *, at: datetime) -> PacketState:
        """How far the packet has come at each recipient."""
        with _answering():
            return packet_state(self.system(), axis_id(packet_id))

    def encryption_certificates(self, codes: Sequence[str], *, at: datetime) -> EncryptionCertificates:
        """Of this installation's directory."""
        with _answering():
            return certificates_for(codes, at=at)

    def elsewhere(self, agency_ids: Collection[int], *, at: datetime) -> set[int]:
        """Those that a connected system of their own speaks for, and that have no key here.

        An agency that only its document system connects, and whose people work here, can sign here.
        """
        with _answering():
            others = ConnectedSystem.objects.select_related("agency").filter(disabled_at=None, sandbox=False)
            systems = list(others.exclude(serves=Serves.ALL).exclude(pk=self.system().pk))
            agencies = Agency.objects.filter(pk__in=agency_ids) if systems else ()
            spoken_for = {one.pk for one in agencies if any(system.speaks_for(one) for system in systems)}
            return spoken_for - signing_agencies(spoken_for, at=at)


@contextmanager
def _answering() -> Iterator[None]:
    """The axis' refusals as the port knows them."""
    try:
        yield
    except Refusal as refusal:
        raise AxisRefused(answer=refusal.say(), problem=refusal.code) from refusal
    except DatabaseError as error:
        raise AxisUnavailable(str(error)) from error


def connect_in_process() -> InProcessAxis:
    """The axis of this installation, for the connected system of the settings."""
    return InProcessAxis(_own_system)


def _own_system() -> ConnectedSystem:
    """The system named by `axis_client_id`; unnamed, the oldest that speaks for all agencies."""
    known = ConnectedSystem.objects.select_related("agency").filter(disabled_at=None)
    wanted = settings.ENV.axis_client_id
    system = (
        known.filter(client_id=wanted).first()
        if wanted
        else known.filter(serves="all").order_by("id").first()
    )
    if system is None:
        raise AxisUnavailable(f"no connected system “{wanted or 'that serves all'}” in this installation")
    return system
