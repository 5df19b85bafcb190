"""The catalogue that ships is whole, is loaded once, and is offered all over the country."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Count

from lienthong.directory.public import Agency
from lienthong.identity.tests.factories import BEGINNING, agency
from lienthong.procedures.actions.loading import AuthorityMissing, load_catalogue, load_offers, shipped
from lienthong.procedures.form import QuestionType
from lienthong.procedures.models import LinkedPart, PaperSample, Procedure, ProcedureVersion, ServiceOffer
from lienthong.procedures.process import Body
from lienthong.procedures.states import Level, VersionState
from lienthong.procedures.tests.factories import NOON

AUTHORITIES = sorted({one.listing["authority"] for one in shipped()})


def ministries() -> None:
    for code in AUTHORITIES:
        agency(code=code)


def test_thirty_procedures_ship_whole_with_both_languages() -> None:
    catalogue = shipped()
    assert len(catalogue) == 30
    assert len({one.listing["field"] for one in catalogue}) >= 8
    for one in catalogue:
        assert one.listing["name_en"]
        assert one.definition.limit_minutes
        assert one.definition.form is not None
        for question in one.definition.form.questions:
            assert question.label_en, (one.listing["code"], question.key)
        for step in one.definition.process.steps:
            assert bool(step.name) is bool(step.name_en), (one.listing["code"], step.key)


def test_at_least_two_pass_three_agencies_and_one_links_others() -> None:
    bodies = [{lane.body for lane in one.definition.process.lanes} for one in shipped()]
    assert sum(len(one) >= 3 and Body.OWNER in one for one in bodies) >= 2
    assert [one.listing["parts"] for one in shipped() if one.listing.get("parts")] == [
        ["1.001193", "1.004222", "2.001179"]
    ]


def test_forms_that_ship_use_every_kind_of_question() -> None:
    used = {
        inner.type
        for one in shipped()
        if one.definition.form
        for question in one.definition.form.questions
        for inner in (question, *question.questions)
    }
    assert used == set(QuestionType)


@pytest.mark.django_db
def test_loading_twice_adds_nothing(django_assert_max_num_queries: Any) -> None:
    ministries()
    with django_assert_max_num_queries(25):
        assert load_catalogue(at=NOON).procedures == 30
    assert load_catalogue(at=NOON).procedures == 0
    assert ProcedureVersion.objects.filter(state=VersionState.PUBLISHED).count() == 30
    assert LinkedPart.objects.count() == 3


@pytest.mark.django_db
def test_without_the_country_nothing_is_loaded() -> None:
    with pytest.raises(AuthorityMissing):
        load_catalogue(at=NOON)
    assert not Procedure.objects.exists()


@pytest.mark.django_db
def test_offers_are_spread_over_the_provinces_and_made_once() -> None:
    ministries()
    load_catalogue(at=NOON)
    for province in ("H01", "H02", "H03"):
        Agency.objects.bulk_create(
            Agency(
                code=f"{province}.{number:02d}",
                name=f"Xã {number}",
                short_name="X",
                kind="commune",
                valid_from=BEGINNING,
            )
            for number in range(5)
        )
    assert load_offers(most=90, at=NOON).offers == 90
    assert load_offers(most=90, at=NOON).offers == 0
    rows = ServiceOffer.objects.values_list("agency__code", flat=True)
    assert {code: sum(one.startswith(code) for one in rows) for code in ("H01", "H02", "H03")} == {
        "H01": 30,
        "H02": 30,
        "H03": 30,
    }
    levels = ServiceOffer.objects.values_list("version__procedure__level").annotate(Count("id"))
    assert {level for level, _count in levels} == {Level.COMMUNE}
    everything = 15 * 3 * Procedure.objects.filter(level=Level.COMMUNE).count()
    assert load_offers(most=10**9, at=NOON).offers == everything - 90


@pytest.mark.django_db
def test_five_procedures_ship_with_sheets_drawn_of_their_own_forms() -> None:
    ministries()
    load_catalogue(at=NOON)
    rows = PaperSample.objects.select_related("blob")
    assert {(one.kind, one.blob.media_type) for one in rows} == {
        ("blank", "application/pdf"),
        ("filled", "application/pdf"),
    }
    assert len({one.version_id for one in rows}) == 5
    for one in shipped():
        asked = one.definition.form.question if one.definition.form else {}
        assert one.example.keys() <= asked.keys(), one.listing["code"]
