"""What is asked for at the counter: exemptions by themselves and chosen, own amounts, slip 01, payment."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from lienthong.dossiers.actions.receiving import accept_dossiers, receive_at_counter
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.slip_pdf import slip_pdf
from lienthong.dossiers.states import DossierState
from lienthong.dossiers.tests import factories
from lienthong.dossiers.tests.factories import LATE, NOON, intake, offered, open_task, receptionist, submitted
from lienthong.dossiers.tests.processes import BIRTH
from lienthong.dossiers.tests.test_web import FORM, filled, signed_in
from lienthong.identity.public import Role
from lienthong.payments.public import Charge, ChargeState, charges_of, take_cash
from lienthong.procedures.public import (
    ExemptionReasonMissing,
    GrantedExemptions,
    ServiceOffer,
    UnknownExemption,
    set_offer_fee,
)
from lienthong.procedures.tests.factories import LAW, definition, exemption, fee, published

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SAYS = definition(
    process=BIRTH,
    fees=(
        fee("paper", 15_001, name="Lệ phí cấp giấy", law="TT 1"),
        fee("direct", 2_000, when='channel == "counter"'),
    ),
    exemptions=(
        exemption("married", 20, fee="paper", when="married"),
        exemption("near_poor", 50, name="Hộ cận nghèo", name_en="Near-poor household", fee="paper"),
        exemption("merit", 100, name="Người có công"),
    ),
)
GIVEN = GrantedExemptions(frozenset({"near_poor"}), "Giấy chứng nhận số 12")


@pytest.fixture
def offer() -> ServiceOffer:
    """A procedure with two fees and three exemptions."""
    return offered(published(says=SAYS))


def charges(dossier: Dossier) -> list[tuple[str, int, int, str]]:
    """The fees of the dossier: key, in full, to pay, why less."""
    return [
        (row.key, row.tariff, row.amount, row.exempt_reason) for row in charges_of([dossier.pk])[dossier.pk]
    ]


def test_the_counter_shows_the_total_before_and_the_slip_the_full_amount_and_why(offer: ServiceOffer) -> None:
    client, url = signed_in(offer, Role.RECEPTIONIST), reverse("dossiers:receive_form", args=[offer.pk])
    client.cookies["django_language"] = "en"
    first = client.get(url)
    assert [(line.tariff, line.amount) for line in first.context["fees"]] == [
        (15_001, 15_001),
        (2_000, 2_000),
    ]
    chosen = {**FORM, "exemption": ["near_poor"]}
    shown = client.post(url, filled(client, url, first.content, **chosen, **{"form-act": "refresh"}))
    assert shown.status_code == 200
    assert shown.context["total"] == 7_500 + 2_000
    told = " ".join(html.fromstring(shown.content).xpath("//*[@id='fees-sum']")[0].text_content().split())
    assert "15,001" in told
    assert "Reduced by 50%" in told
    assert "Near-poor household" in told
    assert "9,500" in told
    unsaid = client.post(url, filled(client, url, first.content, **chosen))
    assert unsaid.status_code == 422
    assert unsaid.context["exemptions"].errors.keys() == {"exemption_reason"}
    foreign = {**FORM, "exemption": ["of_another"], "exemption_reason": "x"}
    refused = client.post(url, filled(client, url, first.content, **foreign))
    assert refused.status_code == 422
    assert refused.context["exemptions"].errors.keys() == {"exemption"}
    assert not Dossier.objects.exists()
    said = {**chosen, "exemption_reason": GIVEN.reason}
    assert client.post(url, filled(client, url, first.content, **said)).status_code == 302
    made = Dossier.objects.get()
    why = f"Hộ cận nghèo: {GIVEN.reason}"
    assert charges(made) == [("paper", 15_001, 7_500, why), ("direct", 2_000, 2_000, "")]
    assert made.fee_owed == 9_500
    slip = made.slips.get(kind="01")
    assert slip.facts["reduced"] == [["Lệ phí cấp giấy", 15_001, 50, 7_501, why, LAW]]
    text = " ".join(PdfReader(io.BytesIO(slip_pdf(slip))).pages[0].extract_text().split())
    for words in (
        "mức thu 15.001 đồng, giảm 50% 7.501 đồng, còn 7.500 đồng",
        GIVEN.reason,
        LAW,
        "9.500 đồng",
    ):
        assert words in text, text
    assert "Hộ cận nghèo" in client.get(reverse("dossiers:dossier", args=[made.pk])).content.decode()
    paid = client.get(reverse("payments:subject", args=[made.pk])).content.decode()
    assert "Reduced by 50%" in paid
    assert "Lệ phí cấp giấy" in paid


def test_what_applies_by_itself_does_without_a_word_and_the_largest_counts(offer: ServiceOffer) -> None:
    viewer = receptionist(offer.agency)
    married = {**factories.ANSWERS, "married": True, "marriage_number": "12"}
    one = receive_at_counter(intake=intake(offer, answers=married), viewer=viewer, at=NOON)
    assert charges(one) == [("paper", 15_001, 12_000, "MARRIED"), ("direct", 2_000, 2_000, "")]
    both = receive_at_counter(intake=intake(offer, answers=married, granted=GIVEN), viewer=viewer, at=NOON)
    assert charges(both)[0][2] == 7_500
    merit = GrantedExemptions(frozenset({"near_poor", "merit"}), "Thẻ 7")
    free = receive_at_counter(intake=intake(offer, answers=married, granted=merit), viewer=viewer, at=NOON)
    assert [row[2] for row in charges(free)] == [0, 0]
    assert (free.fee_owed, free.state) == (0, DossierState.IN_PROGRESS)
    assert set(Charge.objects.filter(subject_id=free.pk).values_list("state", flat=True)) == {
        ChargeState.EXEMPT
    }


def test_what_may_not_be_granted_is_refused_and_nothing_is_received(offer: ServiceOffer) -> None:
    viewer = receptionist(offer.agency)
    waiting = submitted(offer)
    for keys, reason, refusal in (
        ({"married"}, "x", UnknownExemption),
        ({"of_another"}, "x", UnknownExemption),
        ({"merit"}, " ", ExemptionReasonMissing),
    ):
        granted = GrantedExemptions(frozenset(keys), reason)
        with pytest.raises(refusal):
            receive_at_counter(intake=intake(offer, granted=granted), viewer=viewer, at=NOON)
        with pytest.raises(refusal):
            accept_dossiers(dossier_ids=[waiting.pk], viewer=viewer, at=NOON, granted={waiting.pk: granted})
    assert Dossier.objects.count() == 1
    [accepted] = accept_dossiers(
        dossier_ids=[waiting.pk], viewer=viewer, at=NOON, granted={waiting.pk: GIVEN}
    )
    assert charges(accepted)[0][2] == 7_500
    assert accepted.slips.get(kind="01").facts["fee"] == 9_500


def test_who_accepts_what_was_handed_in_before_chooses_on_its_page(offer: ServiceOffer) -> None:
    waiting = submitted(offer)
    client, url = signed_in(offer, Role.RECEPTIONIST), reverse("dossiers:dossier", args=[waiting.pk])
    assert "Hộ cận nghèo" in client.get(url).content.decode()
    accept = reverse("dossiers:act", args=[waiting.pk, "accept"])
    assert client.post(accept, {"exemption": "near_poor"}).status_code == 422
    assert client.post(accept, {"exemption": "married", "exemption_reason": "x"}).status_code == 422
    said = {"exemption": "near_poor", "exemption_reason": GIVEN.reason}
    assert client.post(accept, said).status_code == 302
    assert charges(waiting)[0][2] == 7_500


def test_what_is_left_is_waited_for_paid_and_the_dossier_goes_on(offer: ServiceOffer) -> None:
    viewer = receptionist(offer.agency)
    made = receive_at_counter(intake=intake(offer, granted=GIVEN), viewer=viewer, at=NOON)
    receipt = take_cash(viewer=viewer, charge_ids=[row.id for row in charges_of([made.pk])[made.pk]], at=NOON)
    assert receipt.amount == made.fee_owed == 9_500
    assert open_task(made, "examine")


def test_the_bills_of_many_cost_the_queries_of_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    offer = offered(published(says=definition(process=BIRTH)))
    viewer = receptionist(offer.agency)

    def accept(number: int) -> Any:
        keys = [submitted(offer, answers=LATE).pk for _number in range(number)]
        return lambda: accept_dossiers(dossier_ids=keys, viewer=viewer, at=NOON)

    accept(1)()
    one, many = accept(1), accept(5)
    with CaptureQueriesContext(connection) as counted:
        one()
    with django_assert_num_queries(len(counted)):
        many()


def test_of_one_application_each_procedure_has_its_own_exemptions_and_one_slip_says_all(
    offer: ServiceOffer,
) -> None:
    other = offered(published(says=SAYS), offer.agency)
    merit = GrantedExemptions(frozenset({"merit"}), "Thẻ 7")
    first = receive_at_counter(
        intake=intake(offer, granted=GIVEN),
        linked=[intake(other, granted=merit)],
        viewer=receptionist(offer.agency),
        at=NOON,
    )
    second = Dossier.objects.get(root_id=first.pk, version=other.version)
    assert ([row[2] for row in charges(first)], [row[2] for row in charges(second)]) == (
        [7_500, 2_000],
        [0, 0],
    )
    facts = first.slips.get(kind="01").facts
    assert (facts["fee"], [row[2] for row in facts["reduced"]]) == (9_500, [50, 100, 100])


def test_an_agencys_own_amount_is_what_is_charged_from_its_day_on(offer: ServiceOffer) -> None:
    set_offer_fee(
        procedure_id=offer.version.procedure_id,
        fee="paper",
        amount=10_001,
        law="NQ 12/2026/NQ-HĐND",
        reason="Hội đồng nhân dân đã quyết định",
        valid_from=(NOON + DAY).date(),
        viewer=factories.official(offer.agency, Role.ADMINISTRATOR),
        at=NOON,
    )
    viewer = receptionist(offer.agency)
    before = receive_at_counter(intake=intake(offer, granted=GIVEN), viewer=viewer, at=NOON)
    after = receive_at_counter(intake=intake(offer, granted=GIVEN), viewer=viewer, at=NOON + DAY)
    assert charges(before)[0][1:3] == (15_001, 7_500)
    assert charges(after)[0][1:3] == (10_001, 5_000)
    assert charges_of([after.pk])[after.pk][0].law == "NQ 12/2026/NQ-HĐND"
