"""What the worker does for dossiers."""

from __future__ import annotations

from uuid import UUID

from lienthong.dossiers.actions.counting import fold_deltas, recount_figures
from lienthong.dossiers.actions.national import queue_untold, send_reports
from lienthong.dossiers.actions.passing import end_timers, note_payment
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


@periodic(cron="* * * * *")
@job(name="dossiers.tell_national", queueing_lock="dossiers.tell_national", lock="dossiers.national")
def tell_national(timestamp: int) -> None:
    """Tell the national portal what is due, every minute, one run after the other."""
    send_reports(at=now())


@periodic(cron="7 * * * *")
@job(name="dossiers.queue_untold", queueing_lock="dossiers.queue_untold")
def queue_what_is_untold(timestamp: int) -> None:
    """Queue dossiers on their way that the portal does not know, every hour: all of them at first."""
    queue_untold(at=now())
