"""A document that nobody collects is seen on its sender's page, whichever way the axis tells of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lienthong.axis.public import DeliveryUncollected, PacketState, Uncollected
from lienthong.directory.public import Agency
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel import events
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.identifiers import uuid7
from lienthong.office.actions.sending import refresh_recipients
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import OutgoingDocument, Recipient
from lienthong.office.states import OutState
from lienthong.office.tests.factories import NOON, draft
from lienthong.office.tests.packets import packet, signed
from lienthong.signing.public import ensure_agency_certificates

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=5)


class Distant(FakeAxis):
    """An axis that has announced that nobody collects."""

    def packet_state(self, packet_id: str, **when: object) -> PacketState:
        state = super().packet_state(packet_id, **when)  # type: ignore[arg-type]
        return replace(
            state, recipients=tuple(replace(each, uncollected_since=NOON) for each in state.recipients)
        )


def _sent(sender: Agency, *recipients: Agency, packet_id: UUID | None = None) -> OutgoingDocument:
    """A document that the axis took."""
    outgoing = draft(sender, *recipients)
    OutgoingDocument.objects.filter(id=outgoing.id).update(
        state=OutState.SENT,
        packet_id=str(packet_id or uuid7()),
        sent_at=NOON,
        code="01/VPCP",
        edxml=store_blob([b"<edXML/>"], max_bytes=100, at=NOON),
    )
    outgoing.refresh_from_db()
    return outgoing


def _announce(*documents: OutgoingDocument) -> None:
    rows = Recipient.objects.filter(document__in=documents)
    told = tuple(
        Uncollected(UUID(row.document.packet_id), uuid7(), row.agency_id, 0, NOON)
        for row in rows.select_related("document")
    )
    with transaction.atomic():
        events.publish(DeliveryUncollected(told, LATER))


def test_what_an_axis_here_announces_is_written_beside_each_recipient() -> None:
    sender, first, second = agency(), agency(), agency()
    documents = [_sent(sender, first, second), _sent(sender, first)]
    quiet = _sent(sender, second)
    Recipient.objects.filter(document=documents[0], agency=second).update(status="01")
    _announce(*documents)
    noted = set(Recipient.objects.filter(uncollected_since=NOON).values_list("document", "agency"))
    assert noted == {(documents[0].pk, first.pk), (documents[1].pk, first.pk)}
    assert not quiet.recipients.exclude(uncollected_since=None).exists()


def test_noting_takes_the_same_few_queries_however_many_there_are() -> None:
    sender, counts = agency(), []
    for many in (1, 5):
        documents = [_sent(sender, *(agency() for _ in range(3))) for _ in range(many)]
        with CaptureQueriesContext(connection) as queries:
            _announce(*documents)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_a_distant_axis_announced_is_learnt_with_the_states() -> None:
    sender, recipient, axis = agency(), agency(), Distant()
    ensure_agency_certificates([sender.id], at=NOON)
    receipt = axis.submit(signed(packet(sender, recipient), sender), at=NOON)
    outgoing = _sent(sender, recipient, packet_id=receipt.packet_id)
    refresh_recipients(at=LATER, port=axis)
    assert outgoing.recipients.get().uncollected_since == NOON


def test_the_page_of_the_document_says_since_when_until_it_is_collected(client: Client) -> None:
    sender, recipient = agency(), agency()
    outgoing = _sent(sender, recipient)
    client.force_login(official_in(sender, Role.CLERK))
    address = f"/office/outgoing/{outgoing.id}/"
    assert "Chưa lấy từ" not in client.get(address).content.decode()
    _announce(outgoing)
    assert "Chưa lấy từ" in client.get(address).content.decode()
    outgoing.recipients.update(status="01")
    assert "Chưa lấy từ" not in client.get(address).content.decode()
