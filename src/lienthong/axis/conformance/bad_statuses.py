"""The cases of statuses that must be refused."""

from __future__ import annotations

from datetime import timedelta

from lienthong.axis.conformance.contracts import Case, Failed
from lienthong.axis.conformance.run import Run
from lienthong.axis.edxml import Party
from lienthong.kernel.clock import now


def _out_of_order(run: Run) -> str:
    delivery = run.delivery_of(run.send())
    got = run.refuses_status(delivery, "06", 409, "status-out-of-order")
    run.report(delivery, "01")
    return got


def _without_reason(run: Run) -> str:
    return run.refuses_status(run.delivery_of(run.send()), "02", 422, "field-missing")


def _in_future(run: Run) -> str:
    delivery = run.delivery_of(run.send())
    got = run.refuses_status(delivery, "01", 422, "status-in-future", at=now() + timedelta(minutes=10))
    state = run.report(delivery, "01", at=now() - timedelta(minutes=10))
    if state != "01":
        raise Failed(f"a report of 10 minutes ago led to {state}")
    return got


def _never_received(run: Run) -> str:
    sent = run.send(recipients=(Party(organ_id=run.kit.bystander),))
    return run.refuses_status(run.delivery_of(sent, run.kit.bystander), "01", 404, "not-found")


BAD_STATUSES = (
    Case(
        "status-out-of-order",
        "Trạng thái sai thứ tự",
        "Statuses out of order",
        "409 status-out-of-order",
        _out_of_order,
    ),
    Case(
        "status-without-reason",
        "Trả lại không có lý do",
        "Returned without a reason",
        "422 field-missing",
        _without_reason,
    ),
    Case(
        "status-in-future",
        "Đồng hồ nơi nhận lệch 10 phút",
        "A clock 10 minutes off",
        "422 status-in-future if ahead, taken if behind",
        _in_future,
    ),
    Case(
        "status-never-received",
        "Báo trạng thái văn bản của nơi khác",
        "A status from an agency that never got the document",
        "404 not-found",
        _never_received,
    ),
)
