"""A connected system's own webhook over HTTP; every wrong address in its own words."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from lienthong.axis.models import ConnectedSystem, Webhook
from lienthong.axis.tests.factories import World, bearer
from lienthong.ledger.public import Subject, timeline

PATH = "/axis/v1/webhook"


def call(
    client: Client, system: ConnectedSystem, method: str, path: str = PATH, body: object = None
) -> object:
    return client.generic(
        method, path, json.dumps(body), content_type="application/json", headers=bearer(system)
    )


def test_a_system_registers_changes_and_removes_its_webhook(client: Client, world: World) -> None:
    system = world.receiver
    made = call(client, system, "PUT", body={"address": "https://a.example/hook"}).json()
    assert made["secret"].startswith("whsec_")
    changed = call(client, system, "PUT", body={"address": "https://b.example/hook"}).json()
    assert changed == {"address": "https://b.example/hook", "secret": None}
    seen = call(client, system, "GET").json()
    assert (seen["address"], seen["previous_until"]) == ("https://b.example/hook", None)
    assert "secret" not in seen
    rotated = call(client, system, "POST", f"{PATH}/secret").json()
    assert rotated["secret"] not in (None, made["secret"])
    assert call(client, system, "GET").json()["previous_until"]
    assert call(client, system, "DELETE").status_code == 204
    for method, path in (("GET", PATH), ("DELETE", PATH), ("POST", f"{PATH}/secret")):
        answer = call(client, system, method, path)
        assert (answer.status_code, answer.json()["title"]) == (404, "no-webhook")
    verbs = [event.verb for event in timeline(Subject("axis.connectedsystem", system.client_id))]
    assert verbs == ["webhook.set", "webhook.set", "webhook.rotate_secret", "webhook.remove"]


def test_nobody_sees_the_webhook_of_another_system(client: Client, world: World) -> None:
    call(client, world.receiver, "PUT", body={"address": "https://a.example/hook"})
    assert call(client, world.system, "GET").status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"address": "http://office.example/"}, "webhook-address-invalid"),
        ({"address": ""}, "webhook-address-invalid"),
        ({"address": "office"}, "webhook-address-invalid"),
        ({"address": "https://user:secret@office.example/"}, "webhook-address-invalid"),
        ({"address": "https://127.0.0.1/"}, "webhook-address-forbidden"),
        ({"address": "https://169.254.169.254/latest/meta-data"}, "webhook-address-forbidden"),
        ({"address": "https://[::ffff:10.0.0.1]/"}, "webhook-address-forbidden"),
        ({"address": "https://localhost:8000/"}, "webhook-address-forbidden"),
        ({"address": "https://office.example/" + "a" * 10_000}, "webhook-address-too-long"),
        ({"address": 7}, "invalid-request"),
        ({"address": None}, "invalid-request"),
        ({}, "invalid-request"),
        ({"address": "https://a.example/", "secret": "mine"}, "invalid-request"),
    ],
)
def test_a_wrong_address_is_refused_in_both_languages_and_nothing_is_kept(
    client: Client, world: World, body: object, code: str
) -> None:
    answer = call(client, world.receiver, "PUT", body=body)
    problem = answer.json()
    assert (answer.status_code, problem["title"]) == (422, code)
    assert problem["sentences"]["vi"] != problem["sentences"]["en"]
    assert not Webhook.objects.exists()
