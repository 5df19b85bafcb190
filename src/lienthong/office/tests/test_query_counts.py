"""A page costs the same queries, two more or less, whether the agency has 10 documents or 10,000."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.public import Account, Role
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.identifiers import uuid7
from lienthong.office.models import IncomingDocument
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.pages import client_of
from lienthong.tasks.public import Part, Task, TaskParty

FEW, MANY, SLACK = 10, 10_000, 2


def _more(place: Agency, lead: Account, post_id: int | None, number: int) -> None:
    """So many documents directed to the lead, in sets."""
    ids = [uuid7() for _ in range(number)]
    Task.objects.bulk_create(
        Task(
            id=key,
            root_id=key,
            agency=place,
            work="Tham mưu",
            given_by_id=lead.official_id,
            given_at=NOON,
            due_at=NOON + timedelta(minutes=place_in_line),
        )
        for place_in_line, key in enumerate(ids)
    )
    TaskParty.objects.bulk_create(
        TaskParty(task_id=key, official_id=lead.official_id, post_id=post_id, part=Part.LEAD) for key in ids
    )
    IncomingDocument.objects.bulk_create(
        IncomingDocument(
            id=key,
            agency=place,
            delivery_id=f"d-{key}",
            packet_id="p",
            arrived_at=NOON,
            code=f"{line}/QĐ-UBND",
            subject=f"Về việc chuyển đổi số lần {line}",
            authentic=True,
            task_id=key,
        )
        for line, key in enumerate(ids, start=1)
    )


def _cost(client: Client, address: str) -> int:
    client.get(address)  # what is made once, such as a cached name, is not the page's
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.CLERK, Role.SPECIALIST])
def test_pages_cost_the_same_queries_at_10_and_at_10_000_documents(role: Role) -> None:
    place = agency()
    account = official_in(place, role)
    viewer = viewer_in(place, role)
    client = client_of(account)
    costs: list[dict[str, int]] = []
    for number in (FEW, MANY - FEW):
        _more(place, account, viewer.post_id, number)
        document = IncomingDocument.objects.filter(agency=place).latest("id")
        incoming = reverse("office:incoming")
        pages = {
            "desk": incoming,
            "list": f"{incoming}?tab=all",
            "document": reverse("office:incoming_detail", args=[document.id]),
            "search by number": f"{incoming}?tab=all&text=7/QĐ",
            "search by words": f"{incoming}?tab=all&text=chuyen doi so",
            "search without a hit": f"{incoming}?tab=all&text=khong co",
            "tasks": reverse("tasks:tasks"),
        }
        costs.append({name: _cost(client, address) for name, address in pages.items()})
    few, many = costs
    apart = {name: (few[name], many[name]) for name in few if abs(few[name] - many[name]) > SLACK}
    assert apart == {}
    assert max(many.values()) < 40
