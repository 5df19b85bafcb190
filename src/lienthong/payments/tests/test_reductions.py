"""Less is asked for than the full amount: on record with share, reason and law, and paid as what is left."""

from __future__ import annotations

import io
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader

from lienthong.directory.public import Agency
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import now
from lienthong.ledger.public import Subject, timeline
from lienthong.payments.actions.refunding import settle_refund
from lienthong.payments.actions.settling import settle_notices
from lienthong.payments.actions.writing import PLATFORM
from lienthong.payments.models import Charge, Discrepancy, Payment, Refund
from lienthong.payments.public import Reduction, cancel_charges, owed, take_cash
from lienthong.payments.receipts import receipt_pdf
from lienthong.payments.refusals import BadReduction, ChargeDiffers
from lienthong.payments.states import ChargeState, Provider
from lienthong.payments.tests.factories import NOON, begun, charged, ids, line, notice

pytestmark = pytest.mark.django_db
LAW = "Luật Hộ tịch 2014, Điều 11"


def less(share: int, amount: int, **fields: Any) -> Reduction:
    """A reduction for a near-poor household."""
    return Reduction(
        **{"share": share, "amount": amount, "reason": "Hộ cận nghèo: số 12", "law": LAW, **fields}
    )


def test_what_is_left_is_owed_and_the_full_amount_stays_on_record(ours: Agency) -> None:
    half, none, full = charged(
        ours, line("a", 15_001, reduction=less(50, 7_501)), line("b", 9, reduction=less(100, 9)), line("c", 8)
    )
    assert (half.tariff, half.share, half.amount, half.state) == (15_001, 50, 7_500, "owed")
    assert (half.exempt_reason, half.exempt_law) == ("Hộ cận nghèo: số 12", LAW)
    assert (none.tariff, none.share, none.amount, none.state) == (9, 100, 0, "exempt")
    assert (full.share, full.exempt_reason, full.exempt_law) == (0, "", "")
    assert owed([half.subject_id]) == {half.subject_id: 7_508}
    [opened] = timeline(Subject("payments.charge", str(half.id)))
    assert (opened.data["tariff"], opened.data["share"], opened.data["amount"]) == (15_001, 50, 7_500)
    assert opened.data["reason"] == "Hộ cận nghèo: số 12"


@pytest.mark.parametrize(
    "wrong",
    [
        less(0, 1),
        less(101, 9_000),
        less(50, -1),
        less(50, 0),
        less(50, 8_001),
        less(50, 4_000, reason=" "),
        less(50, 4_000, law=""),
        less(50, 4_000, reason="x" * 501),
        less(50, 4_000, law="x\0"),
        less(True, 80),
        less(50, 4_000.0),  # type: ignore[arg-type]
    ],
)
def test_a_reduction_that_is_none_is_refused_and_nothing_is_recorded(ours: Agency, wrong: Reduction) -> None:
    with pytest.raises(BadReduction):
        charged(ours, line("good"), line("bad", 8_000, reduction=wrong))
    assert not Charge.objects.exists()


def test_the_same_key_is_not_charged_again_with_another_reduction(ours: Agency) -> None:
    [first] = charged(ours, line(reduction=less(50, 4_000)))
    again = charged(ours, line(reduction=less(50, 4_000)), subject_id=first.subject_id)
    assert ids(again) == [first.id]
    with pytest.raises(ChargeDiffers, match=r"4000.*8000"):
        charged(ours, line(), subject_id=first.subject_id)


def test_the_database_reckons_again(ours: Agency) -> None:
    [half] = charged(ours, line("a", 15_001, reduction=less(50, 7_501)))
    rows = Charge.objects.filter(pk=half.id)
    breaches: list[dict[str, Any]] = [
        {"amount": 7_501},
        {"amount": 15_001},
        {"amount": 7_499},
        {"share": 49},
        {"share": 0},
        {"share": -50, "amount": 22_501},
        {"share": 101, "amount": 0, "state": ChargeState.EXEMPT},
        {"exempt_reason": ""},
        {"exempt_law": ""},
        {"state": ChargeState.EXEMPT},
    ]
    for breach in breaches:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**breach)
    with pytest.raises(IntegrityError), transaction.atomic():
        charged(ours, line("b", 10_000, reduction=less(50, 4_000)))  # 50 percent are 5,000
    rows.update(state=ChargeState.CANCELLED, reason="x")


def test_what_was_wholly_exempt_before_gets_its_share_in_batches(ours: Agency) -> None:
    migration = import_module("lienthong.payments.migrations.0002_reductions")
    with connection.cursor() as cursor:
        for constraint in ("charge_amount_is_reckoned", "charge_reduced_by_law"):
            cursor.execute(f"ALTER TABLE payments_charge DROP CONSTRAINT {constraint}")
    rows = [line(str(number), 9, reduction=less(100, 9)) for number in range(3)]
    made = charged(ours, *rows, line("free", 0), line("whole", 8))
    Charge.objects.filter(amount=0).update(share=0, exempt_law="")
    migration.give_shares(None, SimpleNamespace(connection=connection), most=2)
    kept = Charge.objects.order_by("id").values_list("key", "share", "exempt_law")
    assert len(made) == 5
    unknown = "Chưa ghi căn cứ"
    assert list(kept) == [
        ("0", 100, unknown),
        ("1", 100, unknown),
        ("2", 100, unknown),
        ("free", 0, ""),
        ("whole", 0, ""),
    ]


def test_money_refund_and_account_are_of_what_was_left(ours: Agency, clerk: Viewer) -> None:
    start, [half] = begun(ours, line("a", 8_000, reduction=less(50, 4_000)))
    assert start.amount == 4_000
    for amount, told in ((8_000, "amount-differs"), (4_000, "settled")):
        news = [notice(start, amount=amount)]
        seen = settle_notices(provider=Provider.VIETQR, notices=news, actor=PLATFORM, at=NOON)
        assert seen.answers == (told,)
    assert Discrepancy.objects.get().amount == 8_000
    assert Payment.objects.get().amount == 4_000
    cancel_charges(subject_id=half.subject_id, reason="Từ chối", actor=None, at=NOON)
    refund = Refund.objects.get()
    assert refund.amount == 4_000
    settle_refund(viewer=clerk, refund_id=refund.pk, proof="UNC 12", at=NOON)
    assert Charge.objects.get().state == ChargeState.REFUNDED


def test_the_receipt_says_the_full_amount_what_was_taken_off_and_why(
    ours: Agency, receptionist: Viewer
) -> None:
    made = charged(ours, line("a", 15_000, reduction=less(50, 7_500)), line("b", 2_000))
    take_cash(viewer=receptionist, charge_ids=ids(made), at=now())
    payment = Payment.objects.select_related("agency", "taken_by").prefetch_related("charges").get()
    text = " ".join(PdfReader(io.BytesIO(receipt_pdf(payment, at=now()))).pages[0].extract_text().split())
    for words in ("mức thu 15.000 đồng", "giảm 50%", "7.500", "Hộ cận nghèo: số 12", LAW, "9.500"):
        assert words in text, text
