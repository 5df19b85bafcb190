"""The axis somewhere else, over its HTTP API."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from lienthong.axis import contracts
from lienthong.axis.client import AxisClient, AxisUnreachable
from lienthong.axis.client import AxisRefused as ClientRefused
from lienthong.axis.ways.ports import AxisRefused, AxisUnavailable, axis_id
from lienthong.kernel.lifting import Content, Lifted, TextTooLarge, lift
from lienthong.signing.public import signing_agencies

# Within a page's request there is no time for more; the jobs try again later anyway.
ATTEMPTS = 2
_of_thread = threading.local()


@dataclass(frozen=True)
class HttpAxis:
    """Fulfils `AxisPort` with a client that one thread uses at a time."""

    client: AxisClient

    def submit(self, xml: Content, *, at: datetime) -> contracts.Receipt:
        """POST /axis/v1/packets."""
        with _answering():
            return self.client.submit_packet(xml)

    def inbox(self, *, after: str = "", limit: int = 100, at: datetime) -> contracts.InboxPage:
        """GET /axis/v1/inbox."""
        with _answering():
            return self.client.inbox(after=after, limit=limit)

    def packet(self, delivery_id: str, *, at: datetime) -> Lifted:
        """GET /axis/v1/deliveries/{id}/packet."""
        with _answering():
            return lift(self.client.packet_of_delivery(axis_id(delivery_id)))

    def report_status(self, delivery_id: str, report: contracts.StatusReport, *, at: datetime) -> None:
        """POST /axis/v1/deliveries/{id}/status."""
        with _answering():
            self.client.report_status(axis_id(delivery_id), report)

    def changes(self, *, after: str = "", limit: int = 100, at: datetime) -> contracts.ChangePage:
        """GET /axis/v1/changes."""
        with _answering():
            return self.client.changes(after=after, limit=limit)

    def take_back(
        self, packet_id: str, *, reason: str, recipients: Sequence[str] = (), at: datetime
    ) -> contracts.PacketState:
        """POST /axis/v1/packets/{id}/take-back."""
        with _answering():
            return self.client.take_back(axis_id(packet_id), reason=reason, recipients=recipients)

    def packet_state(self, packet_id: str, *, at: datetime) -> contracts.PacketState:
        """GET /axis/v1/packets/{id}."""
        with _answering():
            return self.client.packet_state(axis_id(packet_id))

    def encryption_certificates(
        self, codes: Sequence[str], *, at: datetime
    ) -> contracts.EncryptionCertificates:
        """GET /axis/v1/encryption-certificates, as often as it takes."""
        with _answering():
            return self.client.encryption_certificates(codes)

    def elsewhere(self, agency_ids: Collection[int], *, at: datetime) -> set[int]:
        """Those that have no key here: an installation issues certificates to the agencies it is for."""
        return set(agency_ids) - signing_agencies(agency_ids, at=at)


@contextmanager
def _answering() -> Iterator[None]:
    """The client's failures as the port knows them; wrong credentials may be set right."""
    try:
        yield
    except AxisUnreachable as error:
        raise AxisUnavailable(str(error)) from error
    except ClientRefused as refusal:
        if refusal.status == 401:
            raise AxisUnavailable(str(refusal)) from refusal
        answer = refusal.sentences.get("vi") or str(refusal)
        raise AxisRefused(answer=answer, problem=refusal.code) from refusal
    except TextTooLarge as refusal:
        raise AxisRefused(answer=refusal.say(), problem=refusal.code) from refusal


def connect_over_http() -> HttpAxis:
    """The axis of the settings; each thread holds one client and its token."""
    env = settings.ENV
    key = (env.axis_url, env.axis_client_id)
    if getattr(_of_thread, "key", None) != key:
        secret = env.axis_client_secret.get_secret_value()
        client = AxisClient(env.axis_url, env.axis_client_id, secret, attempts=ATTEMPTS)
        _of_thread.key, _of_thread.axis = key, HttpAxis(client)
    held: HttpAxis = _of_thread.axis
    return held
