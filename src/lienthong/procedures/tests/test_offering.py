"""An agency's own amounts: who sets them, from when, for whom they hold, and that nothing of it is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import timeline
from lienthong.procedures.actions.offering import set_offer_fee
from lienthong.procedures.fees import own_amounts
from lienthong.procedures.models import OfferFee, ProcedureVersion
from lienthong.procedures.reckoning import OwnAmount
from lienthong.procedures.tests.factories import NOON, definition, draft, offer, officer, procedure, published
from lienthong.procedures.tests.factories import fee as a_fee

pytestmark = pytest.mark.django_db
DAY = NOON.date()
SAYS = definition(fees=(a_fee("late", 8_000), a_fee("copy", 3_000)))


def body(parent: Agency | None = None) -> Agency:
    """An agency as the database has it, with its place in the tree."""
    made = agency()
    Agency.objects.filter(pk=made.pk).update(parent=parent)
    return Agency.objects.get(pk=made.pk)


@pytest.fixture
def province() -> Agency:
    return body()


@pytest.fixture
def commune(province: Agency) -> Agency:
    return body(province)


@pytest.fixture
def version(commune: Agency) -> ProcedureVersion:
    """The commune offers it."""
    made = published(says=SAYS)
    offer(made, commune)
    return made


def administrator(of: Agency) -> Viewer:
    return officer(of, Role.ADMINISTRATOR)


def put(viewer: Viewer, version: ProcedureVersion, **fields: Any) -> OfferFee:
    """The viewer's agency asks 5,000 đồng for the late registration from today."""
    values: dict[str, Any] = {
        "procedure_id": version.procedure_id,
        "fee": "late",
        "amount": 5_000,
        "law": "NQ 12/2026/NQ-HĐND",
        "reason": "Hội đồng nhân dân đã quyết định",
        "valid_from": DAY,
        "at": NOON,
    }
    return set_offer_fee(viewer=viewer, **values | fields)


def asked(of: Agency, procedure_id: UUID, days: int = 0) -> dict[str, int]:
    """What the agency asks of its own, so many days from today."""
    found = own_amounts([(of, procedure_id)], on=DAY + timedelta(days))
    return {key: one.amount for key, one in found.get((of.pk, procedure_id), {}).items()}


def test_an_amount_holds_from_its_day_on_here_and_below_until_another_nearer_one(
    province: Agency, commune: Agency, version: ProcedureVersion
) -> None:
    key, other = version.procedure_id, body()
    put(administrator(province), version, valid_from=DAY + timedelta(10))
    assert asked(commune, key, 9) == {}
    assert asked(commune, key, 10) == asked(province, key, 10) == {"late": 5_000}
    assert asked(other, key, 10) == {}
    put(administrator(commune), version, amount=4_000, valid_from=DAY + timedelta(20))
    put(administrator(commune), version, fee="copy", amount=0)
    assert (asked(commune, key, 20), asked(province, key, 20)) == (
        {"late": 4_000, "copy": 0},
        {"late": 5_000},
    )
    put(administrator(commune), version, amount=None, law="", valid_from=DAY + timedelta(30))
    assert asked(commune, key, 30) == {"late": 5_000, "copy": 0}, "again what stands above it"
    put(administrator(province), version, amount=6_000, valid_from=DAY + timedelta(10))
    assert asked(commune, key, 10)["late"] == 6_000, "the last word for a day counts"
    assert own_amounts([(commune, key)], on=DAY + timedelta(10))[commune.pk, key]["late"] == OwnAmount(
        6_000, "NQ 12/2026/NQ-HĐND"
    )


def test_many_agencies_and_procedures_are_one_query(
    commune: Agency, version: ProcedureVersion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    put(administrator(commune), version)
    others = [(body(), uuid4()) for _number in range(5)]
    with django_assert_num_queries(1):
        found = own_amounts([(commune, version.procedure_id), *others], on=DAY)
    assert list(found) == [(commune.pk, version.procedure_id)]
    with django_assert_num_queries(0):
        own_amounts([], on=DAY)


def test_who_may_not_is_refused_and_nothing_is_set(commune: Agency, version: ProcedureVersion) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(NotAllowed):
            put(officer(commune, role), version)
    with pytest.raises(NotFound):
        put(administrator(agency()), version)
    with pytest.raises(NotFound):
        put(administrator(commune), version, procedure_id=uuid4())
    with pytest.raises(NotFound):
        put(administrator(commune), draft(procedure(), SAYS))
    assert not OfferFee.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount": -1}, "bad-offer-fee"),
        ({"amount": 10**12 + 1}, "bad-offer-fee"),
        ({"amount": 1.5}, "bad-offer-fee"),
        ({"amount": True}, "bad-offer-fee"),
        ({"fee": "of_another"}, "fee-not-there"),
        ({"law": " "}, "offer-fee-unfounded"),
        ({"law": "x" * 201}, "offer-fee-unfounded"),
        ({"reason": ""}, "offer-fee-unfounded"),
        ({"reason": "x\0"}, "offer-fee-unfounded"),
        ({"valid_from": DAY - timedelta(1)}, "offer-fee-in-past"),
        ({"amount": None}, "offer-fee-same"),
    ],
)
def test_what_makes_no_sense_is_refused(
    commune: Agency, version: ProcedureVersion, wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        put(administrator(commune), version, **wrong)
    assert refused.value.code == code
    assert not OfferFee.objects.exists()


def test_what_was_set_is_kept_and_told(commune: Agency, version: ProcedureVersion) -> None:
    row = put(administrator(commune), version)
    with pytest.raises(Refusal, match=r"already|đã"):
        put(administrator(commune), version)
    told = timeline(version.procedure.ledger_subject)
    assert [event.data["amount"] for event in told if event.verb == "offer-fee.set"] == [5_000]
    rows = OfferFee.objects.filter(pk=row.pk)
    values = {
        name: getattr(row, name)
        for name in ("agency_id", "procedure_id", "set_by_id", "set_at", "valid_from")
    }
    for breach in (
        lambda: rows.update(amount=1),
        lambda: rows.delete(),
        lambda: OfferFee.objects.create(**values, fee="late", amount=-1, law="x", reason="x"),
        lambda: OfferFee.objects.create(**values, fee="late", amount=1, law="", reason="x"),
        lambda: OfferFee.objects.create(**values, fee="late", amount=1, law="x", reason=""),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            breach()


def test_the_administrator_sees_and_sets_it_on_the_pages(commune: Agency) -> None:
    version = published(says=SAYS, at=now())
    offer(version, commune)
    client = Client()
    client.force_login(official_in(commune, Role.ADMINISTRATOR))
    client.cookies["django_language"] = "en"
    listed = client.get(reverse("procedures:offer_fees")).content.decode()
    assert version.procedure.name in listed
    url = reverse("procedures:offer_fee", args=[version.procedure_id])
    assert "Nothing yet" in client.get(url).content.decode()
    sent = {
        "fee": "late",
        "amount": "-5",
        "law": "NQ 12",
        "valid_from": f"{now():%Y-%m-%d}",
        "reason": "HĐND",
    }
    assert client.post(url, sent).status_code == 422
    past = client.post(url, sent | {"amount": "5000", "valid_from": "2020-01-01"})
    assert past.status_code == 422
    assert past.context["form"].errors.keys() == {"valid_from"}
    assert client.post(url, sent | {"amount": "5000"}).status_code == 302
    shown = client.get(url).content.decode()
    for words in ("5,000", "NQ 12", "HĐND", commune.name):
        assert words in shown
    assert "5,000" in client.get(reverse("procedures:offer_fees")).content.decode()
