"""What is late to be registered, by the agency's own working days."""

from __future__ import annotations

from datetime import datetime

import pytest

from lienthong.directory.public import set_day
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Actor
from lienthong.office.register_queries import clerk_figures
from lienthong.office.same_day import same_day_rule
from lienthong.office.states import State
from lienthong.office.tests.factories import incoming_document

pytestmark = pytest.mark.django_db


def _moment(day: int, hour: int = 12, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("at", "late_before", "unlawful_before"),
    [
        (_moment(4), _moment(3, 17, 30), _moment(2, 17, 30)),  # a Wednesday at noon
        (_moment(4, 17, 29), _moment(3, 17, 30), _moment(2, 17, 30)),
        (_moment(4, 17, 30), _moment(4, 17, 30), _moment(3, 17, 30)),
        (_moment(8), _moment(6, 17, 30), _moment(5, 17, 30)),  # a Sunday
        (_moment(9, 8), _moment(6, 17, 30), _moment(5, 17, 30)),  # a Monday morning
    ],
)
def test_late_is_what_came_before_the_end_of_the_last_working_day(
    at: datetime, late_before: datetime, unlawful_before: datetime
) -> None:
    rule = same_day_rule(agency().id, at=at)
    assert (rule.late_before, rule.unlawful_before) == (late_before, unlawful_before)


def test_a_day_off_of_the_agency_does_not_count() -> None:
    ours = agency()
    actor = Actor(kind="job", id="test", name="test", source="test")
    set_day(agency=ours, day=_moment(3).date(), works_as=None, name="Nghỉ", actor=actor, at=_moment(1))
    assert same_day_rule(ours.id, at=_moment(4)).late_before == _moment(2, 17, 30)


def test_the_first_working_day_of_a_year_looks_back_into_the_year_before() -> None:
    rule = same_day_rule(agency().id, at=_moment(1, month=1))
    assert rule.late_before.year == 2025


def test_the_clerks_figures_tell_the_day_and_what_is_late() -> None:
    ours, at = agency(), _moment(4)
    for day, hour in ((2, 9), (3, 9), (4, 9), (4, 10)):
        incoming_document(ours, at=_moment(day, hour))
    incoming_document(ours, at=_moment(4, 8), state=State.REGISTERED)
    incoming_document(agency(), at=_moment(4))
    figures = clerk_figures(viewer_in(ours, Role.CLERK), same_day_rule(ours.id, at=at), at=at)
    assert (figures.arrived_today, figures.registered_today) == (3, 1)
    assert (figures.unregistered, figures.late, figures.unlawful) == (4, 2, 1)
