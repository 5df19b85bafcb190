"""Revoking, updating, replacing, taking back: what each does, what is refused, in how many queries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.changes import (
    AlreadyWithdrawn,
    NotARecipient,
    SeveralDocuments,
    UnknownDocument,
    WithdrawalPending,
)
from lienthong.axis.actions.statuses import NothingAsked, StatusOutOfOrder
from lienthong.axis.actions.submission import DocumentIdReused, submit_packet
from lienthong.axis.edxml import Business, Replacement
from lienthong.axis.edxml.errors import FieldMissing
from lienthong.axis.models import ChangeRequest, Packet, StatusEvent
from lienthong.axis.queries.deliveries import inbox_of
from lienthong.axis.queries.packets import packet_state
from lienthong.axis.states import ChangeKind, ChangeState, DeliveryState
from lienthong.axis.tests.factories import (
    AT,
    World,
    agency,
    edxml_packet,
    signed,
    stored_counts,
    system_for,
)
from lienthong.axis.tests.sent import CODES, Sent

# Revoking


def test_a_revocation_reaches_those_who_hold_the_document_and_nobody_else(sent: Sent) -> None:
    sent.report("03")
    asking = sent.change(Business.REVOKE).packet_id
    assert sent.states() == {"H55": "03", "H26": "WD", "H01": "WD"}
    assert sent.states(asking) == {"H55": "00", "H26": "WD", "H01": "WD"}
    item = inbox_of(sent.system("H55")).items[0]
    assert (item.business, item.about_document_id, item.sequence) == (1, sent.edxml.document_id, 1)
    assert inbox_of(sent.system("H26")).items == ()


@pytest.mark.parametrize("answered_on_the_request", [True, False])
@pytest.mark.parametrize(("code", "document", "request_"), [("15", "WD", "15"), ("16", "03", "16")])
def test_the_answer_may_be_given_on_either_delivery(
    sent: Sent, answered_on_the_request: bool, code: str, document: str, request_: str
) -> None:
    sent.report("03")
    asking = sent.change(Business.REVOKE).packet_id
    sent.report("01", packet_id=asking)
    sent.report(code, packet_id=asking if answered_on_the_request else None)
    assert (sent.states()["H55"], sent.states(asking)["H55"]) == (document, request_)
    with pytest.raises((NothingAsked, StatusOutOfOrder)):
        sent.report(code, packet_id=asking)


def test_a_request_answered_on_the_document_was_not_collected_by_that(sent: Sent) -> None:
    sent.report("03")
    asking = sent.change(Business.REVOKE).packet_id
    sent.report("15")
    delivery = sent.delivery(packet_id=asking)
    assert (delivery.state, delivery.collected_at) == (DeliveryState.CONSENTED, None)


@pytest.mark.parametrize("code", ["02", "03", "04", "05", "06"])
def test_a_packet_that_only_asks_is_not_worked_on(sent: Sent, code: str) -> None:
    sent.report("03")
    asking = sent.change(Business.REVOKE).packet_id
    with pytest.raises(StatusOutOfOrder):
        sent.report(code, packet_id=asking)


def test_a_revocation_takes_the_place_of_a_take_back_without_answer(sent: Sent) -> None:
    sent.report("03")
    sent.take_back("H55")
    sent.change(Business.REVOKE)
    assert sent.requests() == [("take-back", 1, "lapsed"), ("revoke", 2, "pending")]


def test_a_second_revocation_ends_the_first(sent: Sent) -> None:
    sent.report("03")
    first, second = sent.change(Business.REVOKE).packet_id, sent.change(Business.REVOKE).packet_id
    assert (sent.states(first)["H55"], sent.states(second)["H55"]) == ("WD", "00")
    with pytest.raises(NothingAsked):
        sent.report("15", packet_id=first)


def test_a_document_that_is_gone_is_not_revoked(sent: Sent) -> None:
    sent.change(Business.REVOKE)
    before = stored_counts()
    with pytest.raises(AlreadyWithdrawn):
        sent.change(Business.REVOKE)
    assert stored_counts() == before


def test_the_same_revocation_again_gets_the_first_receipt(sent: Sent) -> None:
    packet = edxml_packet(
        recipients=CODES, business=Business.REVOKE, business_document_id=sent.edxml.document_id
    )
    xml = signed(packet, sent.world.office)
    first, again = (submit_packet(xml, system=sent.world.system, at=AT) for _ in range(2))
    assert again == first
    assert again.repeated


def test_a_revocation_may_bear_the_documents_own_id(sent: Sent) -> None:
    sent.report("03")
    named = {"number": sent.edxml.number, "document_id": sent.edxml.document_id}
    for _ in range(2):
        sent.change(Business.REVOKE, **named)
        sent.edxml = replace(sent.edxml, subject=f"{sent.edxml.subject}.")
    assert [kind for kind, _number, _state in sent.requests()] == ["revoke", "revoke"]


# Updating


def test_an_update_leaves_the_document_where_it_is(sent: Sent) -> None:
    sent.report("03")
    asking = sent.change(Business.UPDATE).packet_id
    assert sent.states() == {"H55": "03", "H26": "00", "H01": "00"}
    assert sent.report("15", packet_id=asking) == DeliveryState.CONSENTED
    assert sent.states()["H55"] == "03"
    assert sent.requests() == [("update", 1, "accepted")]


def test_a_withdrawal_takes_the_place_of_an_update_without_answer(sent: Sent) -> None:
    asking = sent.change(Business.UPDATE).packet_id
    sent.take_back()
    assert set(sent.states(asking).values()) == {"WD"}
    assert sent.requests() == [("update", 1, "lapsed"), ("take-back", 2, "accepted")]


def test_a_document_about_to_be_withdrawn_is_not_updated(sent: Sent) -> None:
    sent.report("03")
    sent.take_back("H55")
    with pytest.raises(WithdrawalPending, match="H55"):
        sent.change(Business.UPDATE)


def test_a_document_that_went_back_is_updated_no_more(sent: Sent) -> None:
    sent.report("01")
    asking = sent.change(Business.UPDATE).packet_id
    sent.report("02")
    assert sent.requests() == [("update", 1, "lapsed")]
    assert sent.states(asking)["H55"] == "WD"


# Replacing


def test_a_replacement_is_a_document_and_withdraws_the_one_before(sent: Sent) -> None:
    sent.report("03")
    new = sent.change(Business.REPLACE).packet_id
    assert sent.states() == {"H55": "03", "H26": "WD", "H01": "WD"}
    assert set(sent.states(new).values()) == {"00"}
    assert sent.report("15", packet_id=new) == DeliveryState.SENT
    assert sent.states()["H55"] == "WD"
    assert sent.report("03", packet_id=new) == DeliveryState.ACCEPTED
    assert sent.report("06", packet_id=new) == DeliveryState.FINISHED


def test_a_replacement_for_some_is_a_new_document_for_the_others(sent: Sent) -> None:
    some = (Replacement(document_id=sent.edxml.document_id, organ_ids=("H26",)),)
    agency("H02")
    new = sent.change(Business.REPLACE, replacements=some, recipients=("H26", "H02")).packet_id
    assert sent.states() == {"H55": "00", "H26": "WD", "H01": "00"}
    assert sent.states(new) == {"H26": "00", "H02": "00"}


def test_a_replacement_may_be_replaced(sent: Sent) -> None:
    first = sent.edxml
    new = edxml_packet(recipients=CODES)
    sent.change(Business.REPLACE, number=new.number, document_id=new.document_id)
    sent.edxml = new
    sent.change(Business.REPLACE)
    assert set(sent.states(Packet.objects.get(document_id=new.document_id).pk).values()) == {"WD"}
    assert first.document_id != new.document_id


def test_a_replacement_with_an_id_used_before_is_refused(sent: Sent) -> None:
    with pytest.raises(DocumentIdReused):
        sent.change(Business.REPLACE, number=sent.edxml.number, document_id=sent.edxml.document_id)


# What is refused of every change


@pytest.mark.parametrize("business", [Business.REVOKE, Business.UPDATE, Business.REPLACE])
def test_a_change_that_names_nothing_known_is_refused(sent: Sent, business: Business) -> None:
    before = stored_counts()
    other = "G22,2026/03/02,0/KHONG-CO"
    with pytest.raises(UnknownDocument):
        sent.change(business, business_document_id=other, replacements=(Replacement(document_id=other),))
    with pytest.raises(FieldMissing):
        sent.change(business, business_document_id="", replacements=())
    assert stored_counts() == before


def test_the_document_of_another_sender_is_unknown(sent: Sent) -> None:
    theirs = edxml_packet(sender="G12", business=Business.REVOKE, business_document_id=sent.edxml.document_id)
    with pytest.raises(UnknownDocument):
        submit_packet(signed(theirs, sent.world.ministry), system=system_for(sent.world.ministry), at=AT)


@pytest.mark.parametrize("business", [Business.REVOKE, Business.UPDATE, Business.REPLACE])
def test_a_change_for_somebody_who_never_got_the_document_is_refused(sent: Sent, business: Business) -> None:
    agency("H02")
    with pytest.raises(NotARecipient, match="H02"):
        sent.change(business, recipients=("H55", "H02"))


def test_a_replacement_for_an_agency_it_is_not_addressed_to_is_refused(sent: Sent) -> None:
    listed = (Replacement(document_id=sent.edxml.document_id, organ_ids=("H26",)),)
    with pytest.raises(NotARecipient, match="H26"):
        sent.change(Business.REPLACE, recipients=("H55",), replacements=listed)


def test_a_replacement_of_two_documents_is_refused(sent: Sent) -> None:
    two = tuple(Replacement(document_id=text) for text in (sent.edxml.document_id, "G22,2026/03/02,0/X"))
    with pytest.raises(SeveralDocuments):
        sent.change(Business.REPLACE, replacements=two)


def test_changes_are_numbered_without_gap_whatever_their_kind(sent: Sent) -> None:
    sent.report("03")
    sent.change(Business.UPDATE)
    sent.take_back("H55")
    sent.change(Business.REVOKE, recipients=("H55",))
    assert [number for _kind, number, _state in sent.requests()] == [1, 2, 3]
    about = Packet.objects.filter(about=sent.packet).order_by("sequence")
    assert list(about.values_list("sequence", flat=True)) == [1, 3]


def test_the_database_holds_one_pending_request_per_delivery_and_one_change_per_number(sent: Sent) -> None:
    sent.report("03")
    sent.take_back("H55")
    known = ChangeRequest.objects.get()
    for changes in ({"sequence": 2}, {"state": ChangeState.LAPSED, "answered_at": AT}):
        fields = {"sequence": 1, "state": ChangeState.PENDING, **changes}
        with pytest.raises(IntegrityError), transaction.atomic():
            ChangeRequest.objects.create(
                delivery=known.delivery,
                recipient=known.recipient,
                kind=ChangeKind.TAKE_BACK,
                asked_at=AT,
                **fields,
            )


def test_the_number_of_queries_does_not_depend_on_the_recipients(world: World) -> None:
    codes = tuple(agency(f"K{number:02}").code for number in range(40))
    counted: dict[str, list[int]] = {"take-back": [], "revoke": [], "state": []}
    Sent(world, recipients=codes[:1]).change(Business.REVOKE, recipients=codes[:1])  # fills the caches
    for recipients in (codes[:2], codes):
        for kind in ("take-back", "revoke"):
            sent = Sent(world, recipients=recipients)
            sent.report("03", recipients[0])
            packet = edxml_packet(
                recipients=recipients,
                business=Business.REVOKE,
                business_document_id=sent.edxml.document_id,
            )
            xml = signed(packet, world.office)
            with CaptureQueriesContext(connection) as queries:
                if kind == "revoke":
                    submit_packet(xml, system=world.system, at=AT)
                else:
                    sent.take_back()
            counted[kind].append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            packet_state(world.system, sent.packet.pk)
        counted["state"].append(len(queries))
    assert {kind: len(set(numbers)) for kind, numbers in counted.items()} == dict.fromkeys(counted, 1)
    assert counted["state"][0] == 6
    assert StatusEvent.objects.filter(code="13").count() == 42
