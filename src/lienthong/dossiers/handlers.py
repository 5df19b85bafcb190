"""What the app does when something became true: of a payment below, and of its own dossiers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lienthong.directory.public import CalendarChanged
from lienthong.documents.public import VirusFoundLate
from lienthong.dossiers.contracts import DossierMoved
from lienthong.dossiers.late_viruses import tell_of_late_virus
from lienthong.dossiers.states import DECLINE, FINISH, STOP, WITHDRAW, Outcome
from lienthong.kernel.events import subscribe
from lienthong.kernel.jobs import enqueue
from lienthong.payments.public import SubjectsSettled, cancel_charges

ENDS = frozenset({DECLINE.verb, STOP.verb, WITHDRAW.verb})


@subscribe(SubjectsSettled)
def go_on_when_paid(event: SubjectsSettled) -> None:
    """Let the dossiers go on, in a job: who pays holds the charges, and a dossier is held before them."""
    enqueue("dossiers.note_payment", dossier_ids=[str(key) for key in event.subject_ids])


@subscribe(DossierMoved)
def end_charges(event: DossierMoved) -> None:
    """What is owed for a dossier that ends without its result is cancelled; what was paid goes back."""
    refused = event.verb == FINISH.verb and event.outcome == Outcome.REFUSED
    if event.verb in ENDS or refused:
        reason = _("Dossier %(code)s ended without its result.") % {"code": event.code}
        cancel_charges(subject_id=event.dossier_id, reason=reason, actor=None, at=event.at)


@subscribe(VirusFoundLate)
def tell_virus(event: VirusFoundLate) -> None:
    """Tell those whose dossiers have a file in which a virus was found only now."""
    tell_of_late_virus(sha256=event.sha256, virus=event.virus, at=event.at)


@subscribe(CalendarChanged)
def recount_deadlines(event: CalendarChanged) -> None:
    """Count the deadlines again by the new calendar, in a job: a day of the country reaches every agency."""
    enqueue(
        "dossiers.recount",
        lock="dossiers.recount",
        path=event.path,
        day=event.day.isoformat() if event.day else "",
        name=event.name,
        by=", ".join(filter(None, (event.actor.name, event.actor.post))),
        changed_at=event.at.isoformat(),
    )
