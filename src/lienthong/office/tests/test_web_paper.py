"""The page on which the clerk enters paper."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency
from lienthong.office.models import IncomingDocument
from lienthong.office.states import State
from lienthong.office.tests.pages import client_as, text_of
from lienthong.office.tests.scans import blank, photo

pytestmark = pytest.mark.django_db
URL = "/office/incoming/paper/"


def _sent(**fields: Any) -> dict[str, Any]:
    return {
        "scan": SimpleUploadedFile("a.pdf", blank(2)),
        "sender": "Công ty Điện lực",
        "sender_kind": "business",
        "code": "15/CV-ĐL",
        "promulgated_on": "2026-01-05",
        "subject": "Đề nghị cấp điện",
        "urgency": "0",
        "came_by": "hand",
        "action": "enter",
        **fields,
    }


def test_a_clerk_enters_a_scan_and_sees_the_document() -> None:
    ours = agency()
    client = client_as(Role.CLERK, ours)
    answer = client.post(URL, _sent())
    document = IncomingDocument.objects.get(agency=ours)
    assert answer.headers["Location"] == f"/office/incoming/{document.id}/"
    assert (document.state, document.sender_kind, document.came_by) == (State.ARRIVED, "business", "hand")
    page = text_of(client.get(answer.headers["Location"]))
    assert page.count("/files/1/?inline=1") == 2, "the scan opens in the browser, and unfolds on the page"


def test_photos_of_several_pages_from_both_inputs_become_one_document_registered_at_once() -> None:
    ours = agency()
    pictures = [SimpleUploadedFile(f"{n}.jpg", photo()) for n in range(3)]
    client = client_as(Role.CLERK, ours)
    answer = client.post(URL, _sent(scan=pictures[:1], camera=pictures[1:], action="register"), follow=True)
    document = IncomingDocument.objects.get(agency=ours)
    assert (document.pages, document.state, document.register_number) == (3, State.REGISTERED, 1)
    assert "registered under number 1" in text_of(answer)


def test_a_sender_of_the_directory_is_named_by_code_or_by_its_whole_name() -> None:
    ours, sender = agency(), agency("H07.11", "Sở Nội vụ Thử nghiệm")
    client = client_as(Role.CLERK, ours)
    for number, said in enumerate(("h07.11", "sở nội vụ thử nghiệm", "Sở Nội vụ")):
        client.post(URL, _sent(sender=said, sender_kind="agency", code=f"{number}/CV"))
    found = (
        IncomingDocument.objects.filter(agency=ours).order_by("id").values_list("sender_name", "sender_code")
    )
    assert list(found) == [(sender.name, sender.code), (sender.name, sender.code), ("Sở Nội vụ", "")]


def test_agencies_are_suggested_while_the_sender_is_typed() -> None:
    agency("H07.12", "Sở Tư pháp Thử nghiệm")
    page = text_of(client_as(Role.CLERK, agency()).get(f"{URL}senders/", {"sender": "tu phap thu nghiem"}))
    assert '<option value="Sở Tư pháp Thử nghiệm">' in page
    assert client_as(Role.CLERK, agency()).get(f"{URL}senders/", {"sender": "x" * 5000}).status_code == 200


def test_a_form_sent_back_keeps_the_scan_so_that_it_is_not_sent_again() -> None:
    ours = agency()
    client = client_as(Role.CLERK, ours)
    back = client.post(URL, _sent(subject=""))
    assert back.status_code == 422
    assert "2 pages are kept from before" in text_of(back)
    kept = back.context["kept"]
    again = _sent(kept=kept)
    del again["scan"]
    assert client.post(URL, again).status_code == 302
    assert IncomingDocument.objects.get(agency=ours).pages == 2


def test_a_scan_kept_by_another_clerk_is_not_taken() -> None:
    ours = agency()
    kept = client_as(Role.CLERK, ours).post(URL, _sent(subject="")).context["kept"]
    stolen = _sent(kept=kept)
    del stolen["scan"]
    answer = client_as(Role.CLERK, ours).post(URL, stolen)
    assert answer.status_code == 422
    assert "No file was chosen" in text_of(answer)


def test_what_seems_to_be_here_is_shown_with_a_link_and_entered_with_a_reason() -> None:
    ours = agency()
    client = client_as(Role.CLERK, ours)
    client.post(URL, _sent())
    first = IncomingDocument.objects.get(agency=ours)
    back = client.post(URL, _sent())
    assert back.status_code == 422
    assert f'href="/office/incoming/{first.id}/"' in text_of(back)
    again = _sent(kept=back.context["kept"], duplicate_reason="Bản thứ hai")
    assert client.post(URL, again).status_code == 302
    assert IncomingDocument.objects.filter(agency=ours).count() == 2


@pytest.mark.parametrize(
    ("content", "says"), [(b"MZ" + bytes(99), "program"), (blank(password="x"), "password")]
)
def test_a_file_that_is_no_scan_is_answered_at_its_field(content: bytes, says: str) -> None:
    answer = client_as(Role.CLERK, agency()).post(URL, _sent(scan=SimpleUploadedFile("a.pdf", content)))
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not IncomingDocument.objects.exists()


def test_a_scan_below_the_decree_is_taken_with_advice() -> None:
    small = SimpleUploadedFile("a.jpg", photo((600, 800)))
    answer = client_as(Role.CLERK, agency()).post(URL, _sent(scan=small), follow=True)
    assert "less than 200 dpi" in text_of(answer)
