"""Telling the axis: at least once, in order, whatever fails on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.office.actions.directing import direct_document
from lienthong.office.actions.registering import register_incoming
from lienthong.office.actions.reporting import LEASE, LONGEST_PAUSE, pause_after, report_statuses
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import IncomingDocument, StatusToReport
from lienthong.office.tests.factories import NOON, direction
from lienthong.office.tests.packets import collected_document

pytestmark = pytest.mark.django_db


def _waiting(document: IncomingDocument) -> list[str]:
    rows = document.statuses.filter(reported_at=None, refused="")
    return list(rows.order_by("id").values_list("code", flat=True))


def test_an_axis_that_was_away_hears_every_status_in_order_when_it_is_back() -> None:
    ours, axis = agency(), FakeAxis()
    document = collected_document(axis, ours)
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    register_incoming(document_id=document.id, viewer=viewer_in(ours, Role.CLERK), at=NOON)
    direct_document(document_id=document.id, viewer=leader, direction=direction(lead), at=NOON)
    axis.failures = 3
    assert report_statuses(at=NOON, port=axis) == 0
    assert _waiting(document) == ["01", "03", "04"]
    later = NOON + timedelta(minutes=10)
    while report_statuses(at=later, port=axis):
        pass
    assert _waiting(document) == ["01", "03", "04"], "two more failures were asked for"
    assert report_statuses(at=later + timedelta(minutes=10), port=axis) == 0
    assert report_statuses(at=later + timedelta(minutes=20), port=axis) == 3
    state = axis.packet_state(document.packet_id, at=NOON)
    assert [entry.code for entry in state.timeline] == ["01", "03", "04"]


def test_a_later_status_waits_for_an_earlier_one_of_the_same_document_only() -> None:
    ours, axis = agency(), FakeAxis()
    first, second = collected_document(axis, ours), collected_document(axis, ours)
    axis.failures = 1
    report_statuses(at=NOON, port=axis)
    register_incoming(document_id=first.id, viewer=viewer_in(ours, Role.CLERK), at=NOON)
    report_statuses(at=NOON, port=axis)
    assert _waiting(first) == ["01", "03"]
    assert _waiting(second) == []


def test_what_the_axis_will_never_take_holds_up_nothing_and_is_kept_with_its_answer() -> None:
    ours, axis = agency(), FakeAxis()
    document = collected_document(axis, ours)
    axis.refusals = 1
    register_incoming(document_id=document.id, viewer=viewer_in(ours, Role.CLERK), at=NOON)
    report_statuses(at=NOON, port=axis)
    assert _waiting(document) == []
    refused = document.statuses.exclude(refused="").get()
    assert refused.code == "01"
    assert "on-demand" in refused.refused


def test_a_status_taken_by_a_worker_that_died_is_reported_after_its_lease() -> None:
    ours, axis = agency(), FakeAxis()
    document = collected_document(axis, ours)
    StatusToReport.objects.update(next_attempt_at=NOON + LEASE)
    assert report_statuses(at=NOON, port=axis) == 0
    assert report_statuses(at=NOON + LEASE, port=axis) == 1
    assert _waiting(document) == []


def test_a_status_reported_twice_is_one_for_the_axis() -> None:
    ours, axis = agency(), FakeAxis()
    document = collected_document(axis, ours)
    report_statuses(at=NOON, port=axis)
    StatusToReport.objects.update(reported_at=None, next_attempt_at=NOON)
    assert report_statuses(at=NOON, port=axis) == 1
    assert len(axis.packet_state(document.packet_id, at=NOON).timeline) == 1


def test_pauses_grow_up_to_an_hour() -> None:
    pauses = [pause_after(attempts) for attempts in range(40)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=5)
    assert pauses[-1] == LONGEST_PAUSE
