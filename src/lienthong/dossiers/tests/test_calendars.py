"""An agency whose calendar has no working days is told, and holds up nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lienthong.directory.public import Agency, Hours, Session, set_day, set_hours
from lienthong.dossiers.actions.apologising import draft_apologies
from lienthong.dossiers.actions.passing import end_timers
from lienthong.dossiers.health import check_calendars
from lienthong.dossiers.models import ApologyDraft, DossierTask
from lienthong.dossiers.tests.factories import NOON, offered, official, received
from lienthong.dossiers.tests.test_apologising import DUE
from lienthong.dossiers.tests.test_dossiers import finish, permit
from lienthong.dossiers.tests.test_recounting import BY, DAY, HOUR, TUESDAY, due, run_jobs
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.notifications.tests.factories import told_of

pytestmark = pytest.mark.django_db
TOLD = ["dossiers.calendar-without-work"]
ALARM = 'role="alert"'


def stop_working(agency: Agency) -> None:
    """Leave the agency a calendar of empty weeks, as an import of old data could."""
    mornings = ((Session(450, 690),), *((),) * 6)
    hours = set_hours(agency=agency, week=mornings, cut_off=600, **BY)  # type: ignore[arg-type]
    hours.sessions.all().delete()


def test_apologies_are_drafted_and_deadlines_counted_again_for_all_others() -> None:
    ill, well = received(), received()
    administrators = [official(one.agency, Role.ADMINISTRATOR).official_id or 0 for one in (ill, well)]
    stop_working(ill.agency)
    before = ill.due_at
    for _twice in range(2):
        draft_apologies(hours=4, at=DUE - HOUR)
    assert list(ApologyDraft.objects.values_list("dossier", flat=True)) == [well.pk]
    assert [told_of(one) for one in administrators] == [TOLD, []], "once a day"
    set_day(agency=None, day=TUESDAY, works_as=None, name="Nghỉ bão", **BY)  # type: ignore[arg-type]
    run_jobs()
    assert (due(ill), due(well)) == (before, DUE + DAY)


def test_a_step_elsewhere_without_working_days_leaves_the_dossier_as_it_is() -> None:
    (dossier, department), other = permit(), received()
    before = dossier.due_at
    stop_working(Agency.objects.get(pk=department))
    set_day(agency=None, day=TUESDAY, works_as=None, name="Nghỉ bão", **BY)  # type: ignore[arg-type]
    run_jobs()
    assert (due(dossier), due(other)) == (before, DUE + DAY)


def test_timers_of_others_end_and_its_own_wait_until_it_works_again() -> None:
    dossier, _department = permit()
    neighbour = agency()
    Agency.objects.filter(pk=neighbour.pk).update(parent=dossier.agency.parent, kind="commune")
    neighbour.refresh_from_db()
    other = received(offered(dossier.version, neighbour))
    for one in (dossier, other):
        for step in ("plan", "site"):
            finish(one, step, Role.SPECIALIST)
    timers = DossierTask.objects.filter(step="posted", state="open")
    at = max(timer.due_at or NOON for timer in timers) + timedelta(minutes=1)
    stop_working(dossier.agency)
    assert end_timers(at=at) == 1
    assert [timer.dossier_id for timer in timers.all()] == [dossier.pk]
    set_hours(agency=dossier.agency, week=Hours().week, cut_off=960, **BY)  # type: ignore[arg-type]
    assert end_timers(at=at) == 1


def test_the_operator_and_the_administrator_see_it() -> None:
    offer = offered()
    received(offer)
    client = Client()
    client.force_login(official_in(offer.agency, Role.ADMINISTRATOR))
    page = reverse("administration:calendar")
    assert check_calendars().state == "good"
    assert ALARM not in client.get(page).content.decode()
    stop_working(offer.agency)
    found = check_calendars()
    assert (found.state, offer.agency.name in found.sentence) == ("bad", True)
    assert ALARM in client.get(page).content.decode()
