"""Drafts beyond one browser: resumed by a code, expired, sent by two at once, paid in the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from lxml import html
from pydantic import SecretStr

from lienthong.dossiers.public import Dossier, accept_dossiers
from lienthong.dossiers.tests.factories import receptionist
from lienthong.identity.public import STRANGER, Role
from lienthong.identity.tests.factories import a_citizen, agency, official_in
from lienthong.kernel.clock import now
from lienthong.ledger.public import timeline
from lienthong.payments.public import charges_of
from lienthong.payments.tests.factories import SECRET, merchant, page_answers
from lienthong.portal.actions.counter import bring_to_counter, show_at_counter
from lienthong.portal.actions.drafting import submit_draft
from lienthong.portal.actions.expiring import announce_expiry, delete_expired
from lienthong.portal.applying.refusals import CodeUnknown, DraftSubmitted
from lienthong.portal.models import Draft, DraftFile, ServiceUse, Signer, UseEvent
from lienthong.portal.tests.applying import CHILD, begun, fill_in, online, page_of, picture, save

pytestmark = pytest.mark.django_db


def secret_on(client: Client) -> str:
    """The code that the list of what was begun shows."""
    rows: list[dict[str, Any]] = client.get(reverse("portal:drafts")).context["rows"]
    return str(rows[0]["secret"])


def test_a_draft_without_an_account_goes_on_elsewhere_by_its_code_and_codes_are_not_guessed() -> None:
    cache.clear()
    client, elsewhere = Client(), Client()
    draft = begun(client, online())
    save(client, draft, "form_page", "child", **CHILD)
    code, url = secret_on(client), reverse("portal:resume")
    assert len(code.replace("-", "")) == 16
    assert code.replace("-", "") not in str(Draft.objects.values_list("secret_hash", flat=True).get())
    assert elsewhere.get(page_of(draft, "draft")).status_code == 404
    answer = elsewhere.post(url, {"code": f"  {code.lower().replace('-', ' ')} "})
    assert answer["Location"] == page_of(draft, "draft")
    assert 'value="Trần Bé"' in elsewhere.get(page_of(draft, "form_page", "child")).content.decode()
    guesser = Client()
    assert {guesser.post(url, {"code": "A" * 16}).status_code for _try in range(9)} == {422}
    assert "10" in guesser.post(url, {"code": code}).context["refused"], "even a right one, after too many"
    cache.clear()
    forged = Client()
    forged.cookies["drafts"] = f"x:{code.replace('-', '')}:forged"
    assert forged.get(page_of(draft, "draft")).status_code == 404


def test_who_signs_in_takes_along_what_was_begun_before() -> None:
    client = Client()
    draft = begun(client, online())
    account, party = a_citizen()
    client.force_login(account)
    assert save(client, draft, "form_page", "child", **CHILD).status_code == 302
    draft.refresh_from_db()
    assert (draft.party_id, draft.secret_hash) == (party.pk, "")
    fill_in(client, draft, {"telephone": "0987654321"})
    save(client, draft, "review")
    assert Dossier.objects.get().applicant_id == party.pk


def test_the_end_of_a_draft_is_announced_once_and_then_it_goes_with_its_files() -> None:
    account, _party = a_citizen()
    mine, stranger, offer = Client(), Client(), online()
    mine.force_login(account)
    drafts = [begun(mine, offer), begun(stranger, offer)]
    save(mine, drafts[0], "papers", **{"file-birth_paper": [picture()], "form-act": "pages"})
    ends = Draft.objects.get(pk=drafts[0].pk).expires_at
    assert announce_expiry(at=ends - timedelta(days=settings.ENV.draft_warning_days, hours=1)) == 0
    assert announce_expiry(at=ends - timedelta(days=1)) == 1
    assert announce_expiry(at=ends - timedelta(hours=20)) == 0
    notices = mine.get(reverse("notifications:citizen")).content.decode()
    assert notices.count("sắp bị xoá") == 1
    Draft.objects.filter(pk=drafts[0].pk).update(expires_at=now() + timedelta(days=2))
    assert mine.get(reverse("portal:drafts")).context["rows"][0]["soon"]
    assert delete_expired(at=now() + timedelta(days=1)) == 0
    assert delete_expired(at=ends + timedelta(minutes=1)) == 2
    left = ServiceUse.objects.filter(event=UseEvent.LEFT).values_list("place", "times")
    assert [*left] == [("child/child_name", 2)]
    assert not DraftFile.objects.exists()
    assert mine.get(page_of(drafts[0], "draft")).status_code == 404
    assert mine.post(page_of(drafts[0], "form_page", "child"), CHILD).status_code == 404


def test_a_draft_that_was_sent_leaves_its_dossier_and_papers_when_it_goes() -> None:
    client = Client()
    draft = begun(client, online())
    fill_in(client, draft)
    save(client, draft, "review")
    assert delete_expired(at=now() + timedelta(days=31)) == 1
    assert Dossier.objects.get().papers.get().held.file_name == "giay.png"


def test_at_the_counter_the_code_opens_what_was_filled_in_once_and_only_there() -> None:
    cache.clear()
    client, offer = Client(), online()
    draft = begun(client, offer)
    fill_in(client, draft)
    code = client.post(page_of(draft, "show_at_counter")).context["code"]
    elsewhere, desk = Client(), Client()
    elsewhere.force_login(official_in(agency(), Role.RECEPTIONIST))
    desk.force_login(official_in(offer.agency, Role.RECEPTIONIST))
    url = reverse("portal:at_counter")
    assert elsewhere.post(url, {"code": code}).status_code == 422
    opened = desk.post(url, {"code": f" {code} "})
    assert opened.status_code == 302
    assert desk.post(url, {"code": code}).status_code == 422, "it opens once"
    page = html.fromstring(desk.get(opened["Location"]).content)
    for name, value in {
        "answer-child_name": "Trần Bé",
        "number": "001199000123",
        "name": "Lê Thị Mẹ",
    }.items():
        assert page.xpath(f"//input[@name='{name}']/@value") == [value]
    assert len(page.xpath("//input[@name='kept-scan-birth_paper']")) == 1
    (form,) = page.xpath("//main//form[.//input[@name='answer-child_name']]")
    sent = [pair for pair in form.form_values() if pair[0] != "form-act"]
    data: dict[str, list[str]] = {}
    for name, value in sent:
        data.setdefault(name, []).append(value)
    received = desk.post(opened["Location"], data)
    assert received.status_code == 302, received.content.decode()
    dossier = Dossier.objects.get()
    assert dossier.applicant.number == "001199000123"
    assert dossier.papers.get().held.file_name == "giay.png"
    assert save(client, draft, "review")["Location"] == page_of(draft, "receipt"), "not sent a second time"
    verbs = [event.verb for event in timeline(draft.ledger_subject)]
    assert sorted(verbs) == ["draft.read-at-counter", "draft.show-at-counter"]


def test_the_code_for_the_counter_ends_after_some_minutes() -> None:
    client, offer = Client(), online()
    draft = begun(client, offer)
    code = show_at_counter(draft=draft, visitor=STRANGER, at=now())
    desk, later = receptionist(offer.agency), now() + timedelta(minutes=16)
    with pytest.raises(CodeUnknown):
        bring_to_counter(code=code, viewer=desk, at=later)
    assert bring_to_counter(code=code, viewer=desk, at=now())[1] == draft


def test_the_application_waits_for_who_signs_with_the_applicant_and_a_change_asks_them_again() -> None:
    cache.clear()
    client, spouse, url = Client(), Client(), reverse("portal:co_sign")
    draft = begun(client, online())
    fill_in(client, draft)
    code = client.post(page_of(draft, "signers"), {"name": "Trần Cha"}).context["secret"]
    assert code
    assert code.replace("-", "") not in str(Signer.objects.values().get())
    refused = save(client, draft, "review")
    assert refused.status_code == 422
    assert "Trần Cha" in refused.context["refused"]
    assert spouse.post(url, {"code": "B" * 16}).status_code == 422
    page = spouse.post(url, {"code": code})
    assert "Trần Bé" in page.content.decode()
    assert page_of(draft, "papers") not in page.content.decode()
    said = {"code": code, "confirm": "yes", "name": "Trần Cha", "number": "001188000321"}
    assert spouse.post(url, said | {"seen": "1"}).status_code == 422, "an older version than there is"
    version = Draft.objects.get().lock_version
    assert spouse.post(url, said | {"seen": version, "number": "12"}).status_code == 422
    assert spouse.post(url, said | {"seen": version}).status_code == 200
    assert Signer.objects.get().signed_at is not None
    changed = {**CHILD, "answer-child_name": "Trần Đổi"}
    save(client, draft, "form_page", "child", **changed)
    assert Signer.objects.get().signed_at is None, "they have not read this"
    assert save(client, draft, "review").status_code == 422
    spouse.post(url, said | {"seen": Draft.objects.get().lock_version})
    assert save(client, draft, "review").status_code == 302
    row = Dossier.objects.get().parties.get(role="co-signer")
    assert (row.party.name, row.stated_number) == ("Trần Cha", "001188000321")
    assert spouse.post(url, {"code": code}).status_code == 422, "the code ends with the draft"


def test_a_payment_that_fails_twice_succeeds_in_the_end_and_nothing_is_filled_in_again(
    settings: Any,
) -> None:
    page = {"payment_page_url": "https://pay.example", "payment_page_secret": SecretStr(SECRET)}
    settings.ENV = settings.ENV.model_copy(update=page)
    client, offer = Client(), online()
    merchant(offer.agency)
    draft = begun(client, offer)
    fill_in(client, draft, late=True)
    save(client, draft, "review")
    dossier = Dossier.objects.get()
    assert client.post(page_of(draft, "pay"), {"way": "page"})["Location"] == page_of(draft, "receipt")
    accept_dossiers(dossier_ids=[dossier.pk], viewer=receptionist(offer.agency), at=now())
    for button in ("fail", "fail", "pay"):
        assert "8.000" in client.get(page_of(draft, "receipt")).content.decode()
        started = client.post(page_of(draft, "pay"), {"way": "page"})
        attempt = client.get(started["Location"]).context["attempt"]
        assert page_answers(Client(), attempt, button) == [200]
    assert [one.state for one in charges_of([dossier.pk])[dossier.pk]] == ["paid"]
    assert client.post(page_of(draft, "pay"), {"way": "page"})["Location"] == page_of(draft, "receipt")
    assert {row.name for row in dossier.papers.all()} == {"Giấy chứng sinh", "Scan"}


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_one_dossier_comes() -> None:
    client = Client()
    draft = begun(client, online())
    fill_in(client, draft)
    start = Barrier(2)

    def press(_number: int) -> str:
        try:
            start.wait(10)
            return submit_draft(draft_id=draft.pk, visitor=STRANGER, at=now()).dossier.code  # type: ignore[union-attr]
        except DraftSubmitted as refusal:
            return str(refusal.facts["code"])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(press, range(2)))
    assert [row.code for row in Dossier.objects.all()] == [codes[0]] == [codes[1]]
