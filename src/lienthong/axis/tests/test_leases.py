"""Leases: what is handed out, for how long, how it comes back; and every wrong request in its own words."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.leases import (
    LeaseExpired,
    LeaseOfAnother,
    LeaseTokenWrong,
    NotLeased,
    claim_deliveries,
    release_delivery,
)
from lienthong.axis.actions.statuses import report_status
from lienthong.axis.contracts import Claim, StatusReport
from lienthong.axis.models import ConnectedSystem, Delivery, Serves
from lienthong.axis.queries.deliveries import inbox_of
from lienthong.axis.tests.factories import AT, World, agency, bearer, stored_packet, system_for
from lienthong.identity.public import NotFound
from lienthong.kernel.clock import now

MINUTE = timedelta(minutes=1)
NOBODYS = "018f0000-0000-7000-8000-000000000000"


def claim(system: ConnectedSystem, *, limit: int = 200, seconds: int = 300, at: object = AT) -> Claim:
    return claim_deliveries(system, limit=limit, seconds=seconds, at=at)  # type: ignore[arg-type]


def ids(claimed: Claim) -> list[UUID]:
    return [lease.item.delivery_id for lease in claimed.leases]


@pytest.fixture
def waiting(world: World) -> list[UUID]:
    """Five deliveries to the receiver's agency, oldest first, and one to somebody else."""
    packets = [stored_packet(world.office, world.recipients[0]) for _number in range(5)]
    stored_packet(world.office, world.recipients[1])
    return [packet.deliveries.get().pk for packet in packets]


def test_the_oldest_are_handed_out_and_nobody_elses(world: World, waiting: list[UUID]) -> None:
    claimed = claim(world.receiver, limit=2, seconds=60)
    assert ids(claimed) == waiting[:2]
    assert {lease.until for lease in claimed.leases} == {AT + MINUTE}
    assert claimed.leases[0].item == inbox_of(world.receiver).items[0]
    assert ids(claim(world.receiver)) == waiting[2:]
    assert ids(claim(world.receiver)) == []


def test_the_inbox_shows_what_is_leased_too(world: World, waiting: list[UUID]) -> None:
    claim(world.receiver)
    assert [item.delivery_id for item in inbox_of(world.receiver).items] == waiting


def test_a_lease_that_ends_returns_the_delivery_by_itself(world: World, waiting: list[UUID]) -> None:
    first = claim(world.receiver, seconds=60)
    assert ids(claim(world.receiver, at=AT + MINUTE - timedelta(microseconds=1))) == []
    again = claim(world.receiver, at=AT + MINUTE)
    assert ids(again) == waiting
    assert {lease.token for lease in again.leases}.isdisjoint(lease.token for lease in first.leases)


@pytest.mark.parametrize("code", ["01", "02", "03"])
def test_any_status_settles_a_lease_and_nobody_gets_the_delivery_again(
    world: World, waiting: list[UUID], code: str
) -> None:
    claim(world.receiver, limit=1, seconds=60)
    report_status(world.receiver, waiting[0], StatusReport(code=code, at=AT, description="x"), at=AT)
    assert Delivery.objects.get(pk=waiting[0]).leased_until is None
    assert waiting[0] not in ids(claim(world.receiver, at=AT + timedelta(days=1)))


def test_what_is_given_back_goes_to_the_next_poller_at_once(world: World, waiting: list[UUID]) -> None:
    lease = claim(world.receiver, limit=1).leases[0]
    release_delivery(world.receiver, waiting[0], lease.token, at=AT)
    assert ids(claim(world.receiver, limit=1)) == waiting[:1]


def test_a_lease_binds_all_systems_that_serve_the_agency(world: World, waiting: list[UUID]) -> None:
    hub = system_for(agency("T01"), Serves.ALL)
    assert len(ids(claim(hub))) == 6
    assert ids(claim(world.receiver)) == []


def test_claiming_takes_the_same_few_queries_however_many_there_are(
    world: World, waiting: list[UUID]
) -> None:
    counts = []
    for limit in (1, 4):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            claim(world.receiver, limit=limit)
        counts.append(len([q for q in queries if "SAVEPOINT" not in q["sql"]]))
    assert counts == [2, 2]


def test_a_lease_is_given_back_only_by_who_holds_it(world: World, waiting: list[UUID]) -> None:
    hub = system_for(agency("T01"), Serves.ALL)
    lease = claim(hub, limit=1, seconds=60).leases[0]
    cases = [
        (world.receiver, waiting[0], lease.token, AT, LeaseOfAnother),
        (hub, waiting[0], uuid4(), AT, LeaseTokenWrong),
        (hub, waiting[0], lease.token, AT + MINUTE, LeaseExpired),
        (hub, waiting[1], lease.token, AT, NotLeased),
        (hub, uuid4(), lease.token, AT, NotFound),
        (system_for(agency("T02")), waiting[0], lease.token, AT, NotFound),
    ]
    for system, delivery, token, at, refusal in cases:
        with pytest.raises(refusal):
            release_delivery(system, delivery, token, at=at)
    assert Delivery.objects.get(pk=waiting[0]).lease_token == lease.token


def test_the_token_of_a_lease_that_was_handed_out_again_is_of_no_use(
    world: World, waiting: list[UUID]
) -> None:
    old = claim(world.receiver, limit=1, seconds=60).leases[0]
    claim(world.receiver, limit=1, at=AT + MINUTE)
    with pytest.raises(LeaseTokenWrong):
        release_delivery(world.receiver, waiting[0], old.token, at=AT + MINUTE)


def test_half_a_lease_is_refused_by_the_database(world: World, waiting: list[UUID]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=waiting[0]).update(leased_until=AT)


def post(client: Client, system: ConnectedSystem, path: str, body: object) -> tuple[int, dict[str, object]]:
    answer = client.post(f"/axis/v1/{path}", body, content_type="application/json", headers=bearer(system))
    return answer.status_code, answer.json()


def test_over_http_a_claim_names_items_times_and_tokens(
    client: Client, world: World, waiting: list[UUID]
) -> None:
    status, answer = post(client, world.receiver, "inbox/claim", {"limit": 1, "lease_seconds": 60})
    [lease] = answer["leases"]  # type: ignore[misc]
    assert (status, lease["item"]["delivery_id"]) == (200, str(waiting[0]))
    assert lease["until"].endswith("+07:00")
    path = f"deliveries/{waiting[0]}/release"
    assert post(client, world.receiver, path, {"lease_token": lease["token"]}) == (
        200,
        {"delivery_id": str(waiting[0]), "state": "00"},
    )


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"limit": 0}, 422, "claim-out-of-bounds"),
        ({"limit": 201}, 422, "claim-out-of-bounds"),
        ({"limit": 10**30}, 422, "claim-out-of-bounds"),
        ({"limit": -1}, 422, "claim-out-of-bounds"),
        ({"lease_seconds": 9}, 422, "lease-out-of-bounds"),
        ({"lease_seconds": 3601}, 422, "lease-out-of-bounds"),
        ({"limit": "5"}, 422, "invalid-request"),
        ({"limit": None}, 422, "invalid-request"),
        ({"more": 1}, 422, "invalid-request"),
        ([], 422, "invalid-request"),
        ("{", 400, "bad-request"),
    ],
)
def test_an_absurd_claim_is_refused_in_both_languages_and_takes_nothing(
    client: Client, world: World, waiting: list[UUID], body: object, status: int, code: str
) -> None:
    answered, problem = post(client, world.receiver, "inbox/claim", body)
    assert (answered, problem["title"]) == (status, code)
    sentences = problem["sentences"]
    assert sentences["vi"] != sentences["en"]  # type: ignore[index]
    assert not Delivery.objects.exclude(leased_until=None).exists()


@pytest.mark.parametrize(
    ("token", "delivery", "status", "code"),
    [
        (NOBODYS, "", 409, "lease-token-wrong"),
        ("no uuid", "", 422, "invalid-request"),
        (None, "", 422, "invalid-request"),
        (NOBODYS, NOBODYS, 404, "not-found"),
    ],
)
def test_a_wrong_release_is_refused_in_its_own_words(
    client: Client,
    world: World,
    waiting: list[UUID],
    token: str | None,
    delivery: str,
    status: int,
    code: str,
) -> None:
    claim(world.receiver, at=now())
    path = f"deliveries/{delivery or waiting[0]}/release"
    answered, problem = post(client, world.receiver, path, {"lease_token": token})
    assert (answered, problem["title"]) == (status, code)
