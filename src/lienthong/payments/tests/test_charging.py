"""What is owed: opened once, paid in cash with a number without gaps, waived, cancelled, given back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, timeline
from lienthong.payments.actions.refunding import ProofMissing
from lienthong.payments.contracts import ChargesSettled, Reduction, RefundSettled
from lienthong.payments.models import Charge, Payment, Refund
from lienthong.payments.public import (
    cancel_charges,
    charges_of,
    open_charges,
    owed,
    settle_refund,
    take_cash,
    waive,
)
from lienthong.payments.queries import find_receipt
from lienthong.payments.receipts import grouped, in_words, receipt_pdf
from lienthong.payments.refusals import BadAmount, BadLine, ChargeDiffers, ChargeNotNow, NothingChosen
from lienthong.payments.states import ATTEMPT_MOVES, CHARGE_MOVES, ChargeState
from lienthong.payments.tests.factories import NOON, begun, charged, heard, ids, line

pytestmark = pytest.mark.django_db


def states(subject_id: Any) -> list[str]:
    return [charge.state for charge in charges_of([subject_id])[subject_id]]


def test_charges_are_opened_once_however_often_they_are_asked_for(
    ours: Agency, django_assert_num_queries: Any
) -> None:
    subject, lines = uuid4(), [line(f"k{number}", 1000 + number) for number in range(20)]
    with django_assert_num_queries(5):  # savepoint, insert, select, ledger, release
        first = charged(ours, *lines, subject_id=subject)
    again = charged(ours, *lines, line("more", 5), subject_id=subject)
    assert ids(again)[:20] == ids(first)
    assert Charge.objects.filter(subject_id=subject).count() == 21
    assert owed([subject, uuid4()])[subject] == sum(each.amount for each in lines) + 5
    events = timeline(Subject("payments.charge", str(first[0].id)))
    assert [event.verb for event in events] == ["charge.open"]


def test_an_exemption_stays_on_record_with_its_reason_and_nothing_owed(ours: Agency) -> None:
    exempt, free, plain = charged(
        ours,
        line("a", 50_000, reduction=Reduction(100, 50_000, "Hộ nghèo", "NQ 12")),
        line("b", 0),
        line("c", 8_000),
    )
    assert (exempt.state, exempt.amount, exempt.tariff, exempt.exempt_reason) == (
        "exempt",
        0,
        50_000,
        "Hộ nghèo",
    )
    assert (free.state, free.amount, bool(free.exempt_reason)) == ("exempt", 0, True)
    assert owed([plain.subject_id]) == {plain.subject_id: 8_000}


@pytest.mark.parametrize("amount", [-1, 10**12 + 1, 1.5, "8000", True, None])
def test_an_amount_that_is_none_is_refused_and_nothing_is_recorded(ours: Agency, amount: Any) -> None:
    with pytest.raises(BadAmount):
        charged(ours, line("good"), line("bad", amount))
    assert not Charge.objects.exists()


def test_lines_without_key_twice_the_same_or_beyond_all_length_are_refused(ours: Agency) -> None:
    bad = [
        (line(""),),
        (line("a"), line("a")),
        (line("k" * 61),),
        (line("a", name="x" * 301),),
        (line("a\0"),),
    ]
    for lines in bad:
        with pytest.raises(BadLine):
            charged(ours, *lines)


def test_the_same_key_with_another_amount_or_agency_is_refused(ours: Agency) -> None:
    [first] = charged(ours)
    with pytest.raises(ChargeDiffers):
        charged(ours, line(amount=9_000), subject_id=first.subject_id)
    with pytest.raises(ChargeDiffers):
        charged(agency(), subject_id=first.subject_id)


def test_cash_settles_with_a_receipt_and_says_so_once_nothing_is_owed(
    ours: Agency, receptionist: Viewer
) -> None:
    first, second = charged(ours, line("a", 8_000), line("b", 12_000))
    with heard(ChargesSettled) as told:
        receipt = take_cash(viewer=receptionist, charge_ids=[first.id], at=NOON)
        assert told == []
        last = take_cash(viewer=receptionist, charge_ids=[second.id], at=NOON)
    assert told == [ChargesSettled(first.subject_id, (second.id,), NOON)]
    assert (receipt.code, receipt.amount, last.number) == ("0000001/2026", 8_000, 2)
    next_year = NOON + timedelta(days=365)
    [other] = charged(ours)
    assert take_cash(viewer=receptionist, charge_ids=[other.id], at=next_year).code == "0000001/2027"
    assert charges_of([first.subject_id])[first.subject_id][0].receipt == "0000001/2026"


def test_cash_is_refused_for_what_is_paid_foreign_unknown_or_of_two_subjects(
    ours: Agency, receptionist: Viewer, leader: Viewer
) -> None:
    [one], [two] = charged(ours), charged(ours)
    take_cash(viewer=receptionist, charge_ids=[one.id], at=NOON)
    cases: list[tuple[Viewer, list[Any], type[Refusal]]] = [
        (receptionist, [one.id], ChargeNotNow),
        (receptionist, [], NothingChosen),
        (receptionist, [uuid4()], NothingChosen),
        (receptionist, [one.id, two.id], NothingChosen),
        (leader, [two.id], NotAllowed),
        (viewer_in(agency(), Role.RECEPTIONIST, at=NOON), [two.id], NotFound),
    ]
    for viewer, chosen, refusal in cases:
        with pytest.raises(refusal):
            take_cash(viewer=viewer, charge_ids=chosen, at=NOON)
    assert Payment.objects.count() == 1


def test_a_leader_waives_with_a_reason_and_nobody_else_does(
    ours: Agency, leader: Viewer, clerk: Viewer
) -> None:
    [charge] = charged(ours)
    with pytest.raises(NotAllowed):
        waive(viewer=clerk, charge_ids=[charge.id], reason="x", at=NOON)
    with pytest.raises(Refusal):
        waive(viewer=leader, charge_ids=[charge.id], reason="  ", at=NOON)
    with heard(ChargesSettled) as told:
        waive(viewer=leader, charge_ids=[charge.id], reason="Thiên tai", at=NOON)
    assert told == [ChargesSettled(charge.subject_id, (charge.id,), NOON)]
    assert states(charge.subject_id) == ["waived"]


def test_cancelling_ends_the_unpaid_and_gives_back_the_paid_once(
    ours: Agency, receptionist: Viewer, clerk: Viewer
) -> None:
    [paid, *_others] = charged(
        ours, line("a", 5), line("b", 7), line("c", 9, reduction=Reduction(100, 9, "x", "y"))
    )
    take_cash(viewer=receptionist, charge_ids=[paid.id], at=NOON)
    for _time in range(2):
        cancel_charges(subject_id=paid.subject_id, reason="Từ chối tiếp nhận", actor=None, at=NOON)
    assert states(paid.subject_id) == ["refund-due", "cancelled", "exempt"]
    refund = Refund.objects.get()
    with pytest.raises(NotAllowed):
        settle_refund(viewer=receptionist, refund_id=refund.pk, proof="UNC 12", at=NOON)
    with pytest.raises(ProofMissing):
        settle_refund(viewer=clerk, refund_id=refund.pk, proof=" ", at=NOON)
    with heard(RefundSettled) as told:
        settle_refund(viewer=clerk, refund_id=refund.pk, proof="UNC 12", at=NOON)
        with pytest.raises(Refusal) as twice:
            settle_refund(viewer=clerk, refund_id=refund.pk, proof="UNC 12", at=NOON)
    assert twice.value.code == "refund-settled"
    assert told == [RefundSettled(paid.subject_id, refund.pk, 5, NOON)]
    assert states(paid.subject_id) == ["refunded", "cancelled", "exempt"]
    with pytest.raises(NotFound):
        settle_refund(
            viewer=viewer_in(agency(), Role.CLERK, at=NOON), refund_id=refund.pk, proof="x", at=NOON
        )


def test_the_database_refuses_what_must_never_be(ours: Agency, receptionist: Viewer) -> None:
    [charge] = charged(ours)
    take_cash(viewer=receptionist, charge_ids=[charge.id], at=NOON)
    payment = Payment.objects.get()
    rows = Charge.objects.filter(pk=charge.id)
    start, _charges = begun(ours)
    twice = dict.fromkeys(("agency_id", "amount", "provider", "receipt_year", "receipt_number"), None)
    copy = {
        name: getattr(payment, name)
        for name in (*twice, "subject_id", "paid_at", "received_at", "taken_by_id")
    }
    refund = {
        "agency_id": ours.pk,
        "subject_id": charge.subject_id,
        "payment": payment,
        "reason": "x",
        "due_at": NOON,
    }
    breaches: list[Any] = [
        lambda: rows.update(amount=-1, tariff=-1),
        lambda: rows.update(amount=10**12 + 1, tariff=10**12 + 1),
        lambda: rows.update(payment=None),
        lambda: rows.update(state=ChargeState.OWED),
        lambda: rows.update(state="lost"),
        lambda: rows.update(state=ChargeState.EXEMPT, payment=None),
        lambda: Payment.objects.filter(pk=payment.pk).update(amount=1),
        lambda: Payment.objects.filter(pk=payment.pk).delete(),
        lambda: Payment.objects.create(**copy),
        lambda: Refund.objects.create(**refund, amount=8_001),
        lambda: Refund.objects.create(**refund, amount=0),
        lambda: [Refund.objects.create(**refund, amount=4_001) for _number in range(2)],
        lambda: Charge.objects.filter(subject_id=_charges[0].subject_id).update(
            key="", subject_id=charge.subject_id, state="paid"
        ),
    ]
    for breach in breaches:
        with pytest.raises(IntegrityError), transaction.atomic():
            breach()
    assert start.amount == 8_000


@given(amount=st.integers(min_value=0, max_value=10**12))
@settings(max_examples=200, deadline=None)
def test_an_amount_in_words_says_its_groups(amount: int) -> None:
    words = in_words(amount)
    assert words.endswith(" đồng")
    assert words[0].isupper()
    assert "  " not in words
    assert ("triệu" in words) is bool(amount // 10**6 % 1000)
    assert grouped(amount).replace(".", "") == str(amount)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (8_000, "Tám nghìn đồng"),
        (21_000, "Hai mươi mốt nghìn đồng"),
        (1_005_015, "Một triệu không trăm lẻ năm nghìn không trăm mười lăm đồng"),
        (110, "Một trăm mười đồng"),
        (10**12, "Một nghìn tỷ đồng"),
    ],
)
def test_amounts_in_words(amount: int, words: str) -> None:
    assert in_words(amount) == words


def test_a_receipt_is_a_pdf_with_the_same_bytes_each_time(ours: Agency, receptionist: Viewer) -> None:
    charges = charged(ours, line("a"), line("b", 1_200_000), payer_name="Nguyễn Thị Phương 😀")
    receipt = take_cash(viewer=receptionist, charge_ids=ids(charges), at=NOON)
    payment = find_receipt(receipt.payment_id, receptionist)
    first = receipt_pdf(payment, at=payment.received_at)
    assert first.startswith(b"%PDF")
    assert first == receipt_pdf(payment, at=payment.received_at)
    with pytest.raises(NotFound):
        find_receipt(receipt.payment_id, viewer_in(agency(), Role.CLERK, at=NOON))


def test_every_state_but_the_ends_has_a_way_on_and_no_move_leaves_an_end() -> None:
    left = {state for move in CHARGE_MOVES.values() for state in move.sources}
    assert left == {ChargeState.OWED, ChargeState.PAID, ChargeState.REFUND_DUE}
    assert all(move.law for move in (*CHARGE_MOVES.values(), *ATTEMPT_MOVES.values()))
    reached = {move.target for move in CHARGE_MOVES.values()} | {ChargeState.OWED, ChargeState.EXEMPT}
    assert reached == set(ChargeState)


def test_many_subjects_are_read_in_one_query(ours: Agency, django_assert_num_queries: Any) -> None:
    subjects = [charged(ours)[0].subject_id for _number in range(10)]
    with django_assert_num_queries(1):
        found = charges_of([*subjects, unknown := uuid4()])
    assert found[unknown] == []
    assert all(len(found[subject]) == 1 for subject in subjects)
    with django_assert_num_queries(1):
        assert owed(subjects) == dict.fromkeys(subjects, 8_000)


def test_opening_nothing_is_nothing(ours: Agency) -> None:
    assert (
        open_charges(
            agency_id=ours.pk,
            subject_id=uuid4(),
            subject_code="X",
            payer_name="Y",
            lines=[],
            actor=None,
            at=NOON,
        )
        == []
    )
