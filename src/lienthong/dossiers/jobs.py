"""What the worker does for dossiers."""

from __future__ import annotations

import logging
from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from lienthong.axis.public import AxisUnavailable
from lienthong.dossiers.actions.across import exchange_dossiers
from lienthong.dossiers.actions.apologising import draft_apologies
from lienthong.dossiers.actions.counting import fold_deltas, recount_figures
from lienthong.dossiers.actions.measuring import measure_services
from lienthong.dossiers.actions.national import queue_untold, send_reports
from lienthong.dossiers.actions.passing import end_timers, note_payment
from lienthong.dossiers.actions.reading import forget_readings
from lienthong.dossiers.actions.recounting import recount, to_recount
from lienthong.dossiers.contracts import CalendarChange
from lienthong.dossiers.queueing.appointments import remind_desks, remind_visitors
from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic

logger = logging.getLogger(__name__)


@job(name="dossiers.note_payment")
def note_payment_of(dossier_ids: list[str]) -> None:
    """These dossiers owe nothing any more; what is paid for something else is nothing to us."""
    note_payment(dossier_ids=[UUID(key) for key in dossier_ids], at=now())


@periodic(cron="*/5 * * * *")
@job(name="dossiers.end_timers", queueing_lock="dossiers.end_timers")
def end_due_timers(timestamp: int) -> None:
    """End the timers of processes whose time has passed, every five minutes."""
    end_timers(at=now())


@periodic(cron="47 2 * * *")
@job(name="dossiers.forget_readings", queueing_lock="dossiers.forget_readings")
def forget_old_readings(timestamp: int) -> None:
    """Delete every night who opened dossiers more than five years ago."""
    forget_readings(at=now())


@periodic(cron="* * * * *")
@job(name="dossiers.fold_figures", queueing_lock="dossiers.fold_figures")
def fold_figures(timestamp: int) -> None:
    """Fold what was counted since into days, months and years, every minute."""
    fold_deltas()


@periodic(cron="23 3 * * *")
@job(name="dossiers.recount_figures", queueing_lock="dossiers.recount_figures")
def recount_all_figures(timestamp: int) -> None:
    """Prove every night that the figures equal the dossiers, and mend what does not."""
    recount_figures(at=now())


@periodic(cron="43 3 * * *")
@job(name="dossiers.measure_services", queueing_lock="dossiers.measure_services")
def measure_all_services(timestamp: int) -> None:
    """Measure every night how long services really took and how often they are asked for."""
    measure_services(at=now())


@periodic(cron="* * * * *")
@job(name="dossiers.tell_national", queueing_lock="dossiers.tell_national", lock="dossiers.national")
def tell_national(timestamp: int) -> None:
    """Tell the national portal what is due, every minute, one run after the other."""
    send_reports(at=now())


@periodic(cron="* * * * *")
@job(name="dossiers.across", queueing_lock="dossiers.across", lock="dossiers.across")
def exchange_across(timestamp: int) -> None:
    """Exchange dossiers with other installations, every minute, one round after the other."""
    try:
        exchange_dossiers(at=now())
    except AxisUnavailable as error:
        logger.warning("dossiers for and from other installations wait: %s", error)


@periodic(cron="7 * * * *")
@job(name="dossiers.queue_untold", queueing_lock="dossiers.queue_untold")
def queue_what_is_untold(timestamp: int) -> None:
    """Queue dossiers on their way that the portal does not know, every hour: all of them at first."""
    queue_untold(at=now())


@periodic(cron="*/15 * * * *")
@job(name="dossiers.draft_apologies", queueing_lock="dossiers.draft_apologies")
def draft_due_apologies(timestamp: int) -> None:
    """Draft apologies for what is about to be late, every quarter of an hour."""
    draft_apologies(hours=settings.ENV.apology_hours, at=now())


@periodic(cron="0 0 * * *")
@job(name="dossiers.remind_desks", queueing_lock="dossiers.remind_desks")
def remind_of_appointments(timestamp: int) -> None:
    """Tell receptionists and visitors of appointments, at seven in the morning of Vietnam (midnight UTC)."""
    remind_desks(at=now())
    remind_visitors(at=now())


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
