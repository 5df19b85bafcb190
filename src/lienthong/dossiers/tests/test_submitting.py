"""Dossiers that come in online: by whom, as whom, what is refused, and how the desk takes them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from lienthong.dossiers.actions.receiving import accept_dossiers
from lienthong.dossiers.actions.submitting import submit_online
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.refusals import AnswersWrong, NotHeld, NotOffered
from lienthong.dossiers.states import DossierState
from lienthong.dossiers.tests import factories
from lienthong.dossiers.tests.factories import NOON, applicant, intake, offered
from lienthong.identity.public import (
    STRANGER,
    Party,
    PartyFacts,
    PartyKind,
    PartyNumberWrong,
    Role,
    keep_party,
)
from lienthong.identity.tests.factories import a_citizen, official_in, visitor_as
from lienthong.ledger.public import timeline
from lienthong.procedures.public import Channel, ServiceOffer

pytestmark = pytest.mark.django_db


@pytest.fixture
def online() -> ServiceOffer:
    """An offer from beginning to end."""
    made = offered()
    return ServiceOffer.objects.create(
        agency=made.agency, version=made.version, channel=Channel.ONLINE_WHOLE, offered_at=NOON
    )


def test_a_citizen_hands_in_and_is_known_as_before_but_for_how_to_be_reached(online: ServiceOffer) -> None:
    account, party = a_citizen(name="Trần Thị Dân")
    said = applicant(name="Ai đó khác", number="001199000009", telephone="0987654321")
    made = submit_online(intake=intake(online, applicant=said), visitor=visitor_as(account), at=NOON)
    party.refresh_from_db()
    assert (made.state, made.applicant_id, made.channel) == (DossierState.SUBMITTED, party.pk, "online-whole")
    assert (made.applicant_name, party.name, party.telephone) == (
        "Trần Thị Dân",
        "Trần Thị Dân",
        "0987654321",
    )
    (event,) = timeline(made.ledger_subject)
    assert (event.verb, event.actor.kind, event.actor.id) == ("dossier.submit", "party", str(party.pk))


def test_who_is_not_signed_in_becomes_a_party_of_their_own_and_the_number_is_only_stated(
    online: ServiceOffer,
) -> None:
    known = keep_party(facts=applicant(email="that@example.vn"), at=NOON)
    said = replace(applicant(), number=known.number, telephone="0999999999")
    made = submit_online(intake=intake(online, applicant=said), visitor=STRANGER, at=NOON)
    assert made.applicant_id != known.pk
    assert (made.applicant.number, made.parties.get().stated_number) == ("", known.number)
    known.refresh_from_db()
    assert (known.telephone, known.email) == ("0912345678", "that@example.vn")
    nameless = intake(online, applicant=applicant(number=""))
    with pytest.raises(PartyNumberWrong):
        submit_online(intake=nameless, visitor=STRANGER, at=NOON)
    assert Dossier.objects.count() == 1


def test_who_acts_for_a_business_is_its_representative_and_the_business_applies(online: ServiceOffer) -> None:
    account, party = a_citizen()
    firm = keep_party(facts=PartyFacts(PartyKind.BUSINESS, "Công ty Một", "0101234567"), at=NOON)
    acting = replace(visitor_as(account), for_id=firm.pk, for_name=firm.name, for_kind=PartyKind.BUSINESS)
    made = submit_online(intake=intake(online), visitor=acting, at=NOON)
    assert made.applicant_id == firm.pk
    assert [(row.party_id, row.role) for row in made.parties.order_by("pk")] == [
        (firm.pk, "applicant"),
        (party.pk, "representative"),
    ]


def test_who_hands_in_for_another_on_paper_does_not_become_the_applicant(online: ServiceOffer) -> None:
    account, party = a_citizen()
    said = intake(online, representative=applicant(), mandate="Giấy ủy quyền số 1")
    made = submit_online(intake=said, visitor=visitor_as(account), at=NOON)
    assert made.applicant_id != party.pk
    assert made.parties.get(role="representative").party_id == party.pk


def test_only_what_is_offered_online_alone_and_right_is_taken_in(online: ServiceOffer) -> None:
    account, _party = a_citizen()
    visitor = visitor_as(account)
    counter = ServiceOffer.objects.get(channel=Channel.COUNTER, version=online.version)
    stolen = factories.submitted(counter, files=())
    bad = [
        (intake(counter), NotOffered),
        (replace(intake(online), channel=Channel.ONLINE_PART), NotOffered),
        (intake(online, answers={**factories.ANSWERS, "evil": 1}), None),
        (intake(online, answers={"child_name": ["x"] * 3}), AnswersWrong),
    ]
    for given, refusal in bad:
        if refusal is None:
            made = submit_online(intake=given, visitor=visitor, at=NOON)
            assert "evil" not in made.application.answers
            continue
        with pytest.raises(refusal):
            submit_online(intake=given, visitor=visitor, at=NOON)
    papers = (replace(intake(online).papers[0], held_id=stolen.pk),)
    with pytest.raises(NotHeld):
        submit_online(intake=intake(online, papers=papers), visitor=visitor, at=NOON)
    ServiceOffer.objects.filter(pk=online.pk).update(ended_at=NOON)
    with pytest.raises(NotOffered):
        submit_online(intake=intake(online), visitor=visitor, at=NOON)


def test_the_desk_sees_it_with_the_stated_number_and_accepts_it(online: ServiceOffer, client: Client) -> None:
    made = submit_online(intake=intake(online, answers=factories.ANSWERS), visitor=STRANGER, at=NOON)
    client.force_login(official_in(online.agency, Role.RECEPTIONIST))
    inbox = client.get(reverse("dossiers:inbox")).content.decode()
    assert f"{reverse('dossiers:dossiers')}?state=1" in inbox
    listed = client.get(reverse("dossiers:dossiers"), {"state": "1"}).content.decode()
    page = client.get(reverse("dossiers:dossier", args=[made.pk])).content.decode()
    assert made.code in listed
    assert made.parties.get().stated_number in page
    assert "Trần Bé" in page
    assert reverse("dossiers:act", args=[made.pk, "accept"]) in page
    desk = factories.receptionist(online.agency)
    (accepted,) = accept_dossiers(dossier_ids=[made.pk], viewer=desk, at=NOON)
    assert (accepted.state, accepted.due_at is not None) == (DossierState.ACCEPTED, True)
    assert Party.objects.get(pk=made.applicant_id).number == ""
