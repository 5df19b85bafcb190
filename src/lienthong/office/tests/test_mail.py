"""What the clerk does with a mail, and that only a clerk of the agency does it."""

from __future__ import annotations

from datetime import date

import pytest

from lienthong.directory.public import Agency
from lienthong.documents.tests.factories import FileToScan
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.blobs import read_blob, store_blob
from lienthong.ledger.public import Subject, timeline
from lienthong.office.actions.mail import (
    AsideReasonMissing,
    MailDecided,
    NoFileChosen,
    bring_mail_back,
    set_mail_aside,
    take_mail,
)
from lienthong.office.actions.paper import SeemsToBeHere
from lienthong.office.actions.registering import register_incoming
from lienthong.office.contracts import PaperFacts
from lienthong.office.mail_models import MailFile, ReceivedMail
from lienthong.office.models import IncomingDocument
from lienthong.office.policies import NotAuthentic
from lienthong.office.scanning import LockedScan
from lienthong.office.states import Source, State
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.mails import received_mail
from lienthong.office.tests.pages import client_as, text_of
from lienthong.office.tests.scans import blank, photo
from lienthong.office.tests.test_concurrency import at_once

pytestmark = pytest.mark.django_db
FACTS = PaperFacts(
    subject="Về việc đề nghị cấp điện",
    sender_name="Công ty Điện lực",
    code="15/CV-ĐL",
    promulgated_on=date(2026, 2, 28),
    came_by="mail",
)


def take(mail: ReceivedMail, clerk: Viewer, *positions: int) -> IncomingDocument:
    return take_mail(mail_id=mail.id, positions=positions or (1,), facts=FACTS, viewer=clerk, at=NOON)


def attach(mail: ReceivedMail, position: int, content: bytes, **fields: object) -> MailFile:
    blob = store_blob([content], at=NOON, max_bytes=10**8)
    return MailFile.objects.create(
        mail=mail, position=position, name=f"{position}.bin", size=blob.size, blob=blob, **fields
    )


@pytest.fixture
def ours() -> Agency:
    return agency()


@pytest.fixture
def clerk(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.CLERK)


def test_a_mail_taken_over_waits_to_be_registered_and_says_that_the_clerk_vouches(
    ours: Agency, clerk: Viewer
) -> None:
    mail = received_mail(ours)
    document = take(mail, clerk)
    mail.refresh_from_db()
    assert (mail.state, mail.document, document.state, document.source) == (
        "taken",
        document,
        State.ARRIVED,
        Source.MAIL,
    )
    assert "proves nothing" in document.verdict["sentences"]["en"]
    assert register_incoming(document_id=document.id, viewer=clerk, at=NOON).register_number == 1
    assert [event.verb for event in timeline(Subject("office.mail", str(mail.id)))] == ["mail.taken"]


def test_pdfs_stay_as_they_are_and_pictures_become_one_pdf(ours: Agency, clerk: Viewer) -> None:
    mail = received_mail(ours)
    attach(mail, 2, photo())
    attach(mail, 3, photo())
    second = blank(2)
    attach(mail, 4, second)
    document = take(mail, clerk, 1, 2, 3, 4)
    blobs = [file.blob for file in document.files.all() if file.blob]
    assert [blob.media_type for blob in blobs] == ["application/pdf"] * 3
    assert (read_blob(blobs[1]), document.pages) == (second, 1 + 2 + 2)


def test_a_signature_that_does_not_hold_makes_it_one_that_can_only_go_back(
    ours: Agency, clerk: Viewer
) -> None:
    mail = received_mail(ours)
    broken = {"valid": False, "code": "changed", "sentences": {"vi": "Đã bị sửa.", "en": "Changed."}}
    attach(mail, 2, blank(3), verdict=broken)
    document = take(mail, clerk, 1, 2)
    assert not document.authentic
    with pytest.raises(NotAuthentic):
        register_incoming(document_id=document.id, viewer=clerk, at=NOON)


def test_a_file_not_scanned_yet_says_so_and_one_with_a_virus_is_not_opened(
    ours: Agency,
    settings,  # type: ignore[no-untyped-def]
) -> None:
    settings.ENV = settings.ENV.model_copy(update={"clamd": "tcp:127.0.0.1:1"})
    client, mail = client_as(Role.CLERK, ours), received_mail(ours)
    url = f"/office/incoming/mail/{mail.id}/"
    row = FileToScan.objects.create(pk=mail.files.get().blob_id, came_at=NOON, next_attempt_at=NOON)
    assert "Not scanned" in text_of(client.get(url))
    assert client.get(f"{url}files/1/").status_code == 200
    row.virus, row.found_at = "Eicar", NOON
    row.save()
    assert "Virus found" in text_of(client.get(url))
    assert client.get(f"{url}files/1/").status_code == 422


def test_without_a_file_or_with_a_locked_one_nothing_is_taken(ours: Agency, clerk: Viewer) -> None:
    mail = received_mail(ours)
    attach(mail, 2, blank(password="x"))
    with pytest.raises(NoFileChosen):
        take(mail, clerk, 9)
    with pytest.raises(LockedScan):
        take(mail, clerk, 2)
    assert not IncomingDocument.objects.filter(agency=ours).exists()


def test_what_came_on_paper_already_is_shown(ours: Agency, clerk: Viewer) -> None:
    take(received_mail(ours), clerk)
    with pytest.raises(SeemsToBeHere):
        take(received_mail(ours), clerk)


def test_a_mail_is_set_aside_with_a_reason_and_brought_back(ours: Agency, clerk: Viewer) -> None:
    mail = received_mail(ours)
    with pytest.raises(AsideReasonMissing):
        set_mail_aside(mail_id=mail.id, reason=" ", viewer=clerk, at=NOON)
    set_mail_aside(mail_id=mail.id, reason="Quảng cáo", viewer=clerk, at=NOON)
    with pytest.raises(MailDecided):
        take(mail, clerk)
    assert bring_mail_back(mail_id=mail.id, viewer=clerk, at=NOON).waits
    take(mail, clerk)
    with pytest.raises(MailDecided):
        bring_mail_back(mail_id=mail.id, viewer=clerk, at=NOON)


@pytest.mark.parametrize("role", [Role.LEADER, Role.SPECIALIST, Role.AUDITOR, Role.ADMINISTRATOR])
def test_nobody_but_a_clerk_and_no_other_agency_decides(ours: Agency, role: Role) -> None:
    mail = received_mail(ours)
    with pytest.raises(NotAllowed):
        take(mail, viewer_in(ours, role))
    with pytest.raises(NotFound):
        take(mail, viewer_in(agency(), Role.CLERK))
    with pytest.raises(NotFound):
        set_mail_aside(mail_id=mail.id, reason="x", viewer=viewer_in(agency(), Role.CLERK), at=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_take_the_same_mail_make_one_document() -> None:
    ours = agency()
    mail, clerks = received_mail(ours), [viewer_in(ours, Role.CLERK) for _ in range(2)]
    results = at_once(*(lambda clerk=clerk: take(mail, clerk) for clerk in clerks))  # type: ignore[misc]
    assert sorted(type(found).__name__ for found in results) == ["IncomingDocument", "MailDecided"]
    assert IncomingDocument.objects.filter(agency=ours).count() == 1


def test_the_pages_lead_from_the_desk_to_a_registered_document(ours: Agency) -> None:
    client, mail = client_as(Role.CLERK, ours), received_mail(ours)
    url = f"/office/incoming/mail/{mail.id}/"
    assert f'href="{url}"' in text_of(client.get("/office/"))
    (row,) = client.get("/office/incoming/mail/").context["page"].rows
    assert (row.kept, row.refused) == (1, 0)
    assert "Not authenticated" in text_of(client.get("/office/incoming/mail/"))
    form = client.get(url).context["form"]
    assert (form["sender"].value(), form["subject"].value()) == ("Công ty Điện lực", mail.subject)
    sent = {
        "chosen": ["1"],
        "sender": "Công ty Điện lực",
        "sender_kind": "business",
        "subject": mail.subject,
        "urgency": "0",
        "action": "register",
    }
    back = client.post(url, sent)
    assert (back.status_code, list(back.context["form"].errors)) == (422, ["checked"])
    assert "registered under number 1" in text_of(client.post(url, sent | {"checked": "on"}, follow=True))


def test_the_page_shows_text_as_text_and_sets_aside_with_a_way_back(ours: Agency) -> None:
    client = client_as(Role.CLERK, ours)
    mail = received_mail(ours, text="<script>alert(1)</script>")
    url = f"/office/incoming/mail/{mail.id}/"
    assert "&lt;script&gt;alert(1)" in text_of(client.get(url))
    assert client.post(f"{url}aside/", {"reason": ""}).status_code == 422
    page = text_of(client.post(f"{url}aside/", {"reason": "Quảng cáo"}, follow=True))
    assert f'action="{url}back/"' in page
    assert "Quảng cáo" in text_of(client.get("/office/incoming/mail/?tab=aside"))
    assert "waits again" in text_of(client.post(f"{url}back/", follow=True))


def test_the_list_costs_the_same_however_many_mails(
    ours: Agency,
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    client = client_as(Role.CLERK, ours)
    received_mail(ours)
    client.get("/office/incoming/mail/")
    with django_assert_num_queries(6) as one:
        client.get("/office/incoming/mail/")
    for _ in range(10):
        received_mail(ours)
    with django_assert_num_queries(len(one)):
        client.get("/office/incoming/mail/")
