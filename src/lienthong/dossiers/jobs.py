"""What the worker does for dossiers."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from lienthong.dossiers.actions.apologising import draft_apologies
from lienthong.dossiers.actions.passing import end_timers, note_payment
from lienthong.dossiers.actions.recounting import recount, to_recount
from lienthong.dossiers.contracts import CalendarChange
from lienthong.dossiers.queueing.appointments import remind_desks
from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic


@job(name="dossiers.note_payment")
def note_payment_of(dossier_ids: list[str]) -> None:
    """These dossiers owe nothing any more; what is paid for something else is nothing to us."""
    note_payment(dossier_ids=[UUID(key) for key in dossier_ids], at=now())


@periodic(cron="*/5 * * * *")
@job(name="dossiers.end_timers", queueing_lock="dossiers.end_timers")
def end_due_timers(timestamp: int) -> None:
    """End the timers of processes whose time has passed, every five minutes."""
    while end_timers(at=now()):
        pass


@periodic(cron="*/15 * * * *")
@job(name="dossiers.draft_apologies", queueing_lock="dossiers.draft_apologies")
def draft_due_apologies(timestamp: int) -> None:
    """Draft apologies for what is about to be late, every quarter of an hour."""
    draft_apologies(hours=settings.ENV.apology_hours, at=now())


@periodic(cron="0 0 * * *")
@job(name="dossiers.remind_desks", queueing_lock="dossiers.remind_desks")
def remind_of_appointments(timestamp: int) -> None:
    """Tell receptionists of today's appointments, at seven in the morning of Vietnam (midnight UTC)."""
    remind_desks(at=now())


@job(name="dossiers.recount")
def recount_after(**said: str) -> None:
    """Count the deadlines that a change of a calendar reaches again, each batch in its own transaction."""
    change = change_of(**said)
    for batch in to_recount(change=change):
        recount(dossier_ids=batch, change=change, at=now())


def change_of(*, path: str, day: str, name: str, by: str, changed_at: str) -> CalendarChange:
    """The change, from what the job was given."""
    on = date.fromisoformat(day) if day else None
    return CalendarChange(path, on, name, by, datetime.fromisoformat(changed_at))
