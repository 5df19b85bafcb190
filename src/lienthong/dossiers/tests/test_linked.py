"""Several procedures in one application: received together or not at all, on one slip, counted once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from lienthong.directory.public import Agency
from lienthong.dossiers.actions.receiving import MOST_LINKED, receive_at_counter
from lienthong.dossiers.contracts import GivenFile
from lienthong.dossiers.facts.counting import dossier_figures
from lienthong.dossiers.facts.measures import Group, Wanted
from lienthong.dossiers.models import Dossier, HeldDocument, Slip
from lienthong.dossiers.queries import linked_of
from lienthong.dossiers.refusals import AnswersWrong, NotOffered, TooManyLinked
from lienthong.dossiers.slip_pdf import slip_pdf
from lienthong.dossiers.states import PartyRole
from lienthong.dossiers.tests import factories
from lienthong.dossiers.tests.factories import NOON, intake, offered, receptionist
from lienthong.dossiers.tests.processes import BIRTH
from lienthong.dossiers.tests.test_counter import REPRESENTATIVE, photo
from lienthong.dossiers.tests.test_slips import text_of
from lienthong.dossiers.tests.test_web import FORM, filled, signed_in
from lienthong.identity.public import NotAllowed, Role
from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import store_blob
from lienthong.procedures.public import ServiceOffer
from lienthong.procedures.tests.factories import definition, published
from lienthong.procedures.tests.forms import SEXES, form, page, question

pytestmark = pytest.mark.django_db
SCAN = "scan-birth_paper"
RESIDENCE = form(
    page(
        "you",
        question("child_name"),
        question("asker", prefill="party.full-name"),
        question("child_sex", "choice", options=SEXES, required=False),
        question("why", required=False),
    )
)


def residence(of: Agency) -> ServiceOffer:
    """A procedure that asks for the child's name as the registration of birth does."""
    return offered(published(says=definition(form=RESIDENCE, process=BIRTH, fees=())), of)


@pytest.fixture
def birth() -> ServiceOffer:
    """What the agency offers at its counter."""
    return offered()


def test_one_application_is_a_root_with_its_parts_on_one_slip_counted_once(birth: ServiceOffer) -> None:
    desk, second = receptionist(birth.agency), residence(birth.agency)
    scan = GivenFile(store_blob([b"a scan"], at=NOON, max_bytes=100).sha256, "Giấy ủy quyền", "uq.png")
    whose = factories.applicant(number="")  # nobody is recognised by a number
    first = intake(birth, answers=factories.LATE, applicant=whose, files=(scan,))
    said = {"child_name": "Trần Bé", "asker": "A"}
    parts = [intake(second, answers=said, files=(scan,), applicant=factories.applicant(name="Khác"))] * 2
    root = receive_at_counter(intake=first, linked=parts, viewer=desk, at=NOON)
    rows = list(Dossier.objects.order_by("pk"))
    assert [one.root_id for one in rows] == [root.pk] * 3
    assert {one.applicant_id for one in rows} == {root.applicant_id}, "of one applicant"
    numbers = [int(one.code.rsplit("-", 1)[1]) for one in rows]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    assert HeldDocument.objects.count() == 1, "a scan of all is kept once"
    assert [one.tasks.get(state="open").step for one in rows] == ["examine"] * 3
    slip = Slip.objects.get()
    drawn = text_of(slip_pdf(slip), "01-linked")
    assert slip.dossier_id == root.pk
    for one in rows:
        assert one.code in drawn
        assert one.version.procedure.name in drawn
    assert "8.000 đồng" in drawn
    wanted = Wanted(NOON.date(), NOON.date(), Group.AGENCY)
    leader = factories.official(birth.agency, Role.LEADER)
    total = dossier_figures(leader, wanted, at=NOON).total
    assert (total.counter, total.within) == (1, 1), "counted once"
    assert {one.pk for one in linked_of(desk, rows[1])} == {rows[0].pk, rows[2].pk}
    assert linked_of(receptionist(agency()), root) == [], "the neighbour sees none"


def test_all_are_received_or_none(birth: ServiceOffer) -> None:
    desk, second = receptionist(birth.agency), residence(birth.agency)
    good = intake(second, answers={"child_name": "Trần Bé", "asker": "A"})
    bad = {
        AnswersWrong: [good, intake(second, answers={"child_name": ""})],
        NotOffered: [good, intake(second, channel="post")],
        NotAllowed: [good, intake(offered())],
        TooManyLinked: [good] * (MOST_LINKED + 1),
    }
    for refusal, parts in bad.items():
        with pytest.raises(refusal):
            receive_at_counter(intake=intake(birth), linked=parts, viewer=desk, at=NOON)
    assert not Dossier.objects.exists()
    assert receive_at_counter(intake=intake(birth), viewer=desk, at=NOON).code.endswith("0001")


def test_more_parts_cost_no_more_queries(birth: ServiceOffer) -> None:
    desk, second = receptionist(birth.agency), residence(birth.agency)
    good = intake(second, answers={"child_name": "Trần Bé", "asker": "A"})
    counts = []
    for number in (1, 1, MOST_LINKED):  # the first warms what is read once
        with CaptureQueriesContext(connection) as asked:
            receive_at_counter(intake=intake(birth), linked=[good] * number, viewer=desk, at=NOON)
        counts.append(len(asked))
    assert counts[1] == counts[2]


def test_the_counter_goes_from_form_to_form_and_takes_over_what_was_said(birth: ServiceOffer) -> None:
    second, client = residence(birth.agency), signed_in(birth, Role.RECEPTIONIST)
    url = reverse("dossiers:receive_form", args=[birth.pk])
    text = second.version.procedure.code
    found = client.post(url, filled(client, url, **FORM, **{"linked-q": text, SCAN: photo("red")}))
    assert [one.pk for one, _chosen in found.context["to_link"]] == [second.pk], "Enter there searches"
    next_page = client.post(url, filled(client, url, found.content, linked=[str(second.pk)]))
    assert next_page.status_code == 200
    assert not Dossier.objects.exists()
    fields = {one.question.key: one for one in next_page.context["drawn"].pages[0].fields}
    assert (fields["child_name"].value, fields["asker"].value) == ("Trần Bé", "Trần Thị Nộp")
    assert fields["child_sex"].said, "the same options were offered"
    assert not html.fromstring(next_page.content).xpath("//main//*[@name='number']"), "asked once"
    assert next_page.context["papers"].rows()[0].originals.value() is None, "one original serves both"
    wrong = client.post(url, filled(client, url, next_page.content, **{"answer-child_name": ""}))
    assert (wrong.status_code, wrong.context["linked_place"]) == (422, 1)
    typed = {"answer-why": "Ở cùng", "answer-child_name": "Trần Bé"}
    back = client.post(url, filled(client, url, wrong.content, **typed, **{"form-act": "back"}))
    assert (back.status_code, back.context["linked_place"]) == (200, 0)
    # What was typed in the second is still there, so the corrected first receives both.
    number = {"number": "123"}
    refused = client.post(url, filled(client, url, back.content, **number))
    assert (refused.status_code, refused.context["linked_place"]) == (422, 0)
    assert refused.context["party"].errors.keys() == {"number"}
    done = client.post(url, filled(client, url, refused.content, number="019090000001"))
    assert done.status_code == 302
    root, part = Dossier.objects.order_by("pk")
    assert (part.root, part.application.answers["why"]) == (root, "Ở cùng")
    papers = [one.papers.get() for one in (root, part)]
    assert [one.originals for one in papers] == [1, 0]
    assert papers[0].held_id == papers[1].held_id == HeldDocument.objects.get().pk
    assert part.code in client.get(done["Location"]).content.decode()
    shown = client.get(reverse("dossiers:dossier", args=[part.pk])).content.decode()
    assert root.code in shown
    listed = html.fromstring(client.get(reverse("dossiers:dossiers")).content)
    (row,) = listed.xpath(f"//tr[contains(., '{part.code}')]")
    assert "liên thông" in row.text_content().lower() or "linked" in row.text_content().lower()


def test_what_another_agency_offers_and_what_is_too_much_is_not_linked(birth: ServiceOffer) -> None:
    client, url = signed_in(birth, Role.RECEPTIONIST), reverse("dossiers:receive_form", args=[birth.pk])
    sent = filled(client, url, **FORM)
    for other in (str(offered().pk), "x", "9" * 30):
        assert client.post(url, {**sent, "linked": [other]}).status_code == 404
    many = [str(residence(birth.agency).pk) for _one in range(MOST_LINKED + 1)]
    refused = client.post(url, {**sent, "linked": many})
    assert refused.status_code == 422
    assert refused.context["link_fault"]
    # Parts that the page did not carry, a place that is none: nothing is received, nothing breaks.
    second = many[0]
    forged = {"application-place": second, f"application-part-{birth.pk}": f"linked={second}"}
    assert client.post(url, forged).status_code in {200, 422}
    assert client.post(url, {**sent, "application-place": "x"}).status_code in {200, 422}
    assert not Dossier.objects.exists()


def test_files_and_the_mandate_of_the_first_form_are_not_lost_on_the_way(birth: ServiceOffer) -> None:
    second, client = residence(birth.agency), signed_in(birth, Role.RECEPTIONIST)
    url = reverse("dossiers:receive_form", args=[birth.pk])
    late = {**FORM, **REPRESENTATIVE, "answer-born_on": "10/02/2024", "form-act": "refresh"}
    asked = filled(client, url, client.post(url, filled(client, url, **late)).content)
    asked |= {"answer-why": "Cha mẹ đi làm xa nhà", "linked": [str(second.pk)]}
    asked |= {"answer-scan": photo("red", "1.png"), "representative-scan": photo("green", "uq.png")}
    shown = client.post(url, asked)
    assert shown.context["linked_place"] == 1
    assert client.post(url, filled(client, url, shown.content)).status_code == 302
    root, part = Dossier.objects.order_by("pk")
    assert len(root.application.answers["scan"]) == 1
    assert set(HeldDocument.objects.values_list("file_name", flat=True)) == {"1.png", "uq.png"}
    acts = [one.parties.get(role=PartyRole.REPRESENTATIVE) for one in (root, part)]
    assert acts[0].mandate_file_id == acts[1].mandate_file_id is not None
    assert acts[0].party_id == acts[1].party_id
