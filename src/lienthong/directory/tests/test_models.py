"""What the database itself promises about agencies."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from lienthong.directory.models import Agency, WorkingHours, WorkingSession
from lienthong.directory.tests.factories import make_agency

pytestmark = pytest.mark.django_db


def stored(agency: Agency) -> Agency:
    return Agency.objects.get(pk=agency.pk)


def test_a_path_leads_from_the_root() -> None:
    top = make_agency()
    middle = make_agency(parent=top)
    leaf = make_agency(parent=middle)
    assert top.path == f"/{top.pk}/"
    assert leaf.path == f"/{top.pk}/{middle.pk}/{leaf.pk}/"


def test_a_move_takes_everything_below_along() -> None:
    one, other = make_agency(), make_agency()
    middle = make_agency(parent=one)
    leaf = make_agency(parent=middle)
    Agency.objects.filter(pk=middle.pk).update(parent=other)
    assert stored(leaf).path == f"/{other.pk}/{middle.pk}/{leaf.pk}/"
    Agency.objects.filter(pk=middle.pk).update(parent=None)
    assert stored(leaf).path == f"/{middle.pk}/{leaf.pk}/"


def test_saving_an_agency_keeps_its_path() -> None:
    leaf = make_agency(parent=make_agency())
    path, leaf.path, leaf.name = leaf.path, "nonsense", "Tên mới"
    leaf.save()
    assert stored(leaf).path == path


def test_no_agency_stands_inside_itself() -> None:
    top = make_agency()
    leaf = make_agency(parent=make_agency(parent=top))
    for parent in (top, leaf):
        with pytest.raises(IntegrityError, match="inside itself"), transaction.atomic():
            Agency.objects.filter(pk=top.pk).update(parent=parent)
    assert stored(leaf).path.count("/") == 4


def test_the_search_text_follows_the_name() -> None:
    agency = make_agency("H55.05", name="Sở Đo đạc Đồng Nai")
    assert stored(agency).search_text == "so do dac dong nai h55.05 000.00.05.h55 ubnd"
    Agency.objects.filter(pk=agency.pk).update(name="Khác")
    assert stored(agency).search_text.startswith("khac h55.05")


@pytest.mark.parametrize("code", ["", "h55", "H55 ", "H55..1", "H55.", "H55/1"])
def test_only_well_spelled_codes_are_stored(code: str) -> None:
    with pytest.raises(IntegrityError):
        Agency.objects.create(code=code, name="x", short_name="x", kind="x", valid_from=date(2024, 1, 1))


def test_a_code_is_free_again_after_its_agency_closed() -> None:
    make_agency("H99", valid_to=date(2025, 7, 1))
    make_agency("H99", valid_from=date(2025, 7, 1))
    with pytest.raises(IntegrityError):
        make_agency("H99", valid_from=date(2025, 6, 30), valid_to=date(2025, 7, 2))


def test_the_former_code_is_unique_too() -> None:
    make_agency("H55.05")
    with pytest.raises(IntegrityError, match="old_code"):
        Agency.objects.create(
            code="H55.5",
            old_code="000.00.05.H55",
            name="x",
            short_name="x",
            kind="x",
            valid_from=date(2024, 1, 1),
        )


def test_an_agency_lasts_a_day_at_least() -> None:
    with pytest.raises(IntegrityError):
        make_agency(valid_from=date(2024, 1, 1), valid_to=date(2024, 1, 1))


def test_sessions_of_a_day_lie_apart() -> None:
    hours = WorkingHours.objects.create(agency=None)
    WorkingSession.objects.create(hours=hours, weekday=0, starts=450, ends=690)
    WorkingSession.objects.create(hours=hours, weekday=0, starts=690, ends=700)
    with pytest.raises(IntegrityError):
        WorkingSession.objects.create(hours=hours, weekday=0, starts=689, ends=720)


def test_the_country_has_one_set_of_hours() -> None:
    WorkingHours.objects.create(agency=None)
    with pytest.raises(IntegrityError):
        WorkingHours.objects.create(agency=None)


def test_a_subtree_is_found_through_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM directory_agency WHERE path LIKE '/12/340/%'")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "agency_path" in plan
