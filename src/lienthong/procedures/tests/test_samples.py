"""Samples of required papers: taken in, kept with the draft, frozen, copied, compared, opened."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from lienthong.documents.tests.factories import EICAR, ClamdDouble, FileToScan
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.kernel.models import Blob
from lienthong.procedures.actions.samples import MOST_BYTES, MOST_SAMPLES
from lienthong.procedures.actions.versions import publish_version, start_draft
from lienthong.procedures.definition import Paper
from lienthong.procedures.models import PaperSample, ProcedureVersion
from lienthong.procedures.sheet import sheet_pdf
from lienthong.procedures.states import SampleKind
from lienthong.procedures.stored import definition_of, samples_of
from lienthong.procedures.tests.factories import (
    NOON,
    definition,
    draft,
    officer,
    procedure,
    published,
    sampled,
)
from lienthong.procedures.tests.forms import birth

pytestmark = pytest.mark.django_db
PDF_FILE = b"%PDF-1.7 to khai"


def signed_in(of: Any, role: Role) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(official_in(of, role))
    client.cookies["django_language"] = "en"
    return client


def file(content: bytes = PDF_FILE, name: str = "mau.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def papers_sent(*keys: str, was: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """The papers part as a browser sends it."""
    sent: dict[str, Any] = {"papers-TOTAL_FORMS": len(keys), "papers-INITIAL_FORMS": len(keys)}
    for place, key in enumerate(keys):
        row = {"key": key, "was": (was or {}).get(key, key), "name": f"Giấy {key}", "originals": "1"}
        sent |= {f"papers-{place}-{name}": value for name, value in row.items()}
    return sent | more


def test_samples_are_added_looked_at_and_taken_out_in_the_papers_part() -> None:
    made = draft(procedure(), at=now())
    client = signed_in(made.procedure.authority, Role.CATALOGUER)
    url = reverse("procedures:edit", args=[made.pk, "papers"])
    sent = papers_sent("birth_paper") | {
        "sample-birth_paper-blank": [file(), file(PDF_FILE, "C:\\fakepath\\lần hai.PDF")],
        "sample-birth_paper-filled": file(b"\x89PNG\r\n\x1a\n" + b"x" * 99, "ví dụ.exe"),
    }
    assert client.post(url, sent).status_code == 302
    rows = list(made.samples.values_list("paper", "kind", "name"))
    # The same content twice is one sample; a name says what the file really is.
    assert rows == [("birth_paper", "blank", "mau.pdf"), ("birth_paper", "filled", "ví dụ.png")]
    blank = made.samples.get(kind="blank")
    shown = client.get(reverse("procedures:sample", args=[blank.pk]))
    assert (b"".join(shown), shown["Content-Type"]) == (PDF_FILE, "application/pdf")  # type: ignore[arg-type]
    page = client.get(url).content.decode()
    assert f'name="sample-kept" value="{blank.pk}" checked' in page
    kept = {"sample-shown": [str(one.pk) for one in made.samples.all()], "sample-kept": [str(blank.pk)]}
    assert client.post(url, papers_sent("birth_paper") | kept).status_code == 302
    assert list(made.samples.values_list("kind", flat=True)) == ["blank"]


def test_what_is_no_sample_is_refused_at_its_field_and_nothing_is_saved(settings: Any) -> None:
    made = draft(procedure(), at=now())
    client = signed_in(made.procedure.authority, Role.CATALOGUER)
    url = reverse("procedures:edit", args=[made.pk, "papers"])
    macro = io.BytesIO()
    with zipfile.ZipFile(macro, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
        archive.writestr("word/vbaProject.bin", "x")
    clamd = ClamdDouble()
    settings.ENV = settings.ENV.model_copy(update={"clamd": clamd.address})
    for content, expected in (
        (b"", "is empty"),
        (b"%PDF-" + b"x" * MOST_BYTES, "larger than the 10 MB"),
        (b"PK\x03\x04" + b"x" * 100, "not accepted here"),
        (b"<html><script>", "not accepted here"),
        (b"MZ" + b"x" * 100, "is a program"),
        (macro.getvalue(), "contains macros"),
        (b"%PDF-1.7 " + EICAR, "A virus was found"),
    ):
        answer = client.post(url, papers_sent("other") | {"sample-birth_paper-blank": file(content)})
        page = answer.content.decode()
        assert answer.status_code == 422, expected
        assert 'id="sample-birth_paper-blank_error"' in page, expected
        assert expected in page
    clamd.close()
    assert not PaperSample.objects.exists()
    assert definition_of(ProcedureVersion.objects.get(pk=made.pk)) == definition()


def test_too_many_samples_and_samples_of_papers_that_go_are_refused() -> None:
    made = draft(procedure(), at=now())
    client = signed_in(made.procedure.authority, Role.CATALOGUER)
    url = reverse("procedures:edit", args=[made.pk, "papers"])
    many = [file(PDF_FILE + bytes([number])) for number in range(MOST_SAMPLES + 1)]
    answer = client.post(url, papers_sent("birth_paper") | {"sample-birth_paper-blank": many})
    assert answer.status_code == 422
    assert "more than 6 samples" in answer.content.decode()
    answer = client.post(url, papers_sent("new", was={"new": ""}) | {"sample-birth_paper-blank": file()})
    assert answer.status_code == 422
    assert "asks for no paper with the key “birth_paper”" in answer.content.decode()
    assert not PaperSample.objects.exists()


def test_a_paper_that_gets_another_key_keeps_its_samples_and_one_that_goes_does_not() -> None:
    made = draft(
        procedure(), definition(papers=(Paper(key="a", name="A"), Paper(key="b", name="B"))), at=now()
    )
    client = signed_in(made.procedure.authority, Role.CATALOGUER)
    url = reverse("procedures:edit", args=[made.pk, "papers"])
    for key, content in (("a", PDF_FILE + b"aa"), ("b", PDF_FILE + b"b")):
        sampled(made, key, content=content, at=now())
    crossed = papers_sent("b", "a", was={"b": "a", "a": "b"})
    crossed |= {"sample-a-filled": file(b"%PDF-1.7 of the first, now called b")}
    assert client.post(url, crossed).status_code == 302
    found = {(one.paper, one.blob.size) for one in made.samples.select_related("blob")}
    assert found == {("b", 18), ("a", 17), ("b", 35)}
    assert client.post(url, papers_sent("a")).status_code == 302
    assert [one.paper for one in made.samples.all()] == ["a"]


def test_samples_are_frozen_with_the_version_copied_to_the_next_draft_and_compared() -> None:
    first = published(samples=1, at=NOON)
    one = first.samples.get()
    for change in (
        lambda: first.samples.update(name="x.pdf"),
        lambda: first.samples.all().delete(),
        lambda: PaperSample.objects.create(
            version=first, paper="birth_paper", kind="filled", name="x", blob_id=one.blob_id
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    later = NOON + timedelta(days=1)
    viewer = officer(first.procedure.authority, at=later)
    second = start_draft(procedure_id=first.procedure_id, viewer=viewer, at=later)
    copied = samples_of(second)["birth_paper"]
    assert [(copy.name, copy.sha256) for copy in copied] == [(one.name, one.blob_id)]
    client = signed_in(first.procedure.authority, Role.CATALOGUER)
    differences = reverse("procedures:differences", args=[second.pk])
    assert "Both say the same" in client.get(differences).content.decode()
    sampled(second, content=b"%PDF-1.7 another", at=later)
    page = client.get(differences).content.decode()
    assert "Papers › birth_paper › Samples" in page
    publish_version(version_id=second.pk, viewer=officer(first.procedure.authority, Role.LEADER), at=later)
    assert PaperSample.objects.filter(version=first).count() == 1
    assert (
        str(second.samples.earliest("pk").pk)
        in client.get(reverse("procedures:version_detail", args=[second.pk])).content.decode()
    )


def test_the_database_refuses_a_sample_of_a_paper_that_is_not_asked_for() -> None:
    made = draft(procedure())
    blob = Blob.objects.create(sha256="a" * 64, size=1, media_type="application/pdf", created_at=NOON)
    stray = PaperSample.objects.create(version=made, paper="none", kind="blank", name="x.pdf", blob=blob)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    stray.delete()


def test_a_sample_opens_for_every_official_unless_it_is_a_draft_of_others_or_holds_a_virus(
    settings: Any,
) -> None:
    of_draft = sampled(draft(procedure(), at=now()), at=now())
    in_force = published(samples=1, at=now()).samples.get()
    client = signed_in(agency(), Role.RECEPTIONIST)
    urls = [reverse("procedures:sample", args=[one.pk]) for one in (of_draft, in_force)]
    assert [client.get(url).status_code for url in urls] == [404, 200]
    settings.ENV = settings.ENV.model_copy(update={"clamd": "tcp:127.0.0.1:1"})
    FileToScan.objects.create(
        pk=in_force.blob_id, came_at=NOON, next_attempt_at=NOON, virus="Eicar", found_at=NOON
    )
    assert client.get(urls[1]).status_code == 422


@pytest.mark.parametrize("kind", SampleKind.values)
def test_a_form_becomes_a_sheet_of_paper_in_vietnamese_whoever_asks(kind: str) -> None:
    with override("en"):
        pdf = sheet_pdf(
            birth(), kind, title="Tờ khai", procedure="Đăng ký khai sinh", author="Bộ Tư pháp", at=NOON
        )
    assert pdf.startswith(b"%PDF-")
    assert b"/Lang" in pdf
