"""The pages of the one-stop, as the receptionist, the specialist and the leader use them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from lxml import html
from pytest_django import DjangoAssertNumQueries

from lienthong.dossiers.forms import PapersForm
from lienthong.dossiers.identity_card import read_card
from lienthong.dossiers.models import Dossier, DossierPaper, HeldDocument
from lienthong.dossiers.remaining import color_of, in_words
from lienthong.dossiers.tests import factories
from lienthong.dossiers.tests.factories import ANSWERS, offered, open_task
from lienthong.identity.public import Account, Party, Role
from lienthong.identity.tests.factories import official_in
from lienthong.kernel.clock import now
from lienthong.procedures.public import Paper, ServiceOffer

pytestmark = pytest.mark.django_db
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)
PERSON = {"kind": "citizen", "number": "019090000001", "name": "Trần Thị Nộp", "telephone": "0912345678"}
BORN = {"answer-child_name": "Trần Bé", "answer-child_sex": "female", "answer-born_on": "10/02/2026"}
FORM = {**PERSON, **BORN, "answer-married": "no", "originals-birth_paper": "1"}


def filled(client: Client, url: str, page: bytes = b"", **changes: Any) -> dict[str, Any]:
    """What a browser without JavaScript sends of the form, with these fields filled in."""
    form = html.fromstring(page or client.get(url).content).xpath("//main//form")[0]
    values: dict[str, Any] = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value)
    return values | changes


@pytest.fixture
def offer() -> ServiceOffer:
    """What the agency offers at its counter."""
    return offered()


def signed_in(offer: ServiceOffer, role: Role, client: Client | None = None) -> Client:
    """Someone of the agency at a browser."""
    client = client or Client()
    account: Account = official_in(offer.agency, role)
    client.force_login(account)
    return client


def received(offer: ServiceOffer) -> Dossier:
    """A dossier received now."""
    return factories.received(offer, at=now())


def test_a_receptionist_receives_a_dossier_and_sees_it(offer: ServiceOffer) -> None:
    client = signed_in(offer, Role.RECEPTIONIST)
    page = client.get(reverse("dossiers:receive"), {"q": "khai sinh"})
    assert reverse("dossiers:receive_form", args=[offer.pk]) in page.content.decode()
    url = reverse("dossiers:receive_form", args=[offer.pk])
    answer = client.post(url, filled(client, url, **FORM), follow=True)
    made = Dossier.objects.get()
    assert made.code in answer.content.decode()
    assert (made.applicant.name, made.papers.get().originals) == ("Trần Thị Nộp", 1)
    assert open_task(made, "examine").agency_id == offer.agency_id


def test_a_known_person_is_found_by_card_and_prefilled(offer: ServiceOffer) -> None:
    made = factories.received(offer, applicant=factories.applicant(number="019090000777"))
    client = signed_in(offer, Role.RECEPTIONIST)
    card = f"019090000777||{made.applicant_name}|01011990|Nữ|Thái Nguyên|01012022"
    found = client.post(reverse("dossiers:receive"), {"who": card}, follow=True)
    assert str(made.applicant_id) in found.content.decode()
    assert "019090000777" not in found.redirect_chain[0][0], "addresses are logged"
    form = client.get(
        reverse("dossiers:receive_form", args=[offer.pk]), {"party": str(made.applicant_id)}
    ).content.decode()
    assert "019090000777" in form


def test_wrong_answers_keep_what_was_typed_and_files_once_sent(offer: ServiceOffer) -> None:
    client, url = signed_in(offer, Role.RECEPTIONIST), reverse("dossiers:receive_form", args=[offer.pk])
    asked = filled(client, url, **{**FORM, "answer-born_on": "10/02/2024", "form-act": "refresh"})
    shown = client.post(url, asked).content
    sent = {"answer-why": "ngắn", "answer-scan": SimpleUploadedFile("a.png", PNG)}
    page = client.post(url, filled(client, url, shown, **sent))
    assert page.status_code == 422
    assert "Trần Bé" in page.content.decode()
    assert not Dossier.objects.exists()
    (sha256,) = client.session["counter-files"]
    answer = client.post(url, filled(client, url, page.content, **{"answer-why": "Cha mẹ đi làm xa nhà"}))
    assert answer.status_code == 302
    assert HeldDocument.objects.get().blob_id == sha256
    assert "counter-files" not in client.session, "the next applicant's form cannot name it"
    made = DossierPaper.objects.exclude(held=None).get()
    shown = reverse("dossiers:paper", args=[made.pk])
    assert client.get(answer["Location"]).content.decode().count(shown) == 2, "among papers and answers"
    assert b"".join(client.get(shown).streaming_content) == PNG


def test_a_bad_number_and_a_strange_file_are_refused_in_words(offer: ServiceOffer) -> None:
    client, url = signed_in(offer, Role.RECEPTIONIST), reverse("dossiers:receive_form", args=[offer.pk])
    page = client.post(url, filled(client, url, **{**FORM, "number": "123"}))
    assert page.status_code == 422
    assert "123" in page.content.decode()
    late = {**FORM, "answer-born_on": "10/02/2024", "form-act": "refresh"}
    shown = client.post(url, filled(client, url, **late)).content
    strange = SimpleUploadedFile("a.exe", b"MZ" + b"\0" * 200)
    page = client.post(url, filled(client, url, shown, **{"answer-scan": strange}))
    assert page.status_code == 422
    assert not Party.objects.exists()


def test_a_specialist_finishes_a_step_with_a_choice_and_the_second_reads_why_not(offer: ServiceOffer) -> None:
    made = received(offer)
    task = open_task(made, "examine")
    first, second = signed_in(offer, Role.SPECIALIST), signed_in(offer, Role.SPECIALIST)
    url = reverse("dossiers:act", args=[made.pk, "work"])
    assert "complete:fee_due" in first.get(reverse("dossiers:dossier", args=[made.pk])).content.decode()
    assert first.post(url, {"task": str(task.pk)}).status_code == 422
    assert first.post(url, {"task": str(task.pk), "way": "complete:nowhere"}).status_code == 422
    sent = {"task": str(task.pk), "way": "complete:fee_due", "note": "Đủ"}
    assert first.post(url, sent).status_code == 302
    assert second.post(url, sent).status_code == 409
    assert open_task(made, "sign").role == Role.LEADER


def test_a_supplement_is_asked_with_the_way_that_waits_for_it(offer: ServiceOffer) -> None:
    made = received(offer)
    client, url = signed_in(offer, Role.SPECIALIST), reverse("dossiers:act", args=[made.pk, "work"])
    sent = {"task": str(open_task(made, "examine").pk), "way": "complete:supplement"}
    assert client.post(url, sent).status_code == 422
    assert client.post(url, {**sent, "items": "Căn cước\nGiấy kết hôn", "reason": "Thiếu"}).status_code == 302
    made.refresh_from_db()
    assert made.supplement.items == ["Căn cước", "Giấy kết hôn"]
    desk = signed_in(offer, Role.RECEPTIONIST)
    page = desk.get(reverse("dossiers:dossier", args=[made.pk])).content.decode()
    assert "Giấy kết hôn" in page
    assert desk.post(reverse("dossiers:act", args=[made.pk, "supply"])).status_code == 302


def test_steps_without_a_choice_are_finished_together(offer: ServiceOffer) -> None:
    made = [received(offer), received(offer)]
    specialist = signed_in(offer, Role.SPECIALIST)
    for one in made:
        sent = {"task": str(open_task(one, "examine").pk), "way": "complete:fee_due"}
        specialist.post(reverse("dossiers:act", args=[one.pk, "work"]), sent)
    leader = signed_in(offer, Role.LEADER)
    tasks = [str(open_task(one, "sign").pk) for one in made]
    page = leader.get(reverse("dossiers:inbox")).content.decode()
    assert all(task in page for task in tasks)
    leader.post(reverse("dossiers:finish_many"), {"task": [*tasks, "no-key"]})
    assert sorted(Dossier.objects.values_list("state", flat=True)) == [9, 9]


def test_lists_are_searched_and_cost_the_same_whatever_their_length(
    offer: ServiceOffer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = [received(offer) for _ in range(4)]
    client = signed_in(offer, Role.SPECIALIST)
    client.get(reverse("dossiers:inbox"))
    for name in ("dossiers:inbox", "dossiers:dossiers"):
        with django_assert_max_num_queries(14):
            page = client.get(reverse(name)).content.decode()
        assert made[0].code in page
    found = client.get(reverse("dossiers:dossiers"), {"text": made[2].code}).content.decode()
    assert made[2].code in found
    assert made[1].code not in found


def test_the_page_of_a_dossier_reads_what_it_shows(
    offer: ServiceOffer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    dossier = received(offer)
    client = signed_in(offer, Role.SPECIALIST)
    address = reverse("dossiers:dossier", args=[dossier.pk])
    client.get(address)
    with django_assert_num_queries(16):
        client.get(address)


def test_time_is_said_in_days_and_hours_of_work() -> None:
    with override("vi"):
        assert in_words(2 * 480 + 180, day=480) == "còn 2 ngày 3 giờ"
        assert in_words(-480, day=480) == "quá 1 ngày"
        assert in_words(25, day=480) == "còn 25 phút"
    assert [color_of(minutes, day=480) for minutes in (-1, 0, 480)] == ["danger", "warning", "neutral"]


def test_only_a_whole_card_is_read() -> None:
    card = read_card("019090000001|090000001|Trần Thị A|05031990|Nữ|Thái Nguyên|01012022")
    assert card is not None
    assert (card.number, card.name, card.born_date) == ("019090000001", "Trần Thị A", date(1990, 3, 5))
    bad = ("", "x", "019|a|b|05031990|c|d|e", "019090000001||A|31021990|c|d|e", "|".join("a" * 500))
    assert [read_card(text) for text in bad] == [None] * len(bad)


def test_answers_are_shown_on_the_page(offer: ServiceOffer) -> None:
    made = received(offer)
    page = signed_in(offer, Role.AUDITOR).get(reverse("dossiers:dossier", args=[made.pk])).content.decode()
    assert str(ANSWERS["child_name"]) in page


def test_a_paper_of_some_cases_is_not_taken_for_given() -> None:
    papers = [
        Paper(key="always", name="Giấy chứng sinh"),
        Paper(key="some", name="Giấy kết hôn", when="married"),
    ]
    form = PapersForm(papers=papers)
    assert [(row.paper.key, row.originals.initial) for row in form.rows()] == [
        ("always", 1),
        ("some", None),
    ]
