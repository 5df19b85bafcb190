"""A virus found in a paper after it was taken in: it opens no more, and those of the dossier are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from lienthong.documents.public import VirusFound, store_received
from lienthong.documents.tests.factories import EICAR, FakeScanner, scan_later
from lienthong.dossiers.across.letters import _sent
from lienthong.dossiers.contracts import GivenFile, GivenPaper
from lienthong.dossiers.models import DossierPaper, DossierTask, HeldDocument
from lienthong.dossiers.queries import held_of
from lienthong.dossiers.reusing import require_usable
from lienthong.dossiers.tests.factories import NOON, official, received, receptionist
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


def test_it_is_neither_offered_again_nor_used_nor_sent_and_the_list_of_papers_says_so() -> None:
    clean, blob = (
        store_received([content], at=NOON, max_bytes=10**6, scanner=FakeScanner(down=True))
        for content in (b"clean", EICAR)
    )
    files = (
        GivenFile(blob.sha256, "Giấy chứng sinh", "bad.txt"),
        GivenFile(clean.sha256, "Sổ hộ tịch", "clean.txt"),
    )
    dossier = received(files=files)
    desk = receptionist(dossier.agency)
    held = {row.blob_id: row for row in held_of(desk, dossier.applicant, on=NOON.date())}
    assert set(held) == {blob.pk, clean.pk}
    scan_later(at=NOON + timedelta(hours=1), scanner=FakeScanner())
    offered_again = held_of(desk, dossier.applicant, on=NOON.date())
    assert [row.blob_id for row in offered_again] == [clean.pk]
    papers = [GivenPaper(row.name, held_id=row.pk) for row in held.values()]
    for paper in papers:
        bad = paper.held_id == held[blob.pk].pk
        with pytest.raises(VirusFound) if bad else nullcontext():
            require_usable([(dossier.applicant_id, [paper])], on=NOON.date())
    sent = _sent(DossierPaper.objects.filter(dossier=dossier, held__isnull=False))
    assert [(one.sha256, one.file_name) for one in sent] == [("", ""), (clean.pk, "clean.txt")]
    assert [one.name.startswith("Giấy chứng sinh (") for one in sent] == [True, False]
    client = Client()
    client.force_login(official_in(dossier.agency, Role.SPECIALIST))
    page = client.get(reverse("dossiers:dossier", args=[dossier.pk])).content.decode()
    opened = [
        reverse("dossiers:paper", args=[row.pk]) in page for row in dossier.papers.filter(held__isnull=False)
    ]
    assert (opened, "Eicar-Test-Signature" in page) == ([False, True], True)
