"""The pages of dispatch beside the axis."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.directory.public import Agency, Division
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import VIETNAM, now
from lienthong.office.dispatch_models import InsideRecipient, PaperDispatch
from lienthong.office.models import OutgoingDocument
from lienthong.office.states import OutState
from lienthong.office.tests.factories import BODY, SUBJECT, draft
from lienthong.office.tests.pages import client_as, client_of, signer_in, text_of
from lienthong.signing.public import ensure_agency_certificates

pytestmark = pytest.mark.django_db


def _sent(**changes: object) -> dict[str, object]:
    values = {
        "type_code": "CV",
        "subject": SUBJECT,
        "place": "Hà Nội",
        "urgency": "0",
        "steering_type": "0",
        "source": "template",
        "body": BODY,
        "action": "sign",
    }
    return values | changes


def _issued(ours: Agency, **fields: object) -> OutgoingDocument:
    outgoing = draft(ours, **fields)
    OutgoingDocument.objects.filter(id=outgoing.id).update(state=OutState.ISSUED, issued_at=now())
    return outgoing


def test_a_leader_issues_for_a_division_and_paper_and_its_people_read_it() -> None:
    ours = agency()
    ensure_agency_certificates([ours.id], at=now())
    division = Division.objects.create(agency=ours, name="Phòng Kinh tế", short_name="KT")
    reader = official_in(ours, Role.SPECIALIST, division=division)
    form = _sent(inside=[f"division:{division.id}"], paper="Ông Nguyễn Văn A\n\n Bà B ")
    leader = client_of(signer_in(ours))
    page = text_of(leader.post(reverse("office:compose"), form, follow=True))
    assert "Signed and issued as 01/" in page
    assert "Not read yet" in page
    outgoing = OutgoingDocument.objects.get()
    url = reverse("office:outgoing_detail", args=[outgoing.id])
    seen = text_of(client_of(reader).get(url))
    assert outgoing.code in seen
    assert "What happened" not in seen
    assert reverse("office:versions", args=[outgoing.id]) not in seen
    assert client_of(reader).get(reverse("office:versions", args=[outgoing.id])).status_code == 404
    assert InsideRecipient.objects.get().read_by == reader.official
    assert reader.official.full_name in text_of(leader.get(url))  # type: ignore[union-attr]
    export = text_of(leader.get(reverse("office:recipients_export", args=[outgoing.id])))
    assert all(word in export for word in ("Phòng Kinh tế", "Read", "Ông Nguyễn Văn A", "Not dispatched yet"))


def test_a_wrong_recipient_is_said_at_its_field_and_what_was_typed_stays() -> None:
    ours = agency()
    page = client_as(Role.CLERK, ours).post(
        reverse("office:compose"), _sent(action="save", paper="Ông A\nông a")
    )
    assert page.status_code == 422
    assert "is named as a recipient more than once" in text_of(page)
    assert "Ông A\nông a" in text_of(page)


def test_searching_keeps_who_was_chosen() -> None:
    ours = agency()
    division = Division.objects.create(agency=ours, name="Phòng Kinh tế", short_name="KT")
    Division.objects.create(agency=ours, name="Phòng Văn hoá", short_name="VH")
    client = client_as(Role.CLERK, ours)
    form = _sent(action="search", inside=[f"division:{division.id}"], qi="van hoa", paper="Ông A")
    page = text_of(client.post(reverse("office:compose"), form))
    assert f'value="division:{division.id}" checked' in page
    assert "Phòng Văn hoá" in page
    assert "Ông A" in page
    found = text_of(client.get(reverse("office:inside"), {"qi": "van hoa"}))
    assert ("Phòng Văn hoá" in found, "Phòng Kinh tế" in found) == (True, False)


def test_a_clerk_adds_recipients_records_paper_and_corrects_it() -> None:
    ours = agency()
    outgoing = _issued(ours, paper=("Ông A",))
    client = client_as(Role.CLERK, ours)
    added = client.post(reverse("office:dispatch", args=[outgoing.id]), {"paper": "Bà B"}, follow=True)
    assert "The recipients were added." in text_of(added)
    recipient = outgoing.paper.get(name="Ông A")
    url = reverse("office:paper_record", args=[outgoing.id, recipient.id])
    record = {
        "way": "post",
        "sent_on": f"{now().astimezone(VIETNAM):%Y-%m-%d}",
        "carried_by": "Cô Thư",
        "receipt_number": "EB 1",
    }
    assert "EB 1" in text_of(client.post(url, record, follow=True))
    wrong = client.post(url, record | {"way": "hand"})
    assert (wrong.status_code, PaperDispatch.objects.count()) == (422, 1)
    page = text_of(client.post(url, record | {"way": "hand", "reason": "Ghi nhầm"}, follow=True))
    assert all(word in page for word in ("By hand", "Earlier records", "Ghi nhầm"))
    assert client.get(reverse("office:paper_record", args=[outgoing.id, 0])).status_code == 404


def test_the_page_asks_as_much_for_many_recipients_as_for_one() -> None:
    ours = agency()
    clerk = client_as(Role.CLERK, ours)

    def queries(number: int) -> int:
        divisions = [
            Division.objects.create(agency=ours, name=f"Phòng {number}-{n}", short_name="P")
            for n in range(number)
        ]
        keys = tuple(f"division:{row.id}" for row in divisions)
        outgoing = _issued(ours, paper=tuple(f"Ông {n}" for n in range(number)))
        clerk.post(reverse("office:dispatch", args=[outgoing.id]), {"inside": keys})
        assert outgoing.inside.count() == number
        url = reverse("office:outgoing_detail", args=[outgoing.id])
        clerk.get(url)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert clerk.get(url).status_code == 200
        return len(asked)

    assert queries(1) == queries(12)
