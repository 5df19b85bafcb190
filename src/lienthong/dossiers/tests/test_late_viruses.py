"""A virus found in a paper after it was taken in: it opens no more, and those of the dossier are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from lienthong.documents.public import store_received
from lienthong.documents.tests.factories import EICAR, FakeScanner, scan_later
from lienthong.dossiers.contracts import GivenFile
from lienthong.dossiers.models import DossierTask, HeldDocument
from lienthong.dossiers.tests.factories import NOON, official, received
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.notifications.tests.factories import told_of

pytestmark = pytest.mark.django_db
TOLD = ["dossiers.virus-found"]


@pytest.fixture(autouse=True)
def scanner_is_set() -> Iterator[None]:
    before = settings.ENV
    settings.ENV = before.model_copy(update={"clamd": "tcp:127.0.0.1:1"})
    yield
    settings.ENV = before


def test_a_paper_opens_no_more_and_counter_and_handlers_are_told_once() -> None:
    blob = store_received([EICAR], at=NOON, max_bytes=10**6, scanner=FakeScanner(down=True))
    dossier = received(files=(GivenFile(blob.sha256, "Giấy chứng sinh", "scan.txt"),))
    earlier = received()
    HeldDocument.objects.create(
        party_id=earlier.applicant_id, name="x", blob=blob, file_name="x.txt", given_at=NOON, source=earlier
    )
    untouched = received()
    ours = dossier.agency
    counter, worker, named, leader = (
        official(ours, role).official_id or 0
        for role in (Role.RECEPTIONIST, Role.SPECIALIST, Role.SPECIALIST, Role.LEADER)
    )
    others = [official(one, Role.RECEPTIONIST).official_id or 0 for one in (earlier.agency, untouched.agency)]
    stranger = official(agency(), Role.RECEPTIONIST).official_id or 0
    account = official_in(ours, Role.SPECIALIST)
    client = Client()
    client.force_login(account)
    page = reverse("dossiers:paper", args=[dossier.papers.get(held__isnull=False).pk])
    assert client.get(page).status_code == 200
    for _again in range(2):
        scan_later(at=NOON + timedelta(hours=1), scanner=FakeScanner())
    answer = client.get(page)
    assert (answer.status_code, "Eicar-Test-Signature" in answer.content.decode()) == (422, True)
    assert [told_of(one) for one in (counter, worker, named, *others)] == [TOLD, TOLD, TOLD, TOLD, []]
    assert [told_of(one) for one in (leader, stranger)] == [[], []]


def test_a_step_that_is_someones_is_told_to_that_one_alone() -> None:
    blob = store_received([EICAR], at=NOON, max_bytes=10**6, scanner=FakeScanner(down=True))
    dossier = received(files=(GivenFile(blob.sha256, "Giấy chứng sinh", "scan.txt"),))
    mine, other = (official(dossier.agency, Role.SPECIALIST).official_id or 0 for _each in range(2))
    DossierTask.objects.filter(dossier=dossier, state="open").update(assignee=mine)
    scan_later(at=NOON + timedelta(hours=1), scanner=FakeScanner())
    assert [told_of(one) for one in (mine, other)] == [TOLD, []]
