"""The operator's pages of webhooks and dead letters, as they come out."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from lienthong.axis.models import FailedFetch, Webhook
from lienthong.axis.models.fetching import SHOWN_AFTER
from lienthong.axis.tests.factories import AT, World, dead_letter, webhook_for
from lienthong.axis.tests.test_web import signed_in
from lienthong.identity.public import Role


@pytest.fixture
def operator(world: World) -> Client:
    return signed_in(world, Role.OPERATOR)


def test_a_webhooks_secret_is_shown_once(operator: Client, world: World) -> None:
    page = f"/axis/systems/{world.receiver.pk}/"
    assert page in operator.get("/axis/systems/").content.decode()
    answer = operator.post(f"{page}webhook/", {"address": "https://office.example/hook"})
    [secret] = re.findall(r"whsec_[\w+/=]+", answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    shown = operator.get(page).content.decode()
    assert "https://office.example/hook" in shown
    assert secret not in shown
    changed = operator.post(f"{page}webhook/", {"address": "https://b.example/"}, follow=True)
    assert "whsec_" not in changed.content.decode()
    rotated = operator.post(f"{page}webhook/secret/")
    assert re.findall(r"whsec_[\w+/=]+", rotated.content.decode()) not in ([], [secret])
    operator.post(f"{page}webhook/remove/")
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    "address", ["", "http://office.example/", "https://10.0.0.1/", "https://a/" + "b" * 10_000]
)
def test_a_wrong_address_is_explained_beside_the_field(operator: Client, world: World, address: str) -> None:
    answer = operator.post(f"/axis/systems/{world.receiver.pk}/webhook/", {"address": address})
    assert answer.status_code == 422
    assert "ds-validation-message" in answer.content.decode()
    assert not Webhook.objects.exists()


def test_a_test_message_says_what_the_receiver_answered(operator: Client, world: World) -> None:
    webhook_for(world.receiver, address="https://10.0.0.1/")
    answer = operator.post(f"/axis/systems/{world.receiver.pk}/webhook/test/", follow=True)
    assert "10.0.0.1 is 10.0.0.1" in answer.content.decode()


def test_what_is_not_there_is_answered_as_missing(operator: Client, world: World) -> None:
    for path in ("secret", "test", "remove"):
        assert operator.post(f"/axis/systems/{world.receiver.pk}/webhook/{path}/").status_code == 404
    assert operator.get("/axis/systems/999999/").status_code == 404


def test_dead_letters_are_listed_and_decided_with_a_reason(operator: Client, world: World) -> None:
    page = "/axis/dead-letters/"
    again, given_up = (dead_letter(world.office, place) for place in world.recipients[:2])
    shown = operator.get(page).content.decode()
    assert all(letter.delivery.packet.code in shown for letter in (again, given_up))
    faulty = operator.post(f"{page}{again.pk}/send/", {"reason": " "})
    assert faulty.status_code == 422
    assert "ds-validation-message" in faulty.content.decode()
    operator.post(f"{page}{again.pk}/send/", {"reason": "Đã sửa"})
    operator.post(f"{page}{given_up.pk}/give-up/", {"reason": "Đã giải thể"})
    for letter, state in ((again, "waiting"), (given_up, "given_up")):
        letter.refresh_from_db()
        assert letter.state == state
    assert operator.post(f"{page}{again.pk}/send/", {"reason": "Lại"}).status_code == 409
    assert again.delivery.packet.code not in operator.get(page).content.decode()


def test_an_auditor_reads_and_changes_nothing(world: World) -> None:
    auditor = signed_in(world, Role.AUDITOR)
    letter = dead_letter(world.office, world.recipients[0])
    page = auditor.get("/axis/dead-letters/").content.decode()
    assert letter.delivery.packet.code in page
    assert "<textarea" not in page
    assert (
        '<form method="post" action="/axis'
        not in auditor.get(f"/axis/systems/{letter.webhook.system_id}/").content.decode()
    )
    assert auditor.post(f"/axis/dead-letters/{letter.pk}/give-up/", {"reason": "x"}).status_code == 403


def test_packets_that_cannot_be_fetched_are_listed_once_somebody_should_look(
    operator: Client, world: World
) -> None:
    for attempts, name in ((SHOWN_AFTER - 1, "Sở Một"), (SHOWN_AFTER, "Sở <Hai>")):
        FailedFetch.objects.create(
            delivery_id=uuid4(),
            sender_name=name,
            recipient_name="Tỉnh H55",
            document="12/UBND-VX",
            since=AT,
            last_attempt_at=AT,
            next_attempt_at=AT + timedelta(minutes=1),
            attempts=attempts,
            problem="the line broke",
        )
    page = operator.get("/axis/dead-letters/").content.decode()
    assert "Sở &lt;Hai&gt;" in page
    assert "the line broke" in page
    assert "Sở Một" not in page
