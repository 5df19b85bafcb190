"""Many statuses in one call: each gets the answer it would have got alone, in their order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

import httpx
import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.changes import take_back
from lienthong.axis.actions.leases import claim_deliveries
from lienthong.axis.actions.statuses import StatusOutOfOrder, report_statuses
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.client import AxisClient, AxisRefused
from lienthong.axis.contracts import StatusReport
from lienthong.axis.models import ChangeRequest, Delivery, Refused, Serves, StatusEvent
from lienthong.axis.queries.deliveries import locked_deliveries
from lienthong.axis.sandbox import ROOT
from lienthong.axis.tests.factories import (
    AT,
    SECRET,
    World,
    agency,
    bearer,
    edxml_packet,
    signed,
    stored_counts,
    stored_packet,
    system_for,
)
from lienthong.identity.public import NotFound
from lienthong.ledger.public import statements_of

STATUSES = "/axis/v1/deliveries/statuses"


def sent(world: World, count: int) -> list[Delivery]:
    for _ in range(count):
        submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    return list(Delivery.objects.order_by("id").select_related("packet"))


def body(delivery_id: object, code: str, minutes: int = 0, **more: object) -> dict[str, object]:
    at = AT + timedelta(minutes=minutes)
    return {"delivery_id": str(delivery_id), "code": code, "at": at.isoformat(), **more}


def post(client: Client, world: World, reports: Sequence[object]) -> list[Mapping[str, object]]:
    answer = client.post(
        STATUSES, json.dumps({"reports": reports}), "application/json", headers=bearer(world.receiver)
    )
    assert answer.status_code == 200, answer.content
    found: list[Mapping[str, object]] = answer.json()["answers"]
    return found


def test_each_report_of_a_call_gets_its_own_answer_in_order(client: Client, world: World) -> None:
    one, other = sent(world, 2)
    answers = post(
        client,
        world,
        [
            body(one.pk, "01"),
            body(one.pk, "06"),
            body(one.pk, "03", 1),
            body(uuid4(), "01"),
            {"delivery_id": str(other.pk), "code": "99", "at": AT.isoformat()},
            "nothing",
            body(other.pk, "02"),
            body(other.pk, "02", description="Gửi nhầm"),
            body(one.pk, "01"),
            body(one.pk, "06", 2),
            body(one.pk, "15", 3),
        ],
    )
    found = [(one["status"], one["state"] or one["problem"]["title"]) for one in answers]  # type: ignore[index]
    assert found == [
        (200, "01"),
        (409, "status-out-of-order"),
        (200, "03"),
        (404, "not-found"),
        (422, "invalid-request"),
        (422, "invalid-request"),
        (422, "field-missing"),
        (200, "02"),
        (200, "03"),
        (200, "06"),
        (409, "nothing-asked"),
    ]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"06", "02"}
    events = StatusEvent.objects.filter(delivery=one).order_by("received_at", "id")
    assert [event.code for event in events] == ["01", "03", "06"]
    stages = [proven.statement.stage for proven in statements_of(one.packet.as_subject())]
    assert stages == ["submitted", "relayed", "arrived", "accepted", "finished"]
    assert sum(Refused.objects.values_list("count", flat=True)) == 6


def test_a_call_sent_again_changes_nothing(client: Client, world: World) -> None:
    reports = [body(one.pk, code, place) for one in sent(world, 2) for place, code in enumerate(["01", "03"])]
    first = post(client, world, reports)
    before = stored_counts()
    again = post(client, world, reports)
    assert stored_counts() == before
    assert [one["state"] for one in first] == ["01", "03", "01", "03"]
    assert [one["state"] for one in again] == ["03", "03", "03", "03"]


def test_a_repeated_report_is_known_even_where_it_would_be_allowed(world: World) -> None:
    [delivery] = sent(world, 1)
    steps = [
        StatusReport(code, AT + timedelta(minutes=place))
        for place, code in enumerate(["01", "03", "04", "05"])
    ]
    report_statuses(world.receiver, [(delivery.pk, step) for step in steps], at=AT)
    assert report_statuses(world.receiver, [(delivery.pk, steps[2])], at=AT) == ["05"]


def test_the_number_of_queries_does_not_depend_on_the_reports(world: World) -> None:
    deliveries, counted = sent(world, 12), []
    report_statuses(world.receiver, [(deliveries[0].pk, StatusReport("01", AT))], at=AT)  # fills the caches
    for some in (deliveries[1:2], deliveries[2:]):
        with CaptureQueriesContext(connection) as queries:
            report_statuses(world.receiver, [(one.pk, StatusReport("01", AT)) for one in some], at=AT)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 14


def test_a_returned_document_is_withdrawn_as_asked_and_answers_keep_their_place(world: World) -> None:
    returned, consented = sent(world, 2)
    for delivery in (returned, consented):
        report_statuses(world.receiver, [(delivery.pk, StatusReport("01", AT))], at=AT)
        take_back(world.system, delivery.packet_id, reason="Gửi nhầm", at=AT)
    later = AT + timedelta(minutes=1)
    answers = report_statuses(
        world.receiver,
        [
            (consented.pk, StatusReport("03", later)),
            (consented.pk, StatusReport("15", later)),
            (consented.pk, StatusReport("04", later)),
            (returned.pk, StatusReport("02", later, description="Không thuộc thẩm quyền")),
        ],
        at=later,
    )
    assert answers[:2] == ["03", "WD"]
    assert isinstance(answers[2], StatusOutOfOrder)
    assert answers[3] == "02"
    assert set(ChangeRequest.objects.values_list("state", flat=True)) == {"accepted"}


def test_a_report_ends_the_lease(world: World) -> None:
    [delivery] = sent(world, 1)
    claim_deliveries(world.receiver, limit=1, seconds=60, at=AT)
    report_statuses(world.receiver, [(delivery.pk, StatusReport("01", AT))], at=AT)
    delivery.refresh_from_db()
    assert (delivery.leased_until, delivery.lease_token, delivery.leased_by_id) == (None, None, None)
    assert (delivery.collected_at, delivery.last_status_at) == (AT, AT)


@pytest.mark.parametrize(("serves", "sandbox"), list(product(Serves, (False, True))))
def test_a_system_may_lock_exactly_what_it_receives(world: World, serves: Serves, sandbox: bool) -> None:
    codes = (f"{ROOT}.71", f"{ROOT}.71.01", f"{ROOT}.72") if sandbox else ("T71", "T71.01", "T72")
    upper = agency(codes[0])
    below, beside = agency(codes[1], parent=upper), agency(codes[2])
    system = system_for(upper, serves, sandbox=sandbox)
    partner = system_for(upper, Serves.ALL, sandbox=True, partner_of=system) if sandbox else system
    for recipient, by in product((upper, below, beside), (world.system, system)):
        stored_packet(world.office, recipient, system=by, sandbox=sandbox)
    stored_packet(world.office, agency("T73" if sandbox else f"{ROOT}.73"), sandbox=not sandbox)
    for asks in (system, partner):
        seen = set(Delivery.objects.filter(asks.receives()).values_list("id", flat=True))
        every = {(asks.pk, key) for key in Delivery.objects.values_list("id", flat=True)}
        assert {key for _, key in locked_deliveries(every)} == seen
        assert seen


def test_the_client_reads_states_and_refusals(world: World, one_connection: None) -> None:
    [delivery] = sent(world, 1)
    http = httpx.WSGITransport(app=get_wsgi_application())
    with AxisClient("http://127.0.0.1", world.receiver.client_id, SECRET, transport=http) as client:
        state, refusal = client.report_statuses(
            [(delivery.pk, StatusReport("01", AT)), (UUID(int=7), StatusReport("01", AT))]
        )
    assert state == "01"
    assert isinstance(refusal, AxisRefused)
    assert (refusal.status, refusal.code) == (404, NotFound.code)


@pytest.mark.parametrize("count", [0, 1001])
def test_an_empty_or_too_long_call_is_refused_whole(client: Client, world: World, count: int) -> None:
    answer = client.post(
        STATUSES,
        json.dumps({"reports": [body(uuid4(), "01")] * count}),
        "application/json",
        headers=bearer(world.receiver),
    )
    assert (answer.status_code, answer.json()["title"]) == (422, "invalid-request")
