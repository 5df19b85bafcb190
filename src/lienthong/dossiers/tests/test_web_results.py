"""The pages of results, as the specialist, the leader and the receptionist use them."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from lxml import html

from lienthong.dossiers.actions.results import change_result
from lienthong.dossiers.models import Dossier, DossierResult, HandOut
from lienthong.dossiers.tests.factories import ANSWERS, official
from lienthong.dossiers.tests.results import (
    drafted,
    examined,
    pdf_made_elsewhere,
    seen,
    signing_offer,
    text,
)
from lienthong.dossiers.tests.test_web import filled, signed_in
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in, official_of
from lienthong.kernel.clock import now
from lienthong.procedures.public import ServiceOffer
from lienthong.signing.public import Pin, ensure_official_certificates, set_pin

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer() -> ServiceOffer:
    """A commune whose process demands a signed result."""
    return signing_offer(at=now())


def leader_at(offer: ServiceOffer, client: Client | None = None) -> tuple[Client, int]:
    """A leader with a key at a browser."""
    account = official_in(offer.agency, Role.LEADER)
    ensure_official_certificates([official_of(account).pk], at=now())
    client = client or Client()
    client.force_login(account)
    return client, official_of(account).pk


def test_a_result_is_drafted_signed_and_handed_out_on_pages(offer: ServiceOffer) -> None:
    dossier = examined(offer, at=now())
    page = reverse("dossiers:dossier", args=[dossier.pk])
    specialist = signed_in(offer, Role.SPECIALIST)
    url = reverse("dossiers:draft_result", args=[dossier.pk])
    assert url in specialist.get(page).content.decode()
    form = specialist.get(url, {"key": "permit"}).content
    assert ANSWERS["child_name"] in form.decode(), "the facts are there"
    again = specialist.post(url, filled(specialist, url, form, key="permit", subject="", place=""))
    assert again.status_code == 422
    assert ANSWERS["child_name"] in again.content.decode(), "what was written stays"
    answer = specialist.post(url, filled(specialist, url, form, key="permit"), follow=True)
    result = DossierResult.objects.get()
    assert "data:image/png;base64," in answer.content.decode()
    sign = reverse("dossiers:sign_result", args=[result.pk])
    assert sign not in answer.content.decode()

    leader, _official = leader_at(offer)
    look = leader.get(reverse("dossiers:result", args=[result.pk])).content
    signed = leader.post(
        sign, {"seen": html.fromstring(look).xpath("//input[@name='seen']/@value")[0]}, follow=True
    )
    result.refresh_from_db()
    assert result.signed
    assert html.fromstring(signed.content).xpath(
        "//section[@data-color='success'][@aria-labelledby='verdict']"
    )
    pdf = leader.get(reverse("dossiers:result_pdf", args=[result.pk]), {"save": "1"})
    assert pdf["Content-Disposition"].startswith("attachment")
    assert b"".join(pdf.streaming_content)[:5] == b"%PDF-"

    desk = signed_in(offer, Role.RECEPTIONIST)
    shown = desk.get(page).content
    assert reverse("dossiers:act", args=[dossier.pk, "work"]) not in shown.decode(), (
        "it has a form of its own"
    )
    act = reverse("dossiers:act", args=[dossier.pk, "hand-out"])
    given = {"to": "another", "way": "counter", "received_by": "Bà Năm", "authority": ""}
    refused = desk.post(act, given)
    assert refused.status_code == 422
    assert "Bà Năm" in refused.content.decode()
    done = desk.post(act, {**given, "authority": "Giấy ủy quyền số 5"}, follow=True)
    assert "Giấy ủy quyền số 5" in done.content.decode()
    assert HandOut.objects.get().received_by == "Bà Năm"
    assert desk.post(act, {"to": str(dossier.applicant_id), "way": "counter"}).status_code == 409


def test_a_pdf_is_uploaded_read_changed_and_discarded_but_never_behind_the_leaders_back(
    offer: ServiceOffer,
) -> None:
    dossier = examined(offer, at=now())
    specialist = signed_in(offer, Role.SPECIALIST)
    url = reverse("dossiers:draft_result", args=[dossier.pk])
    sent = {"key": "certificate", "type_code": "TB", "subject": "Giấy khai sinh"}
    shown = specialist.get(url).context["form"]
    assert shown["paragraphs"].field.required
    assert shown["place"].field.required
    empty = specialist.post(url, sent).context["form"].errors
    assert {"paragraphs", "place"} <= set(empty)
    strange = SimpleUploadedFile("a.pdf", b"MZ not a pdf")
    assert specialist.post(url, {**sent, "pdf": strange}).status_code == 422
    assert specialist.post(url, sent).status_code == 422
    upload = SimpleUploadedFile("a.pdf", pdf_made_elsewhere())
    specialist.post(url, {**sent, "pdf": upload})
    result = DossierResult.objects.get()
    pdf = specialist.get(reverse("dossiers:result_pdf", args=[result.pk]))
    assert pdf["Content-Type"] == "application/pdf"
    was = str(result.document_id)
    change = reverse("dossiers:change_result", args=[result.pk])
    kept = filled(specialist, change, subject="Giấy khai sinh bản chính")
    assert specialist.post(change, kept).status_code == 302
    stale = specialist.post(change, kept)
    assert stale.status_code == 422, "the draft it began from is no longer there"
    leader, _official = leader_at(offer)
    for verb in ("sign", "drop"):
        answer = leader.post(reverse(f"dossiers:{verb}_result", args=[result.pk]), {"seen": was})
        assert answer.status_code == 422
        assert leader.post(reverse(f"dossiers:{verb}_result", args=[result.pk])).status_code == 422
    result.refresh_from_db()
    drop = reverse("dossiers:drop_result", args=[result.pk])
    assert specialist.post(drop, {"seen": str(result.document_id)}).status_code == 302
    assert not DossierResult.objects.exists()


def test_a_leader_signs_those_ticked_and_reads_why_one_was_left(offer: ServiceOffer) -> None:
    results = [drafted(examined(offer, at=now()), at=now()) for _ in range(3)]
    leader, _official = leader_at(offer)
    url = reverse("dossiers:to_sign")
    assert url in leader.get(reverse("dossiers:inbox")).content.decode()
    page = leader.get(url).content.decode()
    ticked = [f"{one.pk}:{one.document_id}" for one in results]
    assert all(value in page for value in ticked)
    changed = official(offer.agency, Role.SPECIALIST)
    change_result(seen=seen(results[0]), text=text(subject="Sửa đổi"), viewer=changed, at=now())
    answer = leader.post(url, {"result": [*ticked, "nonsense"]}, follow=True)
    assert changed.name in answer.content.decode()
    assert DossierResult.objects.filter(held__isnull=False).count() == 2
    assert sorted(Dossier.objects.values_list("state", flat=True)) == [4, 9, 9]
    assert leader.post(url, {}).status_code == 422
    neighbour = Client()
    neighbour.force_login(official_in(agency(), Role.LEADER))
    assert neighbour.post(url, {"result": ticked}).status_code == 404
    for name in ("result", "result_pdf", "change_result"):
        assert neighbour.get(reverse(f"dossiers:{name}", args=[results[0].pk])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_protected_key_asks_for_its_pin_and_a_wrong_one_signs_nothing(offer: ServiceOffer) -> None:
    results = [drafted(examined(offer, at=now()), at=now()) for _ in range(2)]
    leader, key = leader_at(offer)
    set_pin(official_id=key, pin=Pin("240519"), actor=official(offer.agency).actor(), at=now())
    ticked = {"result": [f"{one.pk}:{one.document_id}" for one in results]}
    url, first = reverse("dossiers:to_sign"), results[0]
    assert 'name="pin"' in leader.get(url).content.decode()
    assert 'name="pin"' in leader.get(reverse("dossiers:result", args=[first.pk])).content.decode()
    for pin in ({}, {"pin": "000001"}):
        assert leader.post(url, {**ticked, **pin}).status_code == 422
        alone = {"seen": str(first.document_id), **pin}
        assert leader.post(reverse("dossiers:sign_result", args=[first.pk]), alone).status_code == 422
    assert not DossierResult.objects.filter(held__isnull=False).exists()
    assert leader.post(url, {**ticked, "pin": "240519"}).status_code == 302
    assert not DossierResult.objects.filter(held=None).exists()
