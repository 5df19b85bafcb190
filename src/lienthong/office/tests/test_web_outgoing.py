"""The pages of outgoing documents: composing, signing, sending, watching the states come back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings

from lienthong.directory.public import Agency
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import now
from lienthong.office.adapters.fake import FakeAxis, connect_to_fake
from lienthong.office.models import OutgoingDocument
from lienthong.office.tests.factories import BODY, SUBJECT, draft
from lienthong.office.tests.pages import client_as, client_of, signer_in, text_of
from lienthong.signing.public import ensure_agency_certificates

pytestmark = pytest.mark.django_db


@pytest.fixture
def axis(settings: Settings) -> Iterator[FakeAxis]:
    """The fake axis, for pages that reach it."""
    settings.ENV = django_settings.ENV.model_copy(update={"axis_adapter": "fake"})
    connect_to_fake.cache_clear()
    yield connect_to_fake()
    connect_to_fake.cache_clear()


def _composed(*recipients: Agency, **changes: Any) -> dict[str, Any]:
    values = {
        "type_code": "CV",
        "subject": SUBJECT,
        "place": "Hà Nội",
        "urgency": "0",
        "steering_type": "0",
        "source": "template",
        "body": BODY,
        "recipients": [str(place.id) for place in recipients],
        "action": "save",
    }
    return {key: value for key, value in (values | changes).items() if value is not None}


def test_a_specialist_saves_and_a_leader_signs_and_sends(axis: FakeAxis) -> None:
    ours, theirs = agency(), agency()
    ensure_agency_certificates([ours.id], at=now())
    specialist = official_in(ours, Role.SPECIALIST)
    signer = signer_in(ours)
    saved = client_of(specialist).post(reverse("office:compose"), _composed(theirs), follow=True)
    outgoing = OutgoingDocument.objects.get()
    assert reverse("office:sign_and_send", args=[outgoing.id]) not in text_of(saved)
    leader = client_of(signer)
    assert "Sign and send now" in text_of(leader.get(reverse("office:outgoing_detail", args=[outgoing.id])))
    sent = leader.post(reverse("office:sign_and_send", args=[outgoing.id]), follow=True)
    assert "and sent." in text_of(sent)
    assert theirs.name in text_of(sent)
    assert len(axis.packets) == 1


def test_a_leader_signs_at_once_and_an_axis_that_is_away_is_no_error(axis: FakeAxis) -> None:
    ours, theirs = agency(), agency()
    ensure_agency_certificates([ours.id], at=now())
    axis.failures = 1
    answer = client_of(signer_in(ours)).post(
        reverse("office:compose"), _composed(theirs, action="sign"), follow=True
    )
    assert "Issued, but not sent yet" in text_of(answer)
    outgoing = OutgoingDocument.objects.get()
    again = client_as(Role.CLERK, ours).post(reverse("office:send_again", args=[outgoing.id]), follow=True)
    assert "Sent." in text_of(again)


def test_a_specialist_cannot_sign_by_asking_for_it(axis: FakeAxis) -> None:
    ours = agency()
    client_as(Role.SPECIALIST, ours).post(reverse("office:compose"), _composed(agency(), action="sign"))
    assert OutgoingDocument.objects.get().state == "draft"


def test_without_recipients_the_draft_stays_and_the_reason_is_said(axis: FakeAxis) -> None:
    answer = client_as(Role.LEADER, agency()).post(
        reverse("office:compose"), _composed(action="sign"), follow=True
    )
    assert "no recipients" in text_of(answer)
    assert OutgoingDocument.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"subject": "x" * 10_000}, "subject", "500"),
        ({"subject": ""}, "subject", "required"),
        ({"body": ""}, "body", "text is empty"),
        ({"body": "MẬT\n\nNội dung"}, None, "MẬT"),
        ({"due_on": "2020-01-01"}, "due_on", "has passed"),
        ({"due_on": "yesterday"}, "due_on", "valid date"),
        ({"type_code": "XX"}, "type_code", "valid choice"),
        ({"urgency": "9"}, "urgency", "valid choice"),
        ({"source": "upload"}, "pdf", "No PDF was chosen"),
        ({"source": "upload", "pdf": b""}, "pdf", "0 bytes"),
        ({"source": "upload", "pdf": b"plain words"}, "pdf", "not accepted here"),
        ({"source": "upload", "pdf": b"%PDF-1.7\nbroken"}, "pdf", "damaged"),
        ({"recipients": ["999999999"]}, None, "cannot receive"),
        ({"recipients": ["x", "١", "-1", "9" * 40]}, None, None),
    ],
)
def test_bad_input_is_answered_at_its_field_and_nothing_is_saved(
    changes: dict[str, Any], field: str | None, word: str | None
) -> None:
    sent = _composed(agency(), **changes)
    if "pdf" in sent:
        sent["pdf"] = SimpleUploadedFile("a.pdf", sent["pdf"])
    answer = client_as(Role.CLERK, agency()).post(reverse("office:compose"), sent)
    if word is None:
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert word in text_of(answer)
    if field:
        assert f'id="id_{field}_error"' in text_of(answer)
    assert not OutgoingDocument.objects.exists()


def test_searching_recipients_without_javascript_loses_nothing_that_was_written() -> None:
    chosen, found = agency(name="Sở Ngoại vụ tỉnh A"), agency(name="Sở Nội vụ tỉnh B")
    sent = _composed(chosen, action="search", q="so noi vu", groups=["provinces"])
    page = text_of(client_as(Role.CLERK, agency()).post(reverse("office:compose"), sent))
    assert SUBJECT in page
    assert f'name="recipients" value="{chosen.id}" checked' in page
    assert f'name="recipients" value="{found.id}">' in page
    assert 'value="provinces"' in page
    assert not OutgoingDocument.objects.exists()


def test_the_tree_of_recipients_opens_below_an_agency() -> None:
    parent = agency()
    child = agency()
    child.parent = parent
    child.save()
    page = text_of(client_as(Role.CLERK, agency()).get(reverse("office:recipients"), {"under": parent.code}))
    assert child.name in page


def test_a_draft_is_opened_with_what_it_has_and_changed() -> None:
    ours, first, second = agency(), agency(), agency()
    outgoing = draft(ours, first, at=now())
    clerk = client_as(Role.CLERK, ours)
    page = text_of(clerk.get(reverse("office:revise", args=[outgoing.id])))
    assert SUBJECT in page
    assert f'value="{first.id}" checked' in page
    clerk.post(reverse("office:revise", args=[outgoing.id]), _composed(second, subject="Khác"))
    outgoing.refresh_from_db()
    assert outgoing.subject == "Khác"
    clerk.post(reverse("office:discard", args=[outgoing.id]))
    assert not OutgoingDocument.objects.exists()


def test_the_senders_page_shows_each_recipients_state_and_can_be_narrowed() -> None:
    ours = agency()
    recipients = [agency(name=f"Sở số {n}") for n in range(3)]
    outgoing = draft(ours, *recipients, at=now())
    OutgoingDocument.objects.filter(id=outgoing.id).update(
        state="sent", sent_at=now(), packet_id="p", edxml=store_blob([b"<x/>"], at=now(), max_bytes=10)
    )
    outgoing.recipients.filter(agency=recipients[0]).update(
        status="06", status_at=now(), description="Đã xong"
    )
    clerk = client_as(Role.CLERK, ours)
    page = text_of(clerk.get(reverse("office:outgoing_detail", args=[outgoing.id])))
    assert "1 of 3 received" in page
    assert "Đã xong" in page
    narrowed = text_of(clerk.get(reverse("office:outgoing_progress", args=[outgoing.id]) + "?status=06"))
    assert "Sở số 0" in narrowed
    assert "Sở số 1" not in narrowed
