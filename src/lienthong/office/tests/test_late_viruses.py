"""A virus that is found after a file had been accepted: it opens no more, and those it reached are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from lienthong.documents.public import store_received
from lienthong.documents.tests.factories import EICAR, NEWCOMER, FakeScanner, scan_again, scan_later
from lienthong.identity.public import Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.models import Blob
from lienthong.notifications.tests.factories import told_of
from lienthong.office.mail_models import MailFile
from lienthong.office.models import IncomingFile
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, incoming_document
from lienthong.office.tests.mails import received_mail
from lienthong.office.tests.pages import client_of, text_of
from lienthong.tasks.public import Part, TaskState
from lienthong.tasks.tests.factories import has_part, task

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def scanner_is_set() -> Iterator[None]:
    before = settings.ENV
    settings.ENV = before.model_copy(update={"clamd": "tcp:127.0.0.1:1"})
    yield
    settings.ENV = before


def kept_unscanned(content: bytes) -> Blob:
    return store_received([content], at=NOON, max_bytes=10**6, scanner=FakeScanner(down=True))


def told(viewer: Viewer) -> list[str]:
    assert viewer.official_id is not None
    return told_of(viewer.official_id)


def test_all_whom_the_file_reached_are_told_once_and_nobody_else() -> None:
    ours, theirs, others = agency(), agency(), agency()
    clerks = [viewer_in(place, Role.CLERK, at=NOON) for place in (ours, theirs, others)]
    leader, lead, informed, stranger = (
        viewer_in(ours, role, at=NOON) for role in (Role.LEADER, *[Role.SPECIALIST] * 3)
    )
    infected, clean = kept_unscanned(EICAR), kept_unscanned(b"words")
    given = task(leader, lead)
    has_part(given, informed, Part.INFORMED)
    for document, blob in (
        (incoming_document(ours, task=given, state=State.ASSIGNED), infected),
        (incoming_document(others), clean),
    ):
        IncomingFile.objects.create(document=document, position=0, name="a.pdf", blob=blob)
    mail = received_mail(theirs)
    MailFile.objects.create(mail=mail, position=9, name="a.pdf", size=9, blob=infected)
    for _again in range(2):
        scan_later(at=LATER, scanner=FakeScanner())
    assert [told(clerk) for clerk in clerks] == [["office.virus-found"], ["office.virus-found"], []]
    assert [told(who) for who in (lead, informed, leader)] == [["tasks.virus-found"]] * 3
    assert told(stranger) == []


def test_whom_a_file_reached_that_only_newer_signatures_know_is_told_as_well() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    blob = store_received([NEWCOMER], at=NOON, max_bytes=10**6, scanner=FakeScanner())
    IncomingFile.objects.create(document=incoming_document(ours), position=0, name="a.pdf", blob=blob)
    for _again in range(2):
        scan_again(at=LATER, scanner=FakeScanner(release=2))
    assert told(clerk) == ["office.virus-found"]


def test_a_result_of_a_task_opens_no_more_and_its_giver_is_told() -> None:
    ours = agency()
    account = official_in(ours, Role.SPECIALIST)
    leader, lead = viewer_in(ours, Role.LEADER, at=NOON), acting_viewer(account, at=NOON)
    kept = kept_unscanned(EICAR)
    made = task(leader, lead, state=TaskState.REPORTED, finished_at=NOON, product=kept, product_name="a.txt")
    page = reverse("tasks:task_product", args=[made.pk])
    assert client_of(account).get(page).status_code == 200
    scan_later(at=LATER, scanner=FakeScanner())
    answer = client_of(account).get(page)
    assert answer.status_code == 422
    assert "Eicar-Test-Signature" in text_of(answer)
    assert told(leader) == ["tasks.virus-found"]
