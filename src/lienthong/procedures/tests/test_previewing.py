"""The preview judges as a real application would, and keeps nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from lxml import html

from lienthong.directory.public import AdministrativeUnit
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.kernel.models import Blob
from lienthong.procedures.tests.factories import definition, draft, procedure, published

pytestmark = pytest.mark.django_db


def reader(of: Any = None) -> Client:
    client = Client()
    client.force_login(official_in(of or agency(), Role.SPECIALIST))
    client.cookies["django_language"] = "en"
    return client


def sent_by(page: bytes, **changes: Any) -> dict[str, Any]:
    form = html.fromstring(page).xpath("//main//form")[0]
    values: dict[str, Any] = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value)
    return values | changes


def test_invented_answers_are_accepted_wrong_ones_are_said_and_nothing_is_kept(
    django_assert_max_num_queries: Any,
) -> None:
    address = reverse("procedures:preview", args=[published(at=now()).pk])
    client = reader()
    with django_assert_max_num_queries(20):
        page = client.get(address + "?invented=1").content
    accepted = client.post(address, sent_by(page))
    assert accepted.status_code == 200
    assert "These answers would be accepted" in accepted.content.decode()
    file = SimpleUploadedFile("scan.pdf", b"%PDF-1.7 x")
    wrong = sent_by(page, **{"answer-born_on": "1.1.2020", "answer-child_sex": "x", "answer-scan": file})
    refused = client.post(address, wrong)
    assert refused.status_code == 422
    assert 'href="#answer-child_sex"' in refused.content.decode()
    refreshed = client.post(address, wrong | {"form-act": "refresh"})
    assert refreshed.status_code == 200
    assert "answer-why" in refreshed.content.decode()  # asked only from the age of one on
    assert not Blob.objects.exists()


def test_a_file_sent_once_stays_chosen() -> None:
    address = reverse("procedures:preview", args=[published(at=now()).pk])
    client = reader()
    page = client.post(
        address, {"form-act": "refresh", "form-shown": "born_on", "answer-born_on": "1/1/2020"}
    )
    file = SimpleUploadedFile("scan.pdf", b"%PDF-1.7 x")
    sent = client.post(address, sent_by(page.content, **{"answer-scan": file}))
    field = html.fromstring(sent.content).xpath("//input[@name='kept-scan']")[0]
    assert field.get("checked") is not None
    assert "scan.pdf" in sent.content.decode()


def test_what_has_no_form_or_is_the_draft_of_another_is_not_found() -> None:
    empty = draft(procedure(), definition(form=None), at=now())
    whole = draft(procedure(), at=now())
    for client, version in ((reader(empty.procedure.authority), empty), (reader(), whole)):
        assert client.get(reverse("procedures:preview", args=[version.pk])).status_code == 404


def test_communes_are_offered_while_one_is_written() -> None:
    AdministrativeUnit.objects.create(
        edition=2025, level=3, code="00004", kind="Phường", name="Phường Ba Đình"
    )
    shown = reader().get(reverse("procedures:places") + "?answer-home=ba dinh").content.decode()
    assert '<option value="Phường Ba Đình (00004)">' in shown
    assert "<option" not in reader().get(reverse("procedures:places")).content.decode()
