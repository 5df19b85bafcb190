"""A person fills in an application page by page and sends it, with an account and without."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from lienthong.dossiers.public import Dossier, DossierState, accept_dossiers
from lienthong.dossiers.tests import factories
from lienthong.identity.tests.factories import a_citizen
from lienthong.kernel.clock import now
from lienthong.portal.models import Draft, DraftFile
from lienthong.portal.tests.applying import (
    CHILD,
    FATHER,
    PARENTS,
    WHY,
    begun,
    fill_in,
    online,
    page_of,
    picture,
    save,
)
from lienthong.procedures.public import Channel

pytestmark = pytest.mark.django_db


def test_a_stranger_registers_a_birth_and_the_desk_accepts_it() -> None:
    client, offer = Client(), online()
    start = client.get(reverse("portal:apply", args=[offer.pk])).content.decode()
    assert "Giấy chứng sinh" in start
    draft = begun(client, offer)
    assert client.get(page_of(draft, "draft"))["Location"] == page_of(draft, "form_page", "child")
    fill_in(client, draft)
    review = client.get(page_of(draft, "review")).content.decode()
    for said in ("Trần Bé", "Trần Cha", "giay.png", "Lê Thị Mẹ", "001199000123"):
        assert said in review
    sent = save(client, draft, "review")
    assert sent["Location"] == page_of(draft, "receipt")
    dossier = Dossier.objects.get()
    assert (dossier.state, dossier.channel) == (DossierState.SUBMITTED, Channel.ONLINE_WHOLE)
    assert dossier.application.answers["father_name"] == "Trần Cha"
    assert [(row.name, row.held.file_name) for row in dossier.papers.all()] == [
        ("Giấy chứng sinh", "giay.png")
    ]
    assert (dossier.applicant_name, dossier.parties.get().stated_number) == ("Lê Thị Mẹ", "001199000123")
    assert dossier.code in client.get(page_of(draft, "receipt")).content.decode()
    assert client.get(page_of(draft, "receipt_pdf")).content.startswith(b"%PDF")
    desk = factories.receptionist(offer.agency)
    (accepted,) = accept_dossiers(dossier_ids=[dossier.pk], viewer=desk, at=now())
    assert accepted.state == DossierState.ACCEPTED


def test_sent_twice_it_is_one_dossier_and_its_pages_lead_to_the_receipt() -> None:
    client = Client()
    draft = begun(client, online())
    fill_in(client, draft)
    for _press in range(2):
        assert save(client, draft, "review")["Location"] == page_of(draft, "receipt")
    assert Dossier.objects.count() == 1
    assert save(client, draft, "form_page", "child", **CHILD)["Location"] == page_of(draft, "receipt")


def test_what_is_wrong_is_said_at_its_field_and_kept_and_questions_follow_from_answers() -> None:
    client = Client()
    draft = begun(client, online())
    wrong = save(client, draft, "form_page", "child", **{**CHILD, "answer-born_on": "31/02/2026"})
    assert wrong.status_code == 422
    page = html.fromstring(wrong.content)
    assert page.xpath("//*[@id='form-faults']//a/@href") == ["#answer-born_on"]
    assert page.get_element_by_id("answer-born_on").get("value") == "31/02/2026"
    assert Draft.objects.get().answers["born_on"] == "31/02/2026"
    assert save(client, draft, "form_page", "child", **CHILD).status_code == 302
    more = save(client, draft, "form_page", "parents", **PARENTS)
    assert more.status_code == 422
    assert not html.fromstring(more.content).xpath("//*[@id='form-faults']"), "a new question is no fault"
    assert 'name="answer-father_name"' in more.content.decode()
    assert save(client, draft, "form_page", "parents", **FATHER)["Location"] == page_of(draft, "papers")
    assert save(client, draft, "papers").status_code == 422, "a paper is missing"
    assert save(client, draft, "review").status_code == 422
    assert not Dossier.objects.exists()


def test_a_change_from_the_review_leads_back_to_it() -> None:
    client = Client()
    draft = begun(client, online())
    fill_in(client, draft)
    url = page_of(draft, "form_page", "child")
    review = client.get(page_of(draft, "review")).content.decode()
    assert f"{url}?then=review" in review
    changed = {**CHILD, "answer-child_name": "Trần Lớn", "then": "review"}
    assert save(client, draft, "form_page", "child", **changed)["Location"] == page_of(draft, "review")
    late = {**CHILD, "answer-born_on": "10/02/2024", "then": "review"}
    after = save(client, draft, "form_page", "child", **late)["Location"]
    assert after == page_of(draft, "form_page", "proof") + "?then=review", "a page more is asked now"


def test_who_is_signed_in_finds_filled_in_what_is_known_and_from_where() -> None:
    client, offer = Client(), online()
    account, party = a_citizen(name="Trần Thị Dân")
    client.force_login(account)
    draft = begun(client, offer)
    assert (draft.party_id, draft.secret_hash) == (party.pk, "")
    fill_in(client, draft, {"telephone": "0987654321"})
    save(client, draft, "review")
    dossier = Dossier.objects.get()
    assert (dossier.applicant_id, dossier.applicant.telephone) == (party.pk, "0987654321")


def test_another_persons_draft_its_pages_and_its_files_are_not_found() -> None:
    owner, offer = Client(), online()
    draft = begun(owner, offer)
    save(owner, draft, "papers", **{"file-birth_paper": [picture()], "form-act": "pages"})
    file = DraftFile.objects.get()
    assert owner.get(page_of(draft, "draft_file", file.pk)).status_code == 200
    other = Client()
    other.force_login(a_citizen()[0])
    own = begun(other, offer)
    for name, more in [
        ("draft", ()),
        ("form_page", ("child",)),
        ("papers", ()),
        ("person", ()),
        ("review", ()),
    ]:
        assert other.get(page_of(draft, name, *more)).status_code == 404
        if name != "draft":
            assert save(other, draft, name, *more, **CHILD).status_code == 404
    assert other.get(page_of(draft, "draft_file", file.pk)).status_code == 404
    assert other.get(page_of(own, "draft_file", file.pk)).status_code == 404
    save(other, own, "papers", **{"kept-birth_paper": [file.blob_id], "form-act": "pages"})
    assert Draft.objects.get(pk=own.pk).papers["birth_paper"]["files"] == [], (
        "a hash opens no file of another"
    )
    save(other, own, "form_page", "child", **{**CHILD, "answer-born_on": "10/02/2024"})
    named = {**WHY, "kept-scan": [file.blob_id]}
    assert save(other, own, "form_page", "proof", **named).status_code == 422
    assert "scan" not in Draft.objects.get(pk=own.pk).answers, "nor one named by an answer"
    assert other.post(page_of(draft, "discard")).status_code == 404
    assert other.post(page_of(draft, "pay")).status_code == 404


def test_a_file_that_is_none_or_too_large_is_refused_at_once_and_the_others_stay() -> None:
    client = Client()
    draft = begun(client, online())
    sent = [
        picture(),
        SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\nbroken"),
        SimpleUploadedFile("a.exe", b"MZ" * 90),
    ]
    answer = save(client, draft, "papers", **{"file-birth_paper": sent})
    assert answer.status_code == 422
    assert "x.png" in answer.content.decode()
    assert len(Draft.objects.get().papers["birth_paper"]["files"]) == 1


def test_a_page_typed_when_the_session_ended_is_there_after_signing_in_again() -> None:
    client, offer = Client(), online()
    account, _party = a_citizen()
    client.force_login(account)
    draft = begun(client, offer)
    url = page_of(draft, "form_page", "child")
    client.logout()
    answer = client.post(url, {"seen": "0", **CHILD})
    assert answer.status_code == 302
    assert url in answer["Location"].replace("%2F", "/")
    assert Draft.objects.get().answers == {}
    client.force_login(account)
    page = client.get(url).content.decode()
    assert 'value="Trần Bé"' in page
    assert 'value="Trần Bé"' not in client.get(url).content.decode(), "taken up once"


def test_a_form_with_a_stale_token_is_drawn_again_with_what_was_typed_and_not_saved() -> None:
    plain = Client()
    draft = begun(plain, online())
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = plain.cookies
    answer = strict.post(page_of(draft, "form_page", "child"), {"seen": "0", **CHILD})
    assert answer.status_code == 200
    page = html.fromstring(answer.content)
    assert page.get_element_by_id("answer-child_name").get("value") == "Trần Bé"
    assert page.xpath("//*[@role='alert']")
    assert Draft.objects.get().answers == {}
    assert strict.post(page_of(draft, "review")).status_code != 302
    assert strict.post(page_of(draft, "discard")).status_code == 403


def test_the_later_save_of_an_older_page_is_refused_with_both_values_readable() -> None:
    client, offer = Client(), online()
    account, _party = a_citizen()
    client.force_login(account)
    draft = begun(client, offer)
    other = Client()
    other.force_login(account)
    assert save(other, draft, "form_page", "child", **CHILD).status_code == 302
    url = page_of(draft, "form_page", "child")
    late = client.post(url, {"seen": "0", **CHILD, "answer-child_name": "Trần Khác"})
    assert late.status_code == 409
    text = late.content.decode()
    assert 'value="Trần Khác"' in text
    assert "Trần Bé" in text
    assert Draft.objects.get().answers["child_name"] == "Trần Bé"
    again = {**CHILD, "answer-child_name": "Trần Khác"}
    assert save(client, draft, "form_page", "child", **again).status_code == 302
    back = client.post(url, {"seen": "0", **CHILD})
    assert back.status_code == 302, "one's own older page is no conflict"


def test_an_offer_of_the_counter_cannot_be_applied_for_online() -> None:
    offer = online()
    counter = type(offer).objects.get(version=offer.version, channel=Channel.COUNTER)
    assert Client().get(reverse("portal:apply", args=[counter.pk])).status_code == 409
    assert Client().get(reverse("portal:apply", args=[10**9])).status_code == 404


def test_pages_ask_the_database_little() -> None:
    client, offer = Client(), online()
    account, _party = a_citizen()
    client.force_login(account)
    draft, asked = begun(client, offer), dict[str, int]()
    fill_in(client, draft, {"telephone": "0987654321"})
    pages: list[tuple[str, tuple[str, ...]]] = [("form_page", ("child",)), ("papers", ()), ("person", ())]
    for name, more in [*pages, ("review", ())]:
        client.get(page_of(draft, name, *more))  # what is read once in a life of the server
        with CaptureQueriesContext(connection) as found:
            assert client.get(page_of(draft, name, *more)).status_code == 200
        asked[name] = len(found)
    with CaptureQueriesContext(connection) as found:
        assert save(client, draft, "form_page", "child", **CHILD).status_code == 302
    # Session, account, party, what was not read yet, the draft, its files; saving holds the row and counts.
    counts = {"form_page": 7, "papers": 8, "person": 8, "review": 9, "save": 11}
    assert asked | {"save": len(found)} == counts
