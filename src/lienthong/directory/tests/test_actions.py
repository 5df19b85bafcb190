"""Opening, closing and moving agencies; divisions, posts and who holds them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from lienthong.directory.actions import (
    AgencyInsideItself,
    AgencyStillNeeded,
    AlreadyHolds,
    BadText,
    CodeTaken,
    ImpossibleDate,
    add_alias,
    add_division,
    add_official,
    add_post,
    appoint,
    close_agency,
    end_holding,
    move_agency,
    open_agency,
    remove_division,
    remove_post,
)
from lienthong.directory.actions.posts import DivisionExists, ForeignDivision, StillUsed
from lienthong.directory.codes import BadCode
from lienthong.directory.models import Agency, AgencySuccession, Division, Post, PostHolding
from lienthong.directory.queries import ClosedAgency, find_agency
from lienthong.directory.tests.factories import (
    AT,
    FROM,
    TESTER,
    TODAY,
    make_agency,
    make_holding,
    make_official,
    make_post,
)
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, timeline

BY = {"actor": TESTER, "at": AT}
LONG = "ê" * 10_000


def opened(**changes: Any) -> Agency:
    """A department opened by the action."""
    given: dict[str, Any] = {
        "code": "H55.05",
        "name": "Sở Thông tin và Truyền thông",
        "short_name": "STTTT",
        "kind": "department",
        "parent": None,
        "valid_from": FROM,
        **BY,
    }
    return open_agency(**{**given, **changes})


def verbs(agency: Agency) -> list[str]:
    """What the ledger says was done to the agency."""
    return [event.verb for event in timeline(Subject(kind="directory.agency", id=str(agency.pk)))]


@pytest.mark.django_db
def test_an_opened_agency_is_found_by_both_codes_and_recorded() -> None:
    top = make_agency("H55")
    agency = opened(code=" 000.00.05.h55", parent=top)
    assert (agency.code, agency.old_code) == ("H55.05", "000.00.05.H55")
    assert agency.path == f"/{top.pk}/{agency.pk}/"
    assert find_agency("000.00.05.H55", on=TODAY) == agency
    assert verbs(agency) == ["agency.open"]


@pytest.mark.django_db
def test_a_taken_code_is_refused_in_every_spelling() -> None:
    opened()
    for code in ("H55.05", "000.00.05.H55", "h55. 05"):
        with pytest.raises(CodeTaken):
            opened(code=code)
    assert Agency.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": LONG}, BadText),
        ({"name": " \0 "}, BadText),
        ({"short_name": LONG}, BadText),
        ({"address": LONG}, BadText),
        ({"kind": "x" * 21}, BadText),
        ({"code": LONG}, BadCode),
        ({"code": "không"}, BadCode),
    ],
)
def test_bad_input_leaves_nothing_behind(changes: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        opened(**changes)
    assert refused.value.field in {*changes, "code"}
    assert len(refused.value.say("vi")) < 300
    assert not Agency.objects.exists()


@pytest.mark.django_db
def test_nothing_opens_below_a_closed_agency() -> None:
    top = make_agency("H03", valid_to=date(2025, 7, 1))
    with pytest.raises(ClosedAgency):
        opened(parent=top, valid_from=date(2025, 7, 1))


@pytest.mark.django_db
def test_a_closed_agency_names_its_successors() -> None:
    old, new = make_agency("H03"), make_agency("H55")
    close_agency(agency=old, on=date(2025, 7, 1), successors=[new], **BY)
    old.refresh_from_db()
    assert old.valid_to == date(2025, 7, 1)
    assert AgencySuccession.objects.get().successor == new
    assert verbs(old) == ["agency.close"]
    reopened = opened(code="H03", valid_from=date(2025, 7, 1), predecessors=[old])
    assert reopened.predecessions.get().predecessor == old


@pytest.mark.django_db
def test_an_agency_others_point_to_does_not_close() -> None:
    agency = make_agency("H55", name="Ủy ban nhân dân tỉnh Thái Nguyên")
    for number in range(7):
        make_agency(f"H55.{number + 1:02}", parent=agency)
    make_holding(agency)
    with pytest.raises(AgencyStillNeeded) as refused:
        close_agency(agency=agency, on=TODAY, **BY)
    assert {str(one.label): one.count for one in refused.value.pointers} == {
        "cơ quan, đơn vị": 7,
        "người giữ chức vụ": 1,
    }
    assert "7 × cơ quan, đơn vị (Cơ quan H55.01" in refused.value.say("vi")
    assert "7 × agency (" in refused.value.say("en")
    assert len(refused.value.problem()["pointers"]) == 2  # type: ignore[arg-type]
    assert verbs(agency) == []


@pytest.mark.django_db
def test_what_ended_before_does_not_hold_an_agency_open() -> None:
    agency = make_agency()
    make_agency(parent=agency, valid_to=TODAY)
    make_holding(agency, valid_to=TODAY)
    make_post(agency)
    with pytest.raises(AgencyStillNeeded):
        close_agency(agency=agency, on=date(2026, 11, 22), **BY)
    close_agency(agency=agency, on=TODAY, **BY)


@pytest.mark.django_db
def test_an_agency_closes_once_and_after_it_began() -> None:
    agency = make_agency()
    with pytest.raises(ImpossibleDate):
        close_agency(agency=agency, on=FROM, **BY)
    close_agency(agency=agency, on=TODAY, **BY)
    with pytest.raises(ClosedAgency):
        close_agency(agency=agency, on=TODAY, **BY)


@pytest.mark.django_db
def test_an_agency_is_not_moved_into_itself() -> None:
    top = make_agency()
    below = make_agency(parent=make_agency(parent=top))
    for parent in (top, below):
        with pytest.raises(AgencyInsideItself):
            move_agency(agency=top, parent=parent, **BY)
    move_agency(agency=below, parent=top, **BY)
    assert below.path == f"/{top.pk}/{below.pk}/"


@pytest.mark.django_db
def test_an_alias_belongs_to_one_agency() -> None:
    one, other = make_agency("H55"), make_agency("H56")
    add_alias(agency=one, alias="tn ubnd", **BY)
    add_alias(agency=one, alias="TNUBND", **BY)
    assert verbs(one) == ["agency.alias"]
    assert find_agency("TN UBND", on=TODAY) == one
    for alias in ("tnubnd", "h55"):
        with pytest.raises(CodeTaken):
            add_alias(agency=other, alias=alias, **BY)
    for alias in (LONG, "", " "):
        with pytest.raises(BadText):
            add_alias(agency=one, alias=alias, **BY)


@pytest.mark.django_db
def test_a_post_is_made_and_held() -> None:
    agency = make_agency()
    division = add_division(agency=agency, name="Phòng  Tổng hợp", short_name="TH", **BY)
    post = add_post(agency=agency, title="Chuyên viên", division=division, **BY)
    official = add_official(full_name="Lê Thị Thử", **BY)
    holding = appoint(post, official, on=TODAY, **BY)
    assert division.name == "Phòng Tổng hợp"
    assert PostHolding.objects.get() == holding
    assert sorted(verbs(agency)) == ["division.add", "post.add", "post.appoint"]


@pytest.mark.django_db
def test_one_official_holds_several_posts_but_each_once() -> None:
    agency, official = make_agency(), make_official()
    post, other = make_post(agency), make_post(agency, "Chuyên viên")
    holding = appoint(post, official, on=FROM, **BY)
    appoint(other, official, on=FROM, **BY)
    with pytest.raises(AlreadyHolds):
        appoint(post, official, on=TODAY, **BY)
    end_holding(holding=holding, on=TODAY, **BY)
    appoint(post, official, on=TODAY, **BY)
    with pytest.raises(ImpossibleDate):
        appoint(post, official, on=TODAY, until=TODAY, **BY)
    with pytest.raises(ImpossibleDate):
        end_holding(holding=holding, on=FROM, **BY)


@pytest.mark.django_db
def test_nobody_is_appointed_in_a_closed_agency() -> None:
    agency = make_agency(valid_to=TODAY)
    with pytest.raises(ClosedAgency):
        appoint(make_post(agency), make_official(), on=TODAY, **BY)
    for refused in (
        lambda: add_post(agency=agency, title="Văn thư", **BY),
        lambda: add_division(agency=agency, name="Phòng", short_name="P", **BY),
    ):
        with pytest.raises(ClosedAgency):
            refused()


@pytest.mark.django_db
def test_only_what_nothing_points_to_is_removed() -> None:
    agency = make_agency()
    division = add_division(agency=agency, name="Phòng Một", short_name="P1", **BY)
    post = add_post(agency=agency, title="Văn thư", division=division, **BY)
    appoint(post, make_official(), on=FROM, until=TODAY, **BY)
    with pytest.raises(StillUsed):
        remove_division(division=division, **BY)
    with pytest.raises(StillUsed):
        remove_post(post=post, **BY)
    free = add_post(agency=agency, title="Chuyên viên", **BY)
    remove_post(post=free, **BY)
    assert Post.objects.count() == Division.objects.count() == 1


@pytest.mark.django_db
def test_divisions_and_posts_refuse_bad_input() -> None:
    agency = make_agency()
    division = add_division(agency=agency, name="Phòng", short_name="P", **BY)
    with pytest.raises(DivisionExists):
        add_division(agency=agency, name="Phòng", short_name="Q", **BY)
    with pytest.raises(ForeignDivision):
        add_post(agency=make_agency(), title="Văn thư", division=division, **BY)
    for refused in (
        lambda: add_division(agency=agency, name=LONG, short_name="P", **BY),
        lambda: add_post(agency=agency, title="", **BY),
        lambda: add_official(full_name=LONG, **BY),
    ):
        with pytest.raises(BadText):
            refused()


def both_at_once(one: Callable[[], object], other: Callable[[], object]) -> list[Refusal | None]:
    """What two actors got who did this at the same moment."""
    start, results = threading.Barrier(2), dict[int, Refusal | None]()

    def act(number: int, call: Callable[[], object]) -> None:
        start.wait(10)
        try:
            call()
            results[number] = None
        except Refusal as refusal:
            results[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=pair) for pair in enumerate((one, other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return [results[number] for number in range(2)]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_a_code_at_once_one_is_refused() -> None:
    for round_ in range(1, 6):
        code = f"H55.{round_:02}"
        results = both_at_once(lambda: opened(code=code), lambda: opened(code=code))  # noqa: B023
        assert sorted(type(result) for result in results if result) == [CodeTaken]
        assert Agency.objects.filter(code=code).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_close_no_ring() -> None:
    for _ in range(5):
        one, other = make_agency(), make_agency()
        results = both_at_once(
            lambda: move_agency(agency=one, parent=other, **BY),  # noqa: B023
            lambda: move_agency(agency=other, parent=one, **BY),  # noqa: B023
        )
        assert [type(result) for result in results if result] == [AgencyInsideItself]


@pytest.mark.django_db(transaction=True)
def test_of_closing_and_opening_below_at_once_one_is_refused() -> None:
    for round_ in range(1, 6):
        top = make_agency(f"H{round_:02}")
        results = both_at_once(
            lambda: close_agency(agency=top, on=TODAY, **BY),  # noqa: B023
            lambda: opened(code=f"{top.code}.01", parent=top, valid_from=TODAY),  # noqa: B023
        )
        assert len([result for result in results if result]) == 1
