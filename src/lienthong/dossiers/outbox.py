"""What the national portal must be told is queued in the transaction that made it true (ADR 0059)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from lienthong.dossiers.models import Dossier, NationalReport
from lienthong.dossiers.states import GOES_ON, MOVES, RECOUNT, STANDS, National
from lienthong.ledger.public import Actor

SUBMIT, BACKFILL = "submit", "backfill"
TOLD = frozenset(MOVES) | {SUBMIT, STANDS, GOES_ON, RECOUNT}


def national_on() -> bool:
    """Whether this installation tells the national portal; without it nothing is queued."""
    return bool(settings.ENV.national_url)


def queue_reports(said: Sequence[tuple[Dossier, str, int]], *, actor: Actor, at: datetime) -> None:
    """Queue what was said of dossiers, in order: (dossier, verb, state then). One statement, or none.

    Of one that another installation handed over that installation tells the portal.

    Each dossier comes first as it stands now, so that the portal knows it when it reads of its progress.
    """
    told = [(dossier, verb, state) for dossier, verb, state in said if verb in TOLD and not dossier.foreign]
    if not told or not national_on():
        return
    last = {dossier.pk: (dossier, verb) for dossier, verb, _state in told}
    rows = [report(dossier, National.RECORD, verb, dossier.state, at) for dossier, verb in last.values()]
    rows += [report(dossier, National.PROGRESS, verb, state, at) for dossier, verb, state in told]
    for row in rows:
        row.staff, row.post_title = actor.name[:250], actor.post[:250]
        row.agency_code = actor.agency_code[:60]
    NationalReport.objects.bulk_create(rows, batch_size=1000)


def report(dossier: Dossier, service: National, verb: str, state: int, at: datetime) -> NationalReport:
    """A row of the outbox, to be sent at once."""
    return NationalReport(
        dossier=dossier,
        service=service,
        verb=verb,
        state=state,
        happened_at=at,
        due_at=dossier.promised_at or dossier.due_at,
        next_attempt_at=at,
    )
