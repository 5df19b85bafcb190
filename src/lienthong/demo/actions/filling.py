"""Weeks of everyday work before the story, so that whoever opens a page finds something on it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from lienthong.demo.actions.everyday import (
    desk,
    drafts,
    feedback,
    hall,
    letters,
    one_stop,
    papers,
    portal,
    services,
    systems,
    work,
)
from lienthong.demo.actions.everyday.acting import Days, days_around
from lienthong.demo.contracts import Report
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Actor, Subject, record, timeline

NARRATOR = Actor(kind="job", id="demo", name="demo.fill_pages", source="job:demo.fill_pages")
# In the order of time, which lists and registers follow; a step's name in the ledger says that it is done.
STEPS: tuple[Callable[[Days], None], ...] = (
    papers.open_registers,
    drafts.chains_are_set,
    papers.citizen_is_answered,
    papers.cooperatives_wait,
    letters.finance_reports,
    papers.disbursement_is_looked_into,
    work.division_works,
    letters.decision_goes_out,
    work.tasks_are_given,
    letters.meeting_is_moved,
    letters.departments_are_asked,
    papers.business_writes,
    letters.figures_are_revoked,
    letters.government_is_told,
    papers.more_time_is_asked,
    drafts.drafts_change,
    letters.report_is_taken_back,
    drafts.plans_are_reviewed,
    work.last_days,
    drafts.notices_wait,
    letters.department_replies,
    desk.files_are_kept,
    desk.people_talk,
    desk.work_is_talked_about,
    desk.searches_are_saved,
    desk.deputy_is_away,
    papers.others_arrive,
    letters.more_arrives,
    one_stop.everyday_services_are_settled,
    one_stop.dossiers_are_settled,
    feedback.citizens_speak,
    hall.hall_is_busy,
    services.death_is_drafted_anew,
    portal.province_opens_its_portal,
    systems.province_joins,
    systems.upload_is_under_way,
)


def fill_pages(*, at: datetime, report: Report) -> None:
    """Do every step that is not done yet, as the people would have done it in the weeks before `at`.

    Nothing else may work on the installation meanwhile: a worker would collect in the present what was sent
    in the past. `report("offices", done, total)` is called as the work goes on.
    """
    days = days_around(at)
    for number, step in enumerate(STEPS, start=1):
        done = Subject("demo.step", step.__name__)
        if not timeline(done, limit=1):
            step(days)
            _note(done, at)
        report("offices", number, len(STEPS))


def fill_morning(*, at: datetime) -> None:
    """A morning in the hall of the one-stop for the day of `at`, once a day.

    Tickets are of a day, so the pages of queues would be empty on every day but the first.
    """
    today = at.astimezone(VIETNAM).date()
    done = Subject("demo.morning", today.isoformat())
    first = timeline(Subject("demo.step", hall.hall_is_busy.__name__), limit=1)
    if not first or first[0].at.astimezone(VIETNAM).date() == today or timeline(done, limit=1):
        return
    with suppress(Refusal), transaction.atomic():  # whoever looked around may have changed the hall
        hall.hall_is_busy_again(days_around(at))
    _note(done, at)


@transaction.atomic
def _note(done: Subject, at: datetime) -> None:
    record(actor=NARRATOR, verb="demo.fill", subject=done, at=at)
