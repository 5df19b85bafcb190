"""What providers say: settled once, late or twice never lost, another amount never believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.identity.tests.factories import agency
from lienthong.ledger.public import Actor
from lienthong.payments.actions.reconciling import close_discrepancy, reconcile_provider, reconcile_upload
from lienthong.payments.actions.settling import hear_callback, settle_notices
from lienthong.payments.actions.starting import expire_attempts
from lienthong.payments.adapters.fake import (
    BUTTONS,
    FAIL,
    PAY,
    PAY_AND_REPEAT,
    PAY_LATER,
    PAY_TWICE,
    FakePage,
)
from lienthong.payments.contracts import (
    ALREADY,
    DIFFERS,
    REFUND,
    SETTLED,
    UNKNOWN,
    ChargesSettled,
    Notice,
    Outcome,
    PaymentFailed,
)
from lienthong.payments.models import Attempt, Charge, Discrepancy, Payment, ProviderEvent, Refund
from lienthong.payments.public import cancel_charges, owed, start_payment, take_cash
from lienthong.payments.refusals import (
    BadCallback,
    BadSignature,
    CallbackTooLarge,
    ChargeNotNow,
    NothingChosen,
    NotOffered,
    ProviderAway,
)
from lienthong.payments.signatures import sign
from lienthong.payments.states import AttemptState, DiscrepancyKind, Provider
from lienthong.payments.tests.factories import (
    NOON,
    bank_account,
    begun,
    charged,
    heard,
    ids,
    line,
    notice,
    pressing,
)
from lienthong.payments.vietqr import read_objects, read_text

pytestmark = pytest.mark.django_db
BANK = Actor(kind="system", id="bank", name="bank")
LATER = NOON + timedelta(hours=2)


def settle(
    *notices: Notice, provider: str = Provider.VIETQR, agency_id: int | None = None, at: Any = NOON
) -> Sequence[str]:
    return settle_notices(provider=provider, notices=notices, actor=BANK, at=at, agency_id=agency_id).answers


def test_a_qr_asks_for_the_sum_with_the_reference_and_is_begun_once(ours: Agency) -> None:
    start, charges = begun(ours, line("a", 8_000), line("b", 12_000))
    found = read_text(start.qr_text)
    assert (found["54"], found["53"], read_objects(found["62"])["08"]) == ("20000", "704", start.reference)
    assert start.qr_svg.startswith("<svg")
    again = start_payment(
        subject_id=charges[0].subject_id, charge_ids=ids(charges), provider="vietqr", at=NOON
    )
    assert again == start
    other = start_payment(
        subject_id=charges[0].subject_id, charge_ids=[charges[0].id], provider="vietqr", at=NOON
    )
    later = start_payment(
        subject_id=charges[0].subject_id, charge_ids=ids(charges), provider="vietqr", at=LATER
    )
    assert len({start.reference, other.reference, later.reference}) == 3


def test_a_payment_cannot_begin_without_account_for_another_subject_or_for_what_is_paid(
    ours: Agency, receptionist: Viewer
) -> None:
    [charge], [other] = charged(ours), charged(ours)
    given: dict[str, Any] = {"subject_id": charge.subject_id, "charge_ids": [charge.id], "at": NOON}
    for provider in ("vietqr", "page", "cash", "nobody"):
        with pytest.raises(NotOffered):
            start_payment(**given, provider=provider)
    bank_account(ours)
    with pytest.raises(NothingChosen):
        start_payment(**given | {"charge_ids": [other.id]}, provider="vietqr")
    take_cash(viewer=receptionist, charge_ids=[charge.id], at=NOON)
    with pytest.raises(ChargeNotNow):
        start_payment(**given, provider="vietqr")
    assert not Attempt.objects.exists()


def test_money_settles_once_and_the_same_told_again_changes_nothing(ours: Agency) -> None:
    start, [charge] = begun(ours)
    paid = notice(start)
    with heard(ChargesSettled) as told:
        assert settle(paid, paid) == (SETTLED, ALREADY)
        assert settle(replace(paid, event="another")) == (ALREADY,)
    assert told == [ChargesSettled(charge.subject_id, (charge.id,), NOON)]
    assert Payment.objects.get().amount == 8_000
    assert Attempt.objects.get().state == AttemptState.SUCCEEDED
    assert not Refund.objects.exists()


def test_a_second_payment_of_the_same_order_is_to_be_refunded(ours: Agency) -> None:
    start, _charges = begun(ours)
    assert settle(notice(start), notice(start)) == (SETTLED, REFUND)
    assert [(row.amount, row.charge) for row in Refund.objects.all()] == [(8_000, None)]


def test_money_after_cash_or_after_the_end_of_the_dossier_is_to_be_refunded(
    ours: Agency, receptionist: Viewer
) -> None:
    start, [charge] = begun(ours)
    take_cash(viewer=receptionist, charge_ids=[charge.id], at=NOON)
    gone, [ended] = begun(ours)
    cancel_charges(subject_id=ended.subject_id, reason="Rút hồ sơ", actor=None, at=NOON)
    assert settle(notice(start), notice(gone)) == (REFUND, REFUND)
    assert Refund.objects.count() == 2
    assert Payment.objects.count() == 3


def test_money_for_two_fees_of_which_one_was_paid_in_cash_pays_the_other_and_gives_the_rest_back(
    ours: Agency, receptionist: Viewer
) -> None:
    start, [first, second] = begun(ours, line("a", 5_000), line("b", 7_000))
    take_cash(viewer=receptionist, charge_ids=[first.id], at=NOON)
    with heard(ChargesSettled) as told:
        assert settle(notice(start)) == (REFUND,)
    assert told == [ChargesSettled(second.subject_id, (second.id,), NOON)]
    assert Refund.objects.get().amount == 5_000


def test_money_that_comes_after_the_time_pays_what_is_still_owed(ours: Agency) -> None:
    start, [charge] = begun(ours)
    assert expire_attempts(at=LATER) == 1
    assert expire_attempts(at=LATER) == 0
    assert owed([charge.subject_id]) == {charge.subject_id: 8_000}
    assert settle(notice(start), at=LATER) == (SETTLED,)
    assert owed([charge.subject_id]) == {charge.subject_id: 0}


def test_a_failure_is_told_and_what_is_owed_stays_owed(ours: Agency) -> None:
    start, [charge] = begun(ours)
    failed = notice(start, outcome=Outcome.FAILED, note="Không đủ số dư")
    with heard(PaymentFailed) as told:
        settle(failed, failed)
    assert told == [PaymentFailed(charge.subject_id, (charge.id,), start.attempt_id, "Không đủ số dư", NOON)]
    assert owed([charge.subject_id]) == {charge.subject_id: 8_000}
    assert settle(notice(start)) == (SETTLED,)
    assert settle(failed) == ("failed",), "a failure after the money changes nothing"
    assert Attempt.objects.get().state == AttemptState.SUCCEEDED


@pytest.mark.parametrize("amount", [7_999, 8_001, 1])
def test_another_amount_is_written_down_and_settles_nothing(ours: Agency, amount: int) -> None:
    start, [charge] = begun(ours)
    wrong = notice(start, amount=amount)
    assert settle(wrong) == (DIFFERS,)
    assert settle(wrong) == (DIFFERS,)
    found = Discrepancy.objects.get()
    assert (found.kind, found.amount, found.expected) == (DiscrepancyKind.AMOUNT_DIFFERS, amount, 8_000)
    assert owed([charge.subject_id]) == {charge.subject_id: 8_000}
    assert not Payment.objects.exists()


def test_an_unknown_reference_is_written_down(ours: Agency) -> None:
    start, _charges = begun(ours)
    assert settle(notice(start, reference="LT0000000000000")) == (UNKNOWN,)
    assert settle(notice(start), provider=Provider.PAGE) == (UNKNOWN,), "another provider's attempt"
    assert settle(notice(start), agency_id=agency().pk) == (UNKNOWN,), "another agency's attempt"
    assert Discrepancy.objects.filter(kind=DiscrepancyKind.UNKNOWN_REFERENCE).count() == 3
    assert not Payment.objects.exists()


def test_a_thousand_notices_take_as_many_queries_as_ten(ours: Agency, django_assert_num_queries: Any) -> None:
    few = [notice(begun(ours)[0]) for _number in range(2)]
    many = [notice(begun(ours)[0]) for _number in range(60)]
    with django_assert_num_queries(14) as counted:
        assert set(settle(*few)) == {SETTLED}
    with django_assert_num_queries(len(counted)):
        assert settle(*many).count(SETTLED) == 60


def hear(page: FakePage, sent: Any, *, at: Any = NOON) -> str:
    return hear_callback(provider="page", port=page, headers=sent.headers, body=sent.body, at=at)


@pytest.fixture
def page(settings: Any) -> FakePage:
    settings.ENV = settings.ENV.model_copy(update={"payment_fake_gateway": True})
    return FakePage()


@pytest.mark.parametrize(
    ("button", "answers", "payments", "refunds", "left"),
    [
        (PAY, [SETTLED], 1, 0, 0),
        (PAY_AND_REPEAT, [SETTLED, SETTLED], 1, 0, 0),
        (PAY_TWICE, [SETTLED, REFUND], 2, 1, 0),
        (PAY_LATER, [], 0, 0, 8_000),
        (FAIL, ["failed"], 0, 0, 8_000),
    ],
)
def test_whatever_the_page_does_nothing_is_lost(
    ours: Agency, page: FakePage, button: str, answers: list[str], payments: int, refunds: int, left: int
) -> None:
    start, [charge] = begun(ours, provider=Provider.PAGE)
    sent = pressing(page, start, button)
    assert [hear(page, each) for each in sent] == answers
    assert (Payment.objects.count(), Refund.objects.count()) == (payments, refunds)
    assert owed([charge.subject_id]) == {charge.subject_id: left}
    assert ProviderEvent.objects.count() == len({each.body for each in sent})
    tomorrow = NOON + timedelta(days=1)
    for _night in range(2):
        done = reconcile_provider(provider="page", port=page, at=tomorrow)
    assert (done.differing, done.known) == (0, len(page.paid))
    assert owed([charge.subject_id])[charge.subject_id] == (8_000 if button == FAIL else 0)


def test_every_button_is_tried() -> None:
    assert set(BUTTONS) == {PAY, PAY_AND_REPEAT, PAY_TWICE, PAY_LATER, FAIL}


def test_a_callback_with_another_signature_time_or_body_is_refused(ours: Agency, page: FakePage) -> None:
    start, _charges = begun(ours, provider=Provider.PAGE)
    [sent] = pressing(page, start, PAY)
    bad = [
        (dict(sent.headers) | {"Payment-Signature": "0" * 64}, sent.body, NOON),
        (dict(sent.headers) | {"Payment-Signature": "ớ"}, sent.body, NOON),
        (dict(sent.headers) | {"Payment-Timestamp": "x"}, sent.body, NOON),
        ({}, sent.body, NOON),
        (sent.headers, sent.body + b" ", NOON),
        (sent.headers, sent.body, NOON + timedelta(minutes=6)),
        (sent.headers, sent.body, NOON - timedelta(minutes=6)),
    ]
    for headers, body, at in bad:
        with pytest.raises(BadSignature):
            hear_callback(provider="page", port=page, headers=headers, body=body, at=at)
    with pytest.raises(BadSignature):
        hear_callback(
            provider="page", port=FakePage(secret=""), headers=sent.headers, body=sent.body, at=NOON
        )
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{" * 8000,
        b'{"event":"e","order":"o","status":"paid","amount":-1,"transaction":"t","paid_at":"2026-03-02T12:00:00+07:00"}',
        b'{"event":"e","order":"o","status":"paid","amount":1e30,"transaction":"t","paid_at":"2026-03-02T12:00:00+07:00"}',
        b'{"event":"e","order":"o","status":"paid","amount":1,"transaction":"","paid_at":"2026-03-02T12:00:00+07:00"}',
        b'{"event":"e","order":"o","status":"paid","amount":1,"transaction":"t","paid_at":"2026-03-02T12:00:00"}',
        b'{"event":"e\\u0000","order":"o","status":"paid","amount":1,"transaction":"t","paid_at":"2026-03-02T12:00:00+07:00"}',
        b'{"event":"e","order":"o","status":"stolen","amount":1,"transaction":"t","paid_at":"2026-03-02T12:00:00+07:00"}',
    ],
)
def test_a_signed_body_that_says_nothing_is_refused(page: FakePage, body: bytes) -> None:
    headers = sign(body, secret=page.secret, at=NOON)
    with pytest.raises(BadCallback):
        hear_callback(provider="page", port=page, headers=headers, body=body, at=NOON)


def test_a_huge_callback_is_refused_before_it_is_read(page: FakePage) -> None:
    with pytest.raises(CallbackTooLarge):
        hear_callback(provider="page", port=page, headers={}, body=b"x" * 20_000, at=NOON)


def test_a_night_without_statement_says_so_and_the_next_finds_what_was_lost(
    ours: Agency, page: FakePage
) -> None:
    start, [charge] = begun(ours, provider=Provider.PAGE)
    pressing(page, start, PAY_LATER)
    page.failing = lambda: ProviderAway(problem="HTTP 500")
    done = reconcile_provider(provider="page", port=page, at=NOON + timedelta(days=1))
    assert "HTTP 500" in done.problem
    page.failing = None
    done = reconcile_provider(provider="page", port=page, at=NOON + timedelta(days=2))
    assert (done.problem, done.settled) == ("", 1)
    assert owed([charge.subject_id]) == {charge.subject_id: 0}


def test_what_the_provider_does_not_have_is_listed_once_and_closed_with_words(
    ours: Agency, page: FakePage, clerk: Viewer, receptionist: Viewer
) -> None:
    start, _charges = begun(ours, provider=Provider.PAGE)
    settle(notice(start), provider=Provider.PAGE)
    for _night in range(2):
        done = reconcile_provider(provider="page", port=page, at=NOON + timedelta(days=1))
        assert done.differing == 1
    found = Discrepancy.objects.get()
    assert found.kind == DiscrepancyKind.MISSING_AT_PROVIDER
    with pytest.raises(NotAllowed):
        close_discrepancy(viewer=receptionist, discrepancy_id=found.pk, reason="x", at=NOON)
    close_discrepancy(viewer=clerk, discrepancy_id=found.pk, reason="Ngân hàng đã bổ sung", at=NOON)
    with pytest.raises(NotFound):
        close_discrepancy(viewer=clerk, discrepancy_id=found.pk, reason="x", at=NOON)


def test_an_uploaded_statement_settles_only_the_agencys_own(
    ours: Agency, clerk: Viewer, receptionist: Viewer
) -> None:
    own, [charge] = begun(ours)
    foreign, [other] = begun(agency())
    notices = [notice(own), notice(foreign)]
    with pytest.raises(NotAllowed):
        reconcile_upload(viewer=receptionist, notices=notices, file_name="a.csv", at=NOON)
    done = reconcile_upload(viewer=clerk, notices=notices, file_name="a.csv", at=NOON)
    assert (done.lines, done.settled, done.differing) == (2, 1, 1)
    assert owed([charge.subject_id, other.subject_id]) == {charge.subject_id: 0, other.subject_id: 8_000}
    assert Charge.objects.filter(state="paid").count() == 1
