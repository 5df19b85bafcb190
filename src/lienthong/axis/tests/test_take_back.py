"""Taking a sent document back: at once, on request, and what is refused."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from lienthong.axis.actions.changes import (
    NotADocument,
    NotARecipient,
    take_back,
)
from lienthong.axis.actions.collection import DeliveryWithdrawn
from lienthong.axis.actions.statuses import NothingAsked
from lienthong.axis.contracts import (
    ChangeAnswered,
    ChangeRequested,
    DeliveriesWithdrawn,
)
from lienthong.axis.edxml import Business
from lienthong.axis.edxml.errors import FieldMissing, FieldTooLong
from lienthong.axis.models import ChangeRequest
from lienthong.axis.queries.deliveries import changes_of, inbox_of
from lienthong.axis.queries.packets import packet_state
from lienthong.axis.states import ChangeState, DeliveryState
from lienthong.axis.tests.factories import (
    AT,
    agency,
    stored_counts,
)
from lienthong.axis.tests.sent import Sent, seen
from lienthong.identity.public import NotFound
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import timeline


def test_what_nobody_collected_is_taken_back_at_once(sent: Sent) -> None:
    sent.take_back()
    assert set(sent.states().values()) == {DeliveryState.WITHDRAWN}
    assert inbox_of(sent.system("H55")).items == ()
    with pytest.raises(DeliveryWithdrawn) as refused:
        sent.collect()
    assert (refused.value.code, refused.value.status) == ("withdrawn", 410)
    assert sent.requests() == [("take-back", 1, ChangeState.ACCEPTED)]


def test_what_was_collected_is_asked_for_and_goes_when_the_receiver_accepts(sent: Sent) -> None:
    sent.collect()
    sent.report("03")
    sent.take_back()
    assert sent.states() == {"H55": "03", "H26": "WD", "H01": "WD"}
    waiting = changes_of(sent.system("H55")).items
    assert [(item.kind, item.reason, item.delivery_id) for item in waiting] == [
        ("take-back", "Gửi nhầm", sent.delivery().pk)
    ]
    assert sent.report("15", description="Đã hủy") == DeliveryState.WITHDRAWN
    assert changes_of(sent.system("H55")).items == ()
    state = packet_state(sent.world.system, sent.packet.pk)
    assert [(row.recipient.code, row.state, row.answer) for row in state.requests] == [
        ("H01", "accepted", ""),
        ("H26", "accepted", ""),
        ("H55", "accepted", "Đã hủy"),
    ]
    assert [entry.code for entry in state.timeline if entry.recipient.code == "H55"] == ["03", "13", "15"]
    with pytest.raises(DeliveryWithdrawn):
        sent.collect()


def test_a_receiver_may_refuse_to_give_back_and_may_be_asked_again(sent: Sent) -> None:
    sent.report("03")
    sent.take_back()
    with pytest.raises(FieldMissing):
        sent.report("16", description="")
    assert sent.report("16", description="Đã ban hành kế hoạch") == DeliveryState.ACCEPTED
    assert sent.report("05") == DeliveryState.IN_PROGRESS
    sent.take_back()
    assert sent.requests() == [("take-back", 1, "refused"), ("take-back", 2, "pending")]


def test_a_take_back_may_name_its_recipients(sent: Sent) -> None:
    sent.take_back("H26", "H01")
    assert sent.states() == {"H55": "00", "H26": "WD", "H01": "WD"}


def test_a_take_back_asked_again_changes_nothing(sent: Sent) -> None:
    sent.collect()
    sent.take_back()
    before = stored_counts(), ChangeRequest.objects.count()
    sent.take_back()
    assert (stored_counts(), ChangeRequest.objects.count()) == before


def test_a_returned_document_answers_its_withdrawal(sent: Sent) -> None:
    sent.report("01")
    sent.take_back("H55")
    assert sent.report("02", description="Không thuộc thẩm quyền") == DeliveryState.REFUSED
    assert sent.requests() == [("take-back", 1, "accepted")]
    with pytest.raises(NothingAsked):
        sent.report("15")


def test_the_events_say_who_is_asked_and_from_whom_it_was_withdrawn(sent: Sent) -> None:
    sent.report("03")
    seen.clear()
    sent.take_back()
    withdrawn, asked = seen
    assert isinstance(withdrawn, DeliveriesWithdrawn)
    assert isinstance(asked, ChangeRequested)
    assert (len(withdrawn.recipients), asked.recipients) == (2, (sent.delivery().recipient_id,))
    seen.clear()
    sent.report("15")
    answered, gone = seen
    assert isinstance(answered, ChangeAnswered)
    assert answered.accepted
    assert isinstance(gone, DeliveriesWithdrawn)
    assert gone.delivery_ids == (sent.delivery().pk,)


def test_a_take_back_is_in_the_ledger(sent: Sent) -> None:
    sent.take_back()
    verbs = [event.verb for event in timeline(sent.packet.as_subject())]
    assert verbs == ["packet.submit", "packet.take-back"]


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"reason": "  "}, FieldMissing),
        ({"reason": "a" * 501}, FieldTooLong),
        ({"reason": "x", "recipients": ["H02"]}, NotARecipient),
        ({"reason": "x", "recipients": ["nobody"]}, NotARecipient),
    ],
)
def test_a_take_back_that_breaks_a_rule_is_refused(
    sent: Sent, arguments: dict[str, Any], refusal: type[Refusal]
) -> None:
    agency("H02")
    with pytest.raises(refusal):
        take_back(sent.world.system, sent.packet.pk, at=AT, **arguments)
    assert set(sent.states().values()) == {DeliveryState.SENT}


def test_only_the_sender_takes_back_and_only_documents(sent: Sent) -> None:
    for system, packet in ((sent.world.receiver, sent.packet.pk), (sent.world.system, uuid4())):
        with pytest.raises(NotFound):
            take_back(system, packet, reason="x", at=AT)
    sent.report("01")
    asking = sent.change(Business.REVOKE)
    with pytest.raises(NotADocument):
        take_back(sent.world.system, asking.packet_id, reason="x", at=AT)
