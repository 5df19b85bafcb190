"""Taking a report of the conformance kit in, and comparing it with what really happened here."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.axis.conformance import CASES, Report
from lienthong.axis.models import ConnectedSystem, Delivery, StatusEvent
from lienthong.axis.onboarding import ConformanceReport, Verdict
from lienthong.axis.sandbox import ANSWERS, PLAYED
from lienthong.axis.states import DeliveryState, SystemState
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, record

CLOCK = timedelta(minutes=5)
LONGEST = timedelta(hours=1)  # a run takes seconds
KEPT = 20


class ReportNotWanted(Refusal):
    """Only a system in the sandbox reports, and only of itself."""

    code, status = "report-not-wanted", 403
    sentence = _("Only a system in the sandbox may report a conformance run, with its own token.")


def accept_report(system: ConnectedSystem, report: Report, *, at: datetime) -> ConformanceReport:
    """Keep the report with a verdict: passed only if every case of this version did, and our records agree.

    Of each system the 20 newest are kept.

    Raises:
        ReportNotWanted: the system is no system in the sandbox, or the report is of another.
    """
    own = report.client_id == system.client_id and not system.partner_of_id
    if not own or system.state is not SystemState.SANDBOX:
        raise ReportNotWanted(field="client_id")
    passed = {outcome.case for outcome in report.outcomes if outcome.passed}
    failed = sum(not outcome.passed for outcome in report.outcomes)
    missing = sorted({case.id for case in CASES} - {outcome.case for outcome in report.outcomes})
    unproven = _unproven(system, report, at)
    with transaction.atomic():
        row = ConformanceReport.objects.create(
            system=system,
            started_at=min(report.started_at, report.finished_at),
            finished_at=report.finished_at,
            received_at=at,
            verdict=_verdict(failed, missing, unproven),
            passed_count=len(passed),
            failed_count=failed,
            outcomes=[
                {"case": one.case, "passed": one.passed, "got": one.got, "seconds": one.seconds}
                for one in report.outcomes
            ],
            missing=missing + unproven,
        )
        ours = ConformanceReport.objects.filter(system=system)
        newest = list(ours.order_by("-pk").values_list("pk", flat=True)[:KEPT])
        ours.exclude(pk__in=newest).delete()
        record(
            actor=system.actor(),
            verb="system.conformance",
            subject=Subject("axis.connectedsystem", system.client_id),
            at=at,
            data={"verdict": row.verdict, "passed": len(passed), "failed": failed},
        )
    return row


def _verdict(failed: int, missing: list[str], unproven: list[str]) -> Verdict:
    if failed:
        return Verdict.FAILED
    if missing:
        return Verdict.INCOMPLETE
    return Verdict.UNPROVEN if unproven else Verdict.PASSED


def _unproven(system: ConnectedSystem, report: Report, at: datetime) -> list[str]:
    """The cases that our records do not show: a packet all the way, one returned, within the run's time."""
    since = max(report.started_at, at - LONGEST) - CLOCK
    ours = Delivery.objects.filter(
        packet__system=system,
        packet__sandbox=True,
        recipient__code=PLAYED,
        sent_at__gte=since,
        sent_at__lte=at,
    )
    finished = ours.filter(packet=_uuid(report.packet_id), state=DeliveryState.FINISHED).first()
    codes = StatusEvent.objects.filter(delivery=finished).order_by("received_at", "id") if finished else ()
    unproven = []
    if tuple(event.code for event in codes) != ANSWERS:
        unproven.append("status-order")
    if not ours.filter(state=DeliveryState.REFUSED).exists():
        unproven.append("status-returned")
    if not ours.filter(state=DeliveryState.SENT).exists():
        unproven.append("submit")
    return unproven


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
