"""Two at once: one receipt, no gap, money that races cash is never lost, one charge under one key."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Sum

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import viewer_in
from lienthong.kernel.errors import Refusal
from lienthong.payments.actions.settling import hear_callback
from lienthong.payments.adapters.fake import PAY, FakePage
from lienthong.payments.models import Charge, Payment, Refund
from lienthong.payments.public import cancel_charges, owed, take_cash
from lienthong.payments.states import Provider
from lienthong.payments.tests.factories import NOON, begun, charged, ids, line, pressing

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all acts at the same moment, each on a connection of its own; the answer or the refusal's code."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            start.wait(10)
            answer = act()
        except Refusal as refusal:
            return refusal.code
        else:
            return answer if isinstance(answer, str) else "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_cashiers_one_takes_the_money_and_numbers_have_no_gap(
    ours: Agency, receptionist: Viewer
) -> None:
    second = viewer_in(ours, Role.CLERK, at=NOON)
    charges = [charged(ours)[0] for _number in range(4)]
    acts = [
        lambda viewer=viewer, charge=charge: take_cash(viewer=viewer, charge_ids=[charge.id], at=NOON)  # type: ignore[misc]
        for charge in charges
        for viewer in (receptionist, second)
    ]
    answers = at_once(*acts)
    assert sorted(answers) == ["charge-wrong-state"] * 4 + ["done"] * 4
    assert sorted(Payment.objects.values_list("receipt_number", flat=True)) == [1, 2, 3, 4]


@pytest.mark.parametrize("attempt", range(3))
def test_a_callback_that_races_cash_pays_or_is_to_be_refunded(
    ours: Agency, receptionist: Viewer, attempt: int, settings: object
) -> None:
    settings.ENV = settings.ENV.model_copy(update={"payment_fake_gateway": True})  # type: ignore[attr-defined]
    page = FakePage()
    start, charges = begun(ours, line("a", 5_000), line("b", 7_000), provider=Provider.PAGE)
    [sent] = pressing(page, start, PAY)

    def call_back() -> str:
        return hear_callback(provider="page", port=page, headers=sent.headers, body=sent.body, at=NOON)

    def cash() -> object:
        return take_cash(viewer=receptionist, charge_ids=ids(charges)[::-1], at=NOON)

    answers = at_once(call_back, cash, call_back)
    assert answers[0] == answers[2], "the same callback gets the same answer"
    assert owed([start_subject := charges[0].subject_id]) == {start_subject: 0}
    came = Payment.objects.aggregate(sum=Sum("amount"))["sum"]
    back = Refund.objects.aggregate(sum=Sum("amount"))["sum"] or 0
    assert came - back == 12_000
    assert (answers[0], answers[1], back) in {
        ("settled", "charge-wrong-state", 0),
        ("refund-due", "done", 12_000),
    }


def test_cash_and_the_end_of_the_dossier_at_once_leave_no_money_unaccounted(
    ours: Agency, receptionist: Viewer
) -> None:
    [charge] = charged(ours)
    answers = at_once(
        lambda: take_cash(viewer=receptionist, charge_ids=[charge.id], at=NOON),
        lambda: cancel_charges(subject_id=charge.subject_id, reason="x", actor=None, at=NOON),
    )
    state = Charge.objects.get().state
    assert (answers[0], state) in {("done", "refund-due"), ("charge-wrong-state", "cancelled")}
    assert Payment.objects.count() == Refund.objects.count()


def test_charges_opened_twice_at_once_are_there_once(ours: Agency) -> None:
    subject = uuid4()
    answers = at_once(*(lambda: charged(ours, line("a"), line("b"), subject_id=subject),) * 3)
    assert answers == ["done"] * 3
    assert Charge.objects.count() == 2
