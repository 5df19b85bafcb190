"""The counter's page: papers scanned or held already, a representative, what is prefilled, and its bounds."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from lxml import html
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from lienthong.dossiers import uploading
from lienthong.dossiers.identity_card import read_card
from lienthong.dossiers.models import Dossier, DossierParty, HeldDocument
from lienthong.dossiers.states import PartyRole
from lienthong.dossiers.tests import factories
from lienthong.dossiers.tests.processes import BIRTH
from lienthong.dossiers.tests.test_web import FORM, filled, signed_in
from lienthong.dossiers.web import sent
from lienthong.identity.public import Role
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import now
from lienthong.kernel.models import Blob
from lienthong.procedures.public import Paper, ServiceOffer
from lienthong.procedures.tests.factories import definition, published
from lienthong.procedures.tests.forms import SEXES, form, page, question

pytestmark = pytest.mark.django_db
CARD = "019090000555|081234567|Trần Thị Thẻ|01011990|Nữ|Tổ 1, Thái Nguyên|01012022"
REPRESENTATIVE = {
    "representative-name": "Lê Văn Thay",
    "representative-mandate": "authorisation",
    "representative-mandate_number": "12",
    "representative-mandate_date": "01/02/2026",
}
ASKS = form(
    page(
        "you",
        question("name", prefill="party.full-name"),
        question("sex", "choice", options=SEXES, prefill="party.sex"),
        question("phone", "telephone", prefill="party.telephone", required=False),
        question("child", required=False),
    )
)


def photo(color: str, name: str = "trang.png") -> SimpleUploadedFile:
    """A page as a camera sends it."""
    content = io.BytesIO()
    Image.new("RGB", (40, 40), color).save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue())


def page_kept(number: int) -> Blob:
    """A page in the store."""
    content = photo(f"rgb({number},9,9)").read()
    return store_blob(io.BytesIO(content), at=now(), max_bytes=10_000)


@pytest.fixture
def offer() -> ServiceOffer:
    """What the agency offers at its counter."""
    return factories.offered()


@pytest.fixture
def asks_you() -> ServiceOffer:
    """An offer whose form asks for what the State holds of the applicant."""
    return factories.offered(published(says=definition(form=ASKS, process=BIRTH, fees=())))


def form_of(offer: ServiceOffer, party: object = "") -> str:
    """The address of its form, for a party."""
    url = reverse("dossiers:receive_form", args=[offer.pk])
    return f"{url}?party={party}" if party else url


def test_papers_are_scanned_in_pages_a_mandate_too_and_the_slip_lists_each_once(offer: ServiceOffer) -> None:
    client, url = signed_in(offer, Role.RECEPTIONIST), form_of(offer)
    asked = {**FORM, **REPRESENTATIVE, "scan-birth_paper": [photo("red", "1.png"), photo("blue", "2.png")]}
    asked["representative-scan"] = photo("green", "uq.png")
    shown = client.post(url, filled(client, url, **{**asked, "form-act": "pages"}))
    assert shown.status_code == 200
    assert not Dossier.objects.exists(), "the button only keeps the pages"
    more = {"scan-birth_paper": photo("white", "3.png")}
    answer = client.post(url, filled(client, url, shown.content, **more))
    assert answer.status_code == 302
    made = Dossier.objects.get()
    rows = list(made.papers.filter(key="birth_paper").values_list("originals", "held__file_name"))
    assert rows == [(1, "1.png"), (0, "2.png"), (0, "3.png")]
    acts = made.parties.get(role=PartyRole.REPRESENTATIVE)
    assert (acts.party.name, acts.mandate) == ("Lê Văn Thay", "Giấy ủy quyền số 12 ngày 01/02/2026")
    assert acts.mandate_file_id == HeldDocument.objects.get(file_name="uq.png").blob_id
    facts = made.slips.get(kind="01").facts
    assert sorted(facts["papers"]) == [["Giấy chứng sinh", 1, 0], [acts.mandate, 0, 0]]
    assert facts["handed_in_by"] == "Lê Văn Thay"


def test_who_acts_for_another_has_a_name_and_a_mandate(offer: ServiceOffer) -> None:
    client, url = signed_in(offer, Role.RECEPTIONIST), form_of(offer)
    shown = client.post(url, filled(client, url, **{**FORM, "representative-name": "Lê Văn Thay"}))
    assert shown.status_code == 422
    assert shown.context["representative"].errors.keys() == {"mandate"}
    assert "<details open>" in shown.content.decode()
    unnamed = {**FORM, "representative-mandate": "law"}
    assert client.post(url, filled(client, url, **unnamed)).context["representative"].errors.keys() == {
        "name"
    }
    assert not DossierParty.objects.exists()


def test_a_document_held_is_used_again_without_a_copy_and_only_by_its_party(offer: ServiceOffer) -> None:
    client, url = signed_in(offer, Role.RECEPTIONIST), form_of(offer)
    client.post(url, filled(client, url, **{**FORM, "scan-birth_paper": photo("red")}))
    held, first = HeldDocument.objects.get(), Dossier.objects.get()
    again = form_of(offer, first.applicant_id)
    shown = client.get(again).content
    assert str(held.pk) in shown.decode()
    sent_again = filled(client, again, shown, **{**FORM, "held-birth_paper": str(held.pk)})
    assert client.post(again, {**sent_again, "number": "019090000002"}).status_code == 422
    expired = client.post(again, sent_again | {"number": "019090000002"}).context["papers"]
    assert expired.errors.keys() == {"held-birth_paper"}, "another applicant was written down"
    assert client.post(again, sent_again).status_code == 302
    paper = Dossier.objects.latest("pk").papers.get()
    assert (paper.held_id, paper.originals) == (held.pk, 0)
    assert HeldDocument.objects.count() == 1
    HeldDocument.objects.update(valid_until=date(2020, 1, 1))
    assert str(held.pk) not in client.get(again).content.decode(), "expired"
    assert client.post(again, sent_again).status_code == 422


@pytest.mark.parametrize(
    ("uploads", "said"),
    [
        (lambda: [SimpleUploadedFile("x.png", photo("red").read()[:80])], "x.png"),
        (lambda: [SimpleUploadedFile("a.exe", b"MZ" + b"\0" * 200)], ""),
        (lambda: [SimpleUploadedFile("b.pdf", b"%PDF-1.7\n" + b"0" * (uploading.MOST_BYTES + 1))], "20"),
        (lambda: [photo(f"rgb({n},0,0)") for n in range(sent.MOST_PAGES + 1)], "21"),
    ],
    ids=["damaged", "strange", "large", "many"],
)
def test_what_is_wrong_with_a_page_stands_at_its_paper_and_nothing_is_lost(
    offer: ServiceOffer, uploads: Callable[[], list[SimpleUploadedFile]], said: str
) -> None:
    client, url = signed_in(offer, Role.RECEPTIONIST), form_of(offer)
    wrong: dict[str, Any] = {"scan-birth_paper": uploads(), "representative-scan": photo("green", "uq.png")}
    shown = client.post(url, filled(client, url, **{**FORM, **REPRESENTATIVE, **wrong}))
    assert shown.status_code == 422
    (error,) = shown.context["papers"].errors["scan-birth_paper"]
    assert said in error
    assert not Dossier.objects.exists()
    answer = client.post(url, filled(client, url, shown.content))
    assert answer.status_code == 302, "what was typed and the other file stayed"
    assert HeldDocument.objects.filter(file_name="uq.png").exists()


def test_only_what_was_filled_in_is_marked_as_prefilled(asks_you: ServiceOffer) -> None:
    client = signed_in(asks_you, Role.RECEPTIONIST)
    client.post(reverse("dossiers:receive"), {"who": CARD})
    shown = client.get(form_of(asks_you))
    fields = {one.question.key: one for one in shown.context["drawn"].pages[0].fields}
    assert shown.content.decode().count(" autofocus") == 1
    assert shown.context["focus"] == "answer-phone", "typing begins where nothing is known"
    assert (fields["name"].value, fields["sex"].said) == ("Trần Thị Thẻ", str(fields["sex"].choices[1].label))
    assert {key for key, one in fields.items() if one.prefilled} == {"name", "sex"}
    assert "081234567" in shown.content.decode()
    changed = {"answer-name": "Trần Thị Khác", "form-act": "refresh"}
    fields = {
        one.question.key: one
        for one in client.post(form_of(asks_you), filled(client, form_of(asks_you), **changed))
        .context["drawn"]
        .pages[0]
        .fields
    }
    assert not fields["name"].prefilled
    assert fields["sex"].prefilled


def test_what_a_party_said_of_itself_last_time_is_filled_in_but_not_its_childs_name(
    asks_you: ServiceOffer,
) -> None:
    answers = {"name": "Tên cũ", "sex": "female", "phone": "0987654321", "child": "Bé"}
    made = factories.received(asks_you, at=now(), answers=answers)
    client = signed_in(asks_you, Role.RECEPTIONIST)
    shown = client.get(form_of(asks_you, made.applicant_id))
    fields = {one.question.key: one.value for one in shown.context["drawn"].pages[0].fields}
    assert (fields["name"], fields["phone"], fields["child"]) == (made.applicant_name, "0912345678", "")
    assert shown.context["drawn"].pages[0].fields[1].said, "what the party's record does not have"


def test_a_known_person_and_one_procedure_lead_to_the_form_with_one_enter(asks_you: ServiceOffer) -> None:
    made = factories.received(asks_you, at=now(), answers={"name": "A", "sex": "male"})
    client = signed_in(asks_you, Role.RECEPTIONIST)
    sent_in = {"who": made.applicant.number, "q": asks_you.version.procedure.name}
    answer = client.post(reverse("dossiers:receive"), sent_in)
    assert answer["Location"] == form_of(asks_you, made.applicant_id)
    unknown = client.post(reverse("dossiers:receive"), {"who": "khong co ai", "q": sent_in["q"]})
    assert unknown["Location"].startswith(reverse("dossiers:receive") + "?")


def test_the_card_is_read_with_sex_and_old_number() -> None:
    card = read_card(CARD)
    assert card is not None
    assert (card.sex, card.old_number) == ("female", "081234567")
    strange = read_card(CARD.replace("|Nữ|", "|?|").replace("|081234567|", "|8|"))
    assert strange is not None
    assert (strange.sex, strange.old_number) == ("", "")


def test_papers_and_held_documents_cost_no_query_each(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    papers = tuple(Paper(key=f"p{number}", name=f"Giấy {number}") for number in range(12))
    offer = factories.offered(published(says=definition(form=ASKS, process=BIRTH, fees=(), papers=papers)))
    made = factories.received(offer, at=now(), answers={"name": "A", "sex": "male"})
    client, url = signed_in(offer, Role.RECEPTIONIST), form_of(offer, made.applicant_id)
    for number in range(3):
        HeldDocument.objects.create(
            party=made.applicant, name=f"Giấy {number}", blob=page_kept(number), file_name="a", given_at=now()
        )
    shown = client.get(url).content
    with django_assert_max_num_queries(9):
        client.get(url)
    first = HeldDocument.objects.earliest("pk")
    with django_assert_max_num_queries(26):
        answer = client.post(url, filled(client, url, shown, **{"held-p0": str(first.pk)}))
    assert answer.status_code == 302


def test_for_a_person_nobody_knows_typing_begins_at_the_number(offer: ServiceOffer) -> None:
    shown = signed_in(offer, Role.RECEPTIONIST).get(form_of(offer)).content
    (first,) = html.fromstring(shown).xpath("//main//form//*[@autofocus]")
    assert first.get("name") == "number"
