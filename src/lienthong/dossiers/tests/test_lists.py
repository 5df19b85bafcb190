"""Lists hold the agency's own dossiers and those it was a guest of, each found by an index."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Agency
from lienthong.dossiers.codes import read_code
from lienthong.dossiers.contracts import DossierFilter
from lienthong.dossiers.frequency import ENOUGH, RARE
from lienthong.dossiers.models import Dossier, DossierGuest
from lienthong.dossiers.queries import find_dossier, list_dossiers
from lienthong.dossiers.states import DossierState
from lienthong.dossiers.tests.factories import NOON, applicant, offered, official, received
from lienthong.dossiers.tests.test_dossiers import permit
from lienthong.identity.public import NotFound, Role
from lienthong.identity.tests.factories import agency
from lienthong.kernel.paging import page_of

pytestmark = pytest.mark.django_db


def listed(of: Agency, **wanted: str) -> list[Dossier]:
    """The rows of the first page."""
    return list_dossiers(official(of, Role.SPECIALIST), DossierFilter(**wanted), at=NOON).rows


def test_a_guest_finds_the_dossier_among_its_own_and_a_neighbour_does_not(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    dossier, department_id = permit()
    department = Agency.objects.get(pk=department_id)
    own = received(offered(at_agency=department))
    assert DossierGuest.objects.get().agency_id == department_id, "only of another's dossier"
    viewer = official(department, Role.SPECIALIST)
    with django_assert_num_queries(2):
        rows = list_dossiers(viewer, DossierFilter(), at=NOON).rows
    assert [row.pk for row in rows] == [own.pk, dossier.pk]
    assert find_dossier(viewer, dossier.pk) == dossier
    assert listed(department, text=dossier.code) == [dossier]
    assert listed(department, state=str(DossierState.HANDED_OUT)) == []
    neighbour = agency()
    assert listed(neighbour) == []
    with pytest.raises(NotFound):
        find_dossier(official(neighbour, Role.SPECIALIST), dossier.pk)


def test_pages_of_two_sources_follow_each_other_without_a_gap() -> None:
    offer = offered()
    made = [received(offer).pk for _number in range(5)]
    odd, even = Dossier.objects.filter(pk__in=made[::2]), Dossier.objects.filter(pk__in=made[1::2])
    for key, order in (("id", made[::-1]), ("+id", made)):
        found, cursor = list[object](), ""
        while len(found) < 5:
            page = page_of(odd, even, key=key, cursor=cursor, size=2)
            found += [row.pk for row in page.rows]
            cursor = page.next
        assert (found, cursor) == (order, "")


def test_a_code_is_found_however_it_is_typed_and_narrowed_by_the_rest() -> None:
    dossier = received()
    code = read_code(dossier.code)
    typed = [dossier.code.lower(), f" {code.agency}-{code.day:%d%m%Y}-{code.number} "]
    for text in (*typed, dossier.code[-6:], f"{dossier.applicant_name.lower()} {dossier.code[-6:]}"):
        assert listed(dossier.agency, text=text) == [dossier], text
    assert listed(dossier.agency, text=dossier.code, state=str(DossierState.HANDED_OUT)) == []
    assert listed(dossier.agency, text=dossier.code[:-1] + "9") == []


def test_guests_of_before_the_trigger_are_gathered_by_the_migration() -> None:
    dossier, department_id = permit()
    received()
    DossierGuest.objects.all().delete()
    migration = import_module("lienthong.dossiers.migrations.0006_fewer_indexes")
    for _again in range(2):
        with connection.cursor() as cursor:
            cursor.execute(migration.PAST_GUESTS)
    guest = DossierGuest.objects.get()
    assert (guest.agency_id, guest.dossier_id) == (department_id, dossier.pk)


def test_words_are_found_alike_whether_frequent_or_rare(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    offer = offered()
    names = ("Nguyễn Thu Hà", "Nguyễn Thu 100%", "Hà Thu_Nguyễn", "Trần Thu\\Hà")
    for number, name in enumerate([*names, *names, names[0]]):
        received(offer, applicant=applicant(name=name), summary=f"việc {number}")
    viewer, met = official(offer.agency, Role.SPECIALIST), set[tuple[bool, bool]]()
    rows = Dossier.objects.order_by("-pk").annotate(said=F("search_text"))
    said = dict(rows.values_list("pk", "said"))
    for text in (
        "thu Nguyên",
        "ha",
        "%",
        "_",
        "\\",
        "0%",
        "thu_",
        "nguyen thu ha viec 4",
        "khong",
        "a thu",
        "100 ha",
    ):
        words = [one.replace("ê", "e").lower() for one in text.split()]
        expected = [key for key, plain in said.items() if all(word in plain for word in words)]
        with django_assert_num_queries(3):
            page = list_dossiers(viewer, DossierFilter(text=text), at=NOON)
        assert [row.pk for row in page.rows] == expected, text
        closed = DossierFilter(text=text, state=str(DossierState.HANDED_OUT))
        assert list_dossiers(viewer, closed, at=NOON).rows == [], text
        rarest = min(sum(word in plain for plain in said.values()) for word in words)
        met.add((len(expected) >= ENOUGH, rarest > RARE))
    assert met >= {(True, True), (False, False)}, "walked, and found by the rarest word"
