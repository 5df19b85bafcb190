"""How long services really took: the last hundred, counted in working days, nothing of fewer than five."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Agency, calendar_of, is_working_day, set_day
from lienthong.dossiers.actions.measuring import measure_services
from lienthong.dossiers.facts.settling import Demand, most_asked, real_time
from lienthong.dossiers.models import Dossier, ServiceDemand, SettlingTime
from lienthong.dossiers.states import DossierState, Outcome, Timing
from lienthong.dossiers.tests.factories import NOON, offered, received
from lienthong.identity.public import Party
from lienthong.identity.tests.factories import agency
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import Actor
from lienthong.procedures.public import ProcedureVersion

pytestmark = pytest.mark.django_db
ACTOR = Actor("job", "test", "test")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def settled(version: ProcedureVersion, body: Agency, took: list[int], *, foreign: bool = False) -> None:
    """Dossiers of the body, one begun every day, each finished so many days of the calendar later."""
    party = Party.objects.first() or received().applicant
    rows = []
    for number, days in enumerate(took):
        key, began = uuid7(), NOON + number * DAY
        rows.append(
            Dossier(
                id=key, root_id=key, code=f"T-{key}", agency=body, version=version, channel="counter",
                applicant=party, applicant_name="A", submitted_at=began, accepted_at=began,
                counted_from_at=began, limit_minutes=960, due_at=began + 9 * DAY, foreign=foreign,
                finished_at=began + days * DAY + HOUR, state=DossierState.FINISHED,
                outcome=Outcome.GRANTED, timing=Timing.ON_TIME,
            )
        )  # fmt: skip
    Dossier.objects.bulk_create(rows)


def by_hand() -> dict[tuple[int | None, object], tuple[int, int, int]]:
    """The same figures, one dossier after the other, from what each says of itself."""
    took = defaultdict[tuple[int | None, object], list[tuple[object, int]]](list)
    for one in Dossier.objects.filter(finished_at__isnull=False, foreign=False).select_related("version"):
        calendar = calendar_of(one.agency_id, years=range(2025, 2030))
        first, last = (moment.astimezone(VIETNAM).date() for moment in (one.counted_from_at, one.finished_at))
        days = sum(
            is_working_day(calendar, first + number * DAY) for number in range(1, (last - first).days + 1)
        )
        for of in (one.agency_id, None):
            took[of, one.version.procedure_id].append(((one.finished_at, one.pk), days))
    found = {}
    for key, cases in took.items():
        days = sorted(days for _when, days in sorted(cases, reverse=True)[:100])
        if len(days) >= 5:
            half, ninth = -(-len(days) // 2), -(-len(days) * 9 // 10)
            found[key] = (len(days), days[half - 1], days[ninth - 1])
    return found


def measured() -> dict[tuple[int | None, object], tuple[int, int, int]]:
    return {
        (row.agency_id, row.procedure_id): (row.cases, row.median, row.ninth)
        for row in SettlingTime.objects.all()
    }


def test_the_last_hundred_are_told_as_a_count_by_hand_tells_them() -> None:
    chance = Random(3)
    offer, other = offered(), offered()
    far, idle = agency(name="Xã Xa"), agency(name="Xã Nghỉ")
    # One works otherwise than the country: a holiday of its own in the week of the first dossiers.
    set_day(agency=idle, day=date(2026, 3, 5), works_as=None, name="Hội làng", actor=ACTOR, at=NOON)
    for body, cases in ((offer.agency, 130), (far, 12), (idle, 6)):
        settled(offer.version, body, [chance.randrange(0, 12) for _case in range(cases)])
    settled(other.version, far, [1, 2, 3, 4])
    settled(offer.version, far, [300] * 9, foreign=True)
    measure_services(at=NOON + 200 * DAY)
    assert measured() == by_hand()
    assert {cases for cases, _median, _ninth in measured().values()} == {100, 12, 6}
    assert len(measured()) == 4, "four of the second procedure are too few to be told"
    # What is measured again is the same, and what a later case moved is moved.
    settled(offer.version, far, [40] * 20)
    measure_services(at=NOON + 200 * DAY)
    assert measured() == by_hand()


def test_a_body_with_few_cases_is_told_with_all_bodies(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    offer, few = offered(), agency(name="Xã Ít Hồ Sơ")
    settled(offer.version, offer.agency, [0] * 6)
    settled(offer.version, few, [0] * 4)
    measure_services(at=NOON)
    key = offer.version.procedure_id
    with django_assert_num_queries(1):
        own = real_time(procedure_id=key, agency_id=offer.agency_id)
    at_few = real_time(procedure_id=key, agency_id=few.pk)
    assert own is not None
    assert (own.cases, own.of_body) == (6, True)
    assert at_few is not None
    assert (at_few.cases, at_few.of_body) == (10, False)
    assert real_time(procedure_id=key, agency_id=None) == at_few
    assert real_time(procedure_id=uuid7(), agency_id=few.pk) is None


def test_the_most_asked_for_come_first_below_each_agency_of_the_first_level() -> None:
    province, commune = agency(name="Tỉnh"), agency(name="Xã")
    Agency.objects.filter(pk=commune.pk).update(parent=province)
    often, rare, elsewhere = offered(at_agency=commune), offered(at_agency=commune), offered()
    for offer, cases in ((often, 9), (rare, 6), (elsewhere, 20)):
        settled(offer.version, offer.agency, [0] * cases)
    settled(offered().version, commune, [0] * 4)
    measure_services(at=NOON + 30 * DAY)
    keys = [offer.version.procedure_id for offer in (often, rare, elsewhere)]
    assert most_asked(agency_id=province.pk, most=9) == [Demand(keys[0], 9), Demand(keys[1], 6)]
    assert most_asked(agency_id=None, most=2) == [Demand(keys[2], 20), Demand(keys[0], 9)]
    measure_services(at=NOON + 500 * DAY)
    assert most_asked(agency_id=None, most=9) == [], "of more than a year ago"


@pytest.mark.parametrize("wrong", [{"cases": 4}, {"cases": 101}, {"median": 3, "ninth": 2}, {"median": -1}])
def test_the_database_refuses_figures_that_cannot_be(wrong: dict[str, int]) -> None:
    told = {"cases": 5, "median": 1, "ninth": 2, **wrong}
    with pytest.raises(IntegrityError):
        SettlingTime.objects.create(procedure_id=offered().version.procedure_id, **told)


def test_the_database_refuses_a_demand_of_few() -> None:
    with pytest.raises(IntegrityError):
        ServiceDemand.objects.create(procedure_id=offered().version.procedure_id, received=4)
