"""A system's way in: registered, its secret replaced, reported on, set live once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, connections

from lienthong.axis.actions.joining import (
    NotInSandbox,
    OverlapTooLong,
    ReasonMissing,
    SystemDisabled,
    TooManySystems,
    go_live,
    register_system,
    rotate_secret,
)
from lienthong.axis.actions.playing import ensure_sandbox, make_kit
from lienthong.axis.actions.reports import ReportNotWanted, accept_report
from lienthong.axis.actions.statuses import StatusInFuture, report_status
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.actions.systems import authenticate_system, disable_system, issue_token
from lienthong.axis.conformance import CASES, Outcome, Report
from lienthong.axis.contracts import StatusReport
from lienthong.axis.models import ConnectedSystem, Delivery, Serves, StatusEvent
from lienthong.axis.onboarding import Verdict
from lienthong.axis.queries.systems import system_of_token
from lienthong.axis.sandbox import PLAYED
from lienthong.axis.states import SystemState
from lienthong.axis.tests.factories import AT, World, edxml_packet, signed, stored_packet, system_for
from lienthong.ledger.public import Actor, Subject, timeline

ACTOR = Actor(kind="job", id="test", name="test")


@pytest.fixture
def newcomer(world: World) -> ConnectedSystem:
    return system_for(world.office, sandbox=True)


def verbs(system: ConnectedSystem) -> list[str]:
    return [event.verb for event in timeline(Subject("axis.connectedsystem", system.client_id))]


def can_sign_in(system: ConnectedSystem, secret: str, *, minutes: int = 0) -> bool:
    at = AT + timedelta(minutes=minutes)
    return authenticate_system(system.client_id, secret, address="a", at=at) is not None


def test_a_registered_system_begins_in_the_sandbox_and_an_agency_has_20_at_most(world: World) -> None:
    for number in range(20):
        made, _ = register_system(
            name=f"S{number}", agency=world.ministry, serves=Serves.AGENCY, actor=ACTOR, at=AT
        )
        assert made.state is SystemState.SANDBOX
    with pytest.raises(TooManySystems):
        register_system(name="S", agency=world.ministry, serves=Serves.AGENCY, actor=ACTOR, at=AT)


def test_the_old_secret_and_its_tokens_last_as_long_as_agreed(world: World) -> None:
    made, first = register_system(name="S", agency=world.office, serves=Serves.AGENCY, actor=ACTOR, at=AT)
    token = issue_token(made, at=AT).value
    second = rotate_secret(made, overlap=timedelta(minutes=20), actor=ACTOR, at=AT)
    assert can_sign_in(made, first.client_secret, minutes=19)
    assert can_sign_in(made, second.client_secret, minutes=19)
    assert not can_sign_in(made, first.client_secret, minutes=20)
    assert system_of_token(token, at=AT + timedelta(minutes=19))
    assert not system_of_token(token, at=AT + timedelta(minutes=20))
    rotate_secret(made, overlap=timedelta(), actor=ACTOR, at=AT)
    assert not can_sign_in(made, second.client_secret)
    assert not system_of_token(token, at=AT)
    with pytest.raises(OverlapTooLong):
        rotate_secret(made, overlap=timedelta(hours=25), actor=ACTOR, at=AT)
    disable_system(made, actor=ACTOR, at=AT)
    with pytest.raises(SystemDisabled):
        rotate_secret(made, overlap=timedelta(), actor=ACTOR, at=AT)


def test_a_system_goes_live_once_and_leaves_its_partners_behind(
    world: World, newcomer: ConnectedSystem
) -> None:
    make_kit(newcomer, actor=ACTOR, at=AT)
    token = issue_token(newcomer, at=AT).value
    with pytest.raises(ReasonMissing):
        go_live(newcomer, reason="  ", actor=ACTOR, at=AT)
    go_live(newcomer, reason="Đã đạt", actor=ACTOR, at=AT)
    newcomer.refresh_from_db()
    assert newcomer.state is SystemState.LIVE
    assert not ConnectedSystem.objects.filter(partner_of=newcomer, disabled_at=None).exists()
    assert system_of_token(token, at=AT) is None
    with pytest.raises(NotInSandbox):
        go_live(newcomer, reason="Đã đạt", actor=ACTOR, at=AT)
    with pytest.raises(NotInSandbox):
        make_kit(newcomer, actor=ACTOR, at=AT)
    assert verbs(newcomer).count("system.go-live") == 1


def test_a_disabled_system_and_a_partner_never_go_live(world: World, newcomer: ConnectedSystem) -> None:
    make_kit(newcomer, actor=ACTOR, at=AT)
    partner = ConnectedSystem.objects.select_related("agency").get(partner_of=newcomer, disabled_at=None)
    disable_system(newcomer, actor=ACTOR, at=AT)
    for system in (newcomer, partner):
        with pytest.raises(NotInSandbox):
            go_live(system, reason="Đã đạt", actor=ACTOR, at=AT)


@pytest.mark.django_db(transaction=True)
def test_two_operators_at_once_have_one_effect() -> None:
    from lienthong.axis.tests.factories import agency

    system = system_for(agency("G77"), sandbox=True)
    gate, results = threading.Barrier(2), []

    def operate(name: str) -> None:
        try:
            gate.wait(timeout=10)
            go_live(system, reason=name, actor=ACTOR, at=AT)
            results.append("live")
        except NotInSandbox:
            results.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=operate, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(results) == ["live", "refused"]
    assert verbs(system).count("system.go-live") == 1
    assert connection.vendor == "postgresql"


def run_of(system: ConnectedSystem, **changes: object) -> Report:
    """A report in which everything passed."""
    outcomes = tuple(Outcome(case.id, True, "", 0.1) for case in CASES)
    report = Report("http://axis", system.client_id, AT, AT + timedelta(seconds=3), outcomes)
    return replace(report, **changes)  # type: ignore[arg-type]


def really_run(world: World, system: ConnectedSystem) -> str:
    """Send, have it finished and returned, as a run does; the id of the finished packet."""
    played = ensure_sandbox(at=AT)[PLAYED]
    receiver = system_for(played, Serves.AGENCY, sandbox=True)
    ids = []
    for codes in (("01", "03", "04", "05", "06"), ("02",), ()):
        packet = signed(edxml_packet(recipients=(PLAYED,)), world.office)
        receipt = submit_packet(packet, system=system, at=AT)
        delivery = Delivery.objects.get(packet=receipt.packet_id)
        for code in codes:
            report_status(receiver, delivery.pk, StatusReport(code, AT, "Gửi nhầm"), at=AT)
        ids.append(str(receipt.packet_id))
    return ids[0]


def test_a_report_passes_only_if_our_own_records_agree(world: World, newcomer: ConnectedSystem) -> None:
    later = AT + timedelta(minutes=1)
    invented = accept_report(newcomer, run_of(newcomer), at=later)
    assert (invented.verdict, invented.missing) == (
        Verdict.UNPROVEN,
        ["status-order", "status-returned", "submit"],
    )
    packet_id = really_run(world, newcomer)
    proven = accept_report(newcomer, run_of(newcomer, packet_id=packet_id), at=later)
    assert (proven.verdict, proven.passed_count, proven.missing) == (Verdict.PASSED, len(CASES), [])
    elsewhere = accept_report(newcomer, run_of(newcomer, packet_id="no id"), at=later)
    assert elsewhere.verdict == Verdict.UNPROVEN


def test_a_report_with_a_failure_or_a_gap_does_not_pass(world: World, newcomer: ConnectedSystem) -> None:
    whole = run_of(newcomer, packet_id=really_run(world, newcomer))
    failed = replace(whole, outcomes=(*whole.outcomes[1:], replace(whole.outcomes[0], passed=False)))
    partial = replace(whole, outcomes=whole.outcomes[1:])
    at = AT + timedelta(minutes=1)
    assert accept_report(newcomer, failed, at=at).verdict == Verdict.FAILED
    gap = accept_report(newcomer, partial, at=at)
    assert (gap.verdict, gap.missing) == (Verdict.INCOMPLETE, [whole.outcomes[0].case])


def test_only_a_system_in_the_sandbox_reports_and_only_of_itself(
    world: World, newcomer: ConnectedSystem
) -> None:
    for system, report in ((world.system, run_of(world.system)), (newcomer, run_of(world.system))):
        with pytest.raises(ReportNotWanted):
            accept_report(system, report, at=AT)


def test_a_status_may_be_dated_5_minutes_ahead_and_no_more(world: World) -> None:
    delivery = stored_packet(world.office, world.recipients[0]).deliveries.get()
    ahead = StatusReport("01", AT + timedelta(minutes=5, seconds=1))
    with pytest.raises(StatusInFuture) as refused:
        report_status(world.receiver, delivery.pk, ahead, at=AT)
    assert refused.value.facts == {"ahead": 6, "most": 5}
    assert StatusEvent.objects.count() == 0
    report_status(world.receiver, delivery.pk, replace(ahead, at=AT + timedelta(minutes=5)), at=AT)
    report_status(world.receiver, delivery.pk, StatusReport("03", AT - timedelta(days=3)), at=AT)
