"""The HTTP API: who gets in, what comes back, and that every error is a problem in both languages."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory
from pytest_django import Settings

from lienthong.axis.actions.systems import FAILURES_PER_CLIENT, disable_system, issue_token
from lienthong.axis.models import AccessToken, ConnectedSystem, Delivery, Serves, TokenFailure
from lienthong.axis.rest.bodies import BodyCutShort, read_packet
from lienthong.axis.tests.factories import (
    AT,
    SECRET,
    World,
    agency,
    bearer,
    edxml_packet,
    signed,
    stored_counts,
    system_for,
)
from lienthong.kernel.clock import now
from lienthong.ledger.public import Actor

API = "/axis/v1"
PROBLEM = "application/problem+json"


def send(client: Client, world: World, xml: bytes) -> object:
    return client.post(f"{API}/packets", xml, content_type="application/xml", headers=bearer(world.system))


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def ask_token(client: Client, headers: dict[str, str] | None = None, **form: str) -> object:
    body = "&".join(f"{name}={value}" for name, value in {"grant_type": "client_credentials", **form}.items())
    return client.post(
        f"{API}/token", body, content_type="application/x-www-form-urlencoded", headers=headers or {}
    )


def test_a_token_is_got_by_basic_or_in_the_body_and_opens_the_inbox(client: Client, world: World) -> None:
    name = world.system.client_id
    for answer in (
        ask_token(client, basic(name, SECRET)),
        ask_token(client, client_id=name, client_secret=SECRET),
    ):
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        token = answer.json()["access_token"]
        assert len(base64.urlsafe_b64decode(token + "=")) == 32
        assert client.get(f"{API}/inbox", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert not AccessToken.objects.filter(token_hash__in=[token]).exists()


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_id": "nobody", "client_secret": "x"}, 401, "invalid_client"),
        ({}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"client_id": "a%00b", "client_secret": "x"}, 401, "invalid_client"),
    ],
)
def test_a_token_is_refused_as_oauth_has_it(
    client: Client, db: None, form: dict[str, str], status: int, error: str
) -> None:
    answer = ask_token(client, **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_wrong_secret_gets_no_token_and_guessing_is_slowed(client: Client, world: World) -> None:
    name = world.system.client_id
    for _attempt in range(FAILURES_PER_CLIENT):
        assert ask_token(client, basic(name, "wrong")).status_code == 401
    answer = ask_token(client, basic(name, SECRET))
    assert (answer.status_code, answer.json()["title"], answer["Retry-After"]) == (
        429,
        "too-many-attempts",
        "300",
    )
    TokenFailure.objects.update(at=now() - timedelta(minutes=6))
    assert ask_token(client, basic(name, SECRET)).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_without_a_valid_token_nothing_is_answered(client: Client, db: None, headers: dict[str, str]) -> None:
    for path in ("inbox", "agencies", f"packets/{uuid4()}", f"deliveries/{uuid4()}/packet"):
        answer = client.get(f"{API}/{path}", headers=headers)
        assert (answer.status_code, answer["Content-Type"], answer.json()["title"]) == (
            401,
            PROBLEM,
            "token-invalid",
        )
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_ends_with_its_time_and_with_its_system(client: Client, world: World) -> None:
    headers = bearer(world.system)
    AccessToken.objects.update(expires_at=now() - timedelta(seconds=1))
    assert client.get(f"{API}/inbox", headers=headers).status_code == 401
    headers = bearer(world.system)
    disable_system(world.system, actor=Actor("official", "1", "A"), at=AT)
    assert client.get(f"{API}/inbox", headers=headers).status_code == 401
    assert ask_token(client, basic(world.system.client_id, SECRET)).status_code == 401


def test_a_packet_travels_from_submission_to_the_senders_view(client: Client, world: World) -> None:
    xml = signed(edxml_packet(recipients=("H55", "H26")), world.office)
    sent = send(client, world, xml)
    assert sent.status_code == 202
    assert sent.json()["sha256"] == hashlib.sha256(xml).hexdigest()
    again = send(client, world, xml)
    assert (again.status_code, again.content) == (200, sent.content)

    receiver = bearer(world.receiver)
    [item] = client.get(f"{API}/inbox", headers=receiver).json()["items"]
    address = f"{API}/deliveries/{item['delivery_id']}"
    got = client.get(f"{address}/packet", headers=receiver)
    assert b"".join(got.streaming_content) == xml
    assert got["Content-Length"] == str(len(xml))
    for code in ("01", "03"):
        body = {"code": code, "at": "2026-03-02T10:00:00+07:00", "staff": "Trần Thị B"}
        answer = client.post(f"{address}/status", body, content_type="application/json", headers=receiver)
        assert answer.json() == {"delivery_id": item["delivery_id"], "state": code}
    assert client.get(f"{API}/inbox", headers=receiver).json() == {"items": [], "next": ""}

    seen = client.get(f"{API}/packets/{sent.json()['packet_id']}", headers=bearer(world.system)).json()
    assert {row["recipient"]["code"]: row["state"] for row in seen["recipients"]} == {
        "H55": "03",
        "H26": "00",
    }
    assert [entry["code"] for entry in seen["timeline"]] == ["01", "03"]
    assert seen["receipt"] == sent.json()
    assert next(row for row in seen["recipients"] if row["state"] == "03")["collected_at"]


def test_a_multipart_packet_is_taken_too(client: Client, world: World) -> None:
    file = SimpleUploadedFile("van-ban.edxml", signed(edxml_packet(), world.office))
    assert client.post(f"{API}/packets", {"packet": file}, headers=bearer(world.system)).status_code == 202


def test_a_packet_over_the_cap_is_refused_however_it_comes(
    client: Client, world: World, settings: Settings
) -> None:
    xml = signed(edxml_packet(), world.office)
    settings.ENV = settings.ENV.model_copy(update={"axis_max_packet_bytes": len(xml) - 1})
    before = stored_counts()
    file = SimpleUploadedFile("van-ban.edxml", xml)
    raw = send(client, world, xml)
    multipart = client.post(f"{API}/packets", {"packet": file}, headers=bearer(world.system))
    huge = client.post(
        f"{API}/packets",
        b"x" * (len(xml) + 100_000),
        content_type="application/xml",
        headers=bearer(world.system),
    )
    for answer in (raw, multipart, huge):
        assert (answer.status_code, answer.json()["title"]) == (413, "packet-too-large")
    assert stored_counts() == before


def test_the_body_must_be_a_packet(client: Client, world: World) -> None:
    headers = bearer(world.system)
    cases = [
        (client.post(f"{API}/packets", {"other": "x"}, headers=headers), 400, "bad-multipart"),
        (
            client.post(f"{API}/packets", {}, content_type="application/json", headers=headers),
            415,
            "unsupported-media-type",
        ),
        (
            client.post(f"{API}/packets", b"", content_type="application/xml", headers=headers),
            400,
            "packet-empty",
        ),
        (
            client.post(f"{API}/packets", b"x", content_type="multipart/form-data", headers=headers),
            400,
            "bad-multipart",
        ),
    ]
    for answer, status, code in cases:
        assert (answer.status_code, answer["Content-Type"], answer.json()["title"]) == (status, PROBLEM, code)


def test_a_body_cut_short_is_refused() -> None:
    environ = RequestFactory()._base_environ(
        CONTENT_TYPE="application/xml", CONTENT_LENGTH="20", **{"wsgi.input": BytesIO(b"<edXML>")}
    )
    with pytest.raises(BodyCutShort):
        read_packet(WSGIRequest(environ), limit=100)


@pytest.mark.parametrize("serves", [Serves.AGENCY, Serves.SUBTREE])
def test_another_systems_packets_and_deliveries_are_not_found(
    client: Client, world: World, serves: Serves
) -> None:
    packet_id = send(client, world, signed(edxml_packet(), world.office)).json()["packet_id"]
    delivery = Delivery.objects.get()
    stranger = bearer(system_for(world.recipients[1], serves))
    status = {"code": "01", "at": AT.isoformat()}
    answers = [
        client.get(f"{API}/packets/{packet_id}", headers=stranger),
        client.get(f"{API}/packets/{packet_id}", headers=bearer(world.receiver)),
        client.get(f"{API}/deliveries/{delivery.pk}/packet", headers=stranger),
        client.get(f"{API}/deliveries/{delivery.pk}/packet", headers=bearer(world.system)),
        client.post(
            f"{API}/deliveries/{delivery.pk}/status",
            status,
            content_type="application/json",
            headers=stranger,
        ),
    ]
    assert [(answer.status_code, answer.json()["title"]) for answer in answers] == [(404, "not-found")] * 5
    assert client.get(f"{API}/inbox", headers=stranger).json()["items"] == []


def test_a_system_of_a_province_speaks_for_all_below_it(client: Client, world: World) -> None:
    department = agency("H55.05", parent=world.recipients[0])
    send(client, world, signed(edxml_packet(recipients=("H55.05",)), world.office))
    own = system_for(world.recipients[0], Serves.AGENCY)
    for system, number in ((world.receiver, 1), (own, 0), (system_for(department), 1)):
        assert len(client.get(f"{API}/inbox", headers=bearer(system)).json()["items"]) == number
    hub = system_for(world.ministry, Serves.ALL)
    assert len(client.get(f"{API}/inbox", headers=bearer(hub)).json()["items"]) == 1


def test_the_inbox_is_read_page_by_page(client: Client, world: World) -> None:
    sent = [
        send(client, world, signed(edxml_packet(), world.office)).json()["packet_id"] for _number in range(5)
    ]
    found, cursor = [], ""
    while True:
        page = client.get(
            f"{API}/inbox", {"limit": 2, "cursor": cursor}, headers=bearer(world.receiver)
        ).json()
        found += [item["packet_id"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert found == sent


@pytest.mark.parametrize("cursor", ["%", "bm90LWEtY3Vyc29y", "IngiCg", "ImFcdTAwMDBiIg"])
def test_a_damaged_cursor_is_refused(client: Client, world: World, cursor: str) -> None:
    for path in ("inbox", "agencies"):
        answer = client.get(f"{API}/{path}", {"cursor": cursor}, headers=bearer(world.receiver))
        assert (answer.status_code, path) in {(400, "inbox"), (400, "agencies"), (200, "agencies")}


def test_agencies_come_with_both_codes_and_an_etag(client: Client, world: World) -> None:
    headers = bearer(world.system)
    page = client.get(f"{API}/agencies", {"limit": 2}, headers=headers)
    assert [item["code"] for item in page.json()["items"]] == ["G12", "G22"]
    again = client.get(f"{API}/agencies", {"limit": 2}, headers={**headers, "If-None-Match": page["ETag"]})
    assert again.status_code == 304
    following = client.get(f"{API}/agencies", {"cursor": page.json()["next"]}, headers=headers)
    assert [item["code"] for item in following.json()["items"]] == ["H01", "H26", "H55"]


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("{", "bad-request"),
        ("[]", "invalid-request"),
        ('{"code": "01"}', "invalid-request"),
        ('{"code": "99", "at": "2026-03-02T10:00:00Z"}', "invalid-request"),
        ('{"code": "01", "at": "2026-03-02T10:00:00"}', "invalid-request"),
        ('{"code": "01", "at": "2026-03-02T10:00:00Z", "more": 1}', "invalid-request"),
        ('{"code": "03", "at": "9999-12-31T23:59:59Z"}', "invalid-request"),
    ],
)
def test_a_status_of_the_wrong_form_is_refused(client: Client, world: World, body: str, title: str) -> None:
    send(client, world, signed(edxml_packet(), world.office))
    address = f"{API}/deliveries/{Delivery.objects.get().pk}/status"
    answer = client.post(address, body, content_type="application/json", headers=bearer(world.receiver))
    assert (answer["Content-Type"], answer.json()["title"]) == (PROBLEM, title)
    assert set(answer.json()["sentences"]) == {"vi", "en"}


def test_a_document_is_taken_back_asked_for_and_answered(client: Client, world: World) -> None:
    packet = send(client, world, signed(edxml_packet(recipients=("H55", "H26")), world.office)).json()
    held = Delivery.objects.get(recipient=world.recipients[0])
    away = Delivery.objects.get(recipient=world.recipients[1])
    client.get(f"{API}/deliveries/{held.pk}/packet", headers=bearer(world.receiver))
    answer = client.post(
        f"{API}/packets/{packet['packet_id']}/take-back",
        {"reason": "Gửi nhầm"},
        content_type="application/json",
        headers=bearer(world.system),
    )
    assert answer.status_code == 200
    found = {row["delivery_id"]: (row["kind"], row["state"]) for row in answer.json()["requests"]}
    assert found == {str(held.pk): ("take-back", "pending"), str(away.pk): ("take-back", "accepted")}
    gone = client.get(f"{API}/deliveries/{away.pk}/packet", headers=bearer(system_for(world.recipients[1])))
    assert (gone.status_code, gone.json()["title"]) == (410, "withdrawn")
    [waiting] = client.get(f"{API}/changes", headers=bearer(world.receiver)).json()["items"]
    assert (waiting["delivery_id"], waiting["reason"]) == (str(held.pk), "Gửi nhầm")
    told = client.post(
        f"{API}/deliveries/{held.pk}/status",
        {"code": "15", "at": AT.isoformat()},
        content_type="application/json",
        headers=bearer(world.receiver),
    )
    assert told.json()["state"] == "WD"


@pytest.mark.parametrize(
    ("body", "status", "title"),
    [
        ({}, 422, "invalid-request"),
        ({"reason": ""}, 422, "invalid-request"),
        ({"reason": "  "}, 422, "field-missing"),
        ({"reason": "x", "recipients": ["X77"]}, 422, "not-a-recipient"),
        ({"reason": "x", "recipients": "H55"}, 422, "invalid-request"),
        ({"reason": "x", "at": "now"}, 422, "invalid-request"),
    ],
)
def test_a_take_back_of_the_wrong_form_is_refused(
    client: Client, world: World, body: dict[str, object], status: int, title: str
) -> None:
    packet = send(client, world, signed(edxml_packet(), world.office)).json()
    address = f"{API}/packets/{packet['packet_id']}/take-back"
    answer = client.post(address, body, content_type="application/json", headers=bearer(world.system))
    assert (answer.status_code, answer.json()["title"]) == (status, title)
    others = client.post(
        address, {"reason": "x"}, content_type="application/json", headers=bearer(world.receiver)
    )
    assert others.status_code == 404


def test_unknown_addresses_and_methods_are_problems_too(client: Client, db: None) -> None:
    missing, method = client.get(f"{API}/nothing/here"), client.delete(f"{API}/inbox")
    assert (missing.status_code, missing.json()["title"]) == (404, "not-found")
    assert (method.status_code, method["Allow"], method.json()["title"]) == (405, "GET", "method-not-allowed")


def test_the_description_is_openapi_3_1(client: Client, db: None) -> None:
    described = client.get(f"{API}/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {
        f"{API}{path}"
        for path in (
            "/token", "/packets", "/packets/bulk", "/packets/{packet_id}", "/inbox", "/agencies",
            "/packets/{packet_id}/evidence", "/packets/{packet_id}/take-back", "/changes", "/notices",
            "/inbox/claim", "/deliveries/{delivery_id}/release", "/webhook", "/webhook/secret",
            "/conformance-reports",
            "/deliveries/{delivery_id}/packet", "/deliveries/{delivery_id}/status",
            "/deliveries/statuses", "/encryption-certificates",
            "/uploads", "/uploads/{upload_id}", "/uploads/{upload_id}/packet",
        )
    }  # fmt: skip
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert [operation["operationId"] for operation in operations if "security" not in operation] == [
        "lienthong_axis_rest_operations_create_token"
    ]


def test_tokens_are_stored_only_as_hashes(world: World) -> None:
    token = issue_token(world.system, at=AT)
    assert token.value not in str(list(AccessToken.objects.values()))
    assert SECRET not in str(list(ConnectedSystem.objects.values()))
