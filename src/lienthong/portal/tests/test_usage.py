"""How services are used is counted without anyone being named, and told to those who answer for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import official_in
from lienthong.kernel.clock import now
from lienthong.portal.actions.noticing import forget_uses, note_left, note_use, note_uses, where_left
from lienthong.portal.models import Draft, ServiceUse, UseEvent
from lienthong.portal.tests.applying import CHILD, begun, fill_in, online, save
from lienthong.portal.usage import uses_of_services, way_of_service

pytestmark = pytest.mark.django_db


def counted() -> dict[tuple[str, str], int]:
    rows = ServiceUse.objects.values_list("event", "place", "times")
    return {(event, place): times for event, place, times in rows}


def test_what_a_person_does_is_counted_by_page_and_question() -> None:
    client, offer = Client(), online()
    client.get(reverse("portal:service", args=[offer.version.procedure.code]))
    draft = begun(client, offer)
    save(client, draft, "form_page", "child", **{**CHILD, "answer-born_on": "31/02/2026"})
    fill_in(client, draft)
    save(client, draft, "review")
    told = counted()
    assert told["viewed", ""] == told["started", ""] == told["submitted", ""] == 1
    assert told["error", "child/born_on"] == 1
    assert told["page", "child"] == told["page", "parents"] == 1
    assert not ({field.name for field in ServiceUse._meta.fields} & {"account", "party", "address", "draft"})


def test_where_people_left_is_the_first_question_that_their_own_answers_led_to() -> None:
    client, offer = Client(), online()
    fresh, half, done = (begun(client, offer) for _ in range(3))
    save(client, half, "form_page", "child", **CHILD)
    fill_in(client, done)
    drafts = [Draft.objects.get(pk=one.pk) for one in (fresh, half, done)]
    assert [where_left(one) for one in drafts] == ["child/child_name", "parents/married", "review"]
    with CaptureQueriesContext(connection) as said:
        note_left(drafts, at=now())
    assert len(said) <= 2
    told = {place: times for (event, place), times in counted().items() if event == "left"}
    assert told == {"child/child_name": 1, "parents/married": 1, "review": 1}


def test_fewer_than_five_are_told_as_none_and_the_table_costs_a_fixed_number_of_queries() -> None:
    offer, at = online(), now()
    key, day = offer.version.procedure_id, now().date()
    note_uses({(key, UseEvent.VIEWED, ""): 4, (key, UseEvent.LEFT, "child/child_name"): 6}, at=at)
    (one,) = uses_of_services(since=day, until=day, at=at)
    assert (one.viewed, one.left, one.left_at, one.share) == (0, 6, "child/child_name", None)
    note_use(key, UseEvent.VIEWED, at=at)
    (one,) = uses_of_services(since=day, until=day, at=at)
    assert one.viewed == 5
    way = way_of_service(one.procedure.code, since=day, until=day, at=at)
    assert [(place.times, "child_name" in place.name) for place in way.left] == [(6, False)]
    with CaptureQueriesContext(connection) as few:
        uses_of_services(since=day, until=day, at=at)
    for _ in range(3):
        note_use(online().version.procedure_id, UseEvent.VIEWED, at=at)
    with CaptureQueriesContext(connection) as many:
        uses_of_services(since=day, until=day, at=at)
    assert len(few) == len(many)
    assert forget_uses(before=day + timedelta(days=1)) == ServiceUse.objects.count() + 5


def test_officials_read_it_in_both_forms_and_nobody_else(client: Client) -> None:
    offer = online()
    note_uses({(offer.version.procedure_id, UseEvent.STARTED, ""): 7}, at=now())
    client.force_login(official_in(offer.agency, Role.CATALOGUER))
    page = client.get(reverse("portal:uses")).content.decode()
    assert offer.version.procedure.code in page
    assert ">7<" in page
    assert (
        offer.version.procedure.code in client.get(reverse("portal:uses") + "?only=unused").content.decode()
    )
    file = b"".join(client.get(reverse("portal:uses") + "?as=csv")).decode()  # type: ignore[arg-type]
    assert f"{offer.version.procedure.code},0,7,0" in file
    assert client.get(reverse("portal:way", args=[offer.version.procedure.code])).status_code == 200
    assert client.get(reverse("portal:way", args=["0.000000"])).status_code == 404
    client.force_login(official_in(offer.agency, Role.SPECIALIST))
    assert client.get(reverse("portal:uses")).status_code == 403
