"""Whom the counter calls today: who has an appointment next, and whose supplement is still missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.functional import Promise

from lienthong.directory.public import calendar_of, is_working_day
from lienthong.dossiers import policies
from lienthong.dossiers.models import Appointment, Reminder, SupplementRequest
from lienthong.dossiers.party_notices import APPOINTMENT_NEAR, SUPPLEMENT_ASKED
from lienthong.dossiers.states import REMINDER_LABELS, DossierState, ReminderKind
from lienthong.identity.public import Party, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Subject
from lienthong.notifications.public import ToldOf, told_about

# An applicant who was asked for a supplement and has not come for so long is called.
AFTER = timedelta(days=3)
MOST, FURTHEST = 300, 30
SUBJECTS = {
    ReminderKind.APPOINTMENT: "dossiers.appointment",
    ReminderKind.SUPPLEMENT: "dossiers.dossier",
}
KINDS = (APPOINTMENT_NEAR.code, SUPPLEMENT_ASKED.code)


@dataclass(frozen=True)
class Due:
    """Somebody to be called: of what kind, who, at which number, about what, and the call made already.

    `at` is the time of the appointment, or when the supplement was asked for. `told` says by which channels a
    message about it went out.
    """

    kind: ReminderKind
    subject_id: UUID
    party: Party
    about: str
    at: datetime
    call: Reminder | None
    told: ToldOf | None = None

    @property
    def label(self) -> Promise:
        """What it is, in the reader's language."""
        return REMINDER_LABELS[self.kind]

    @property
    def counts(self) -> bool:
        """Whether somebody still has to call: neither reached, nor told electronically."""
        reached = self.call is not None and self.call.reached
        return not reached and self.told is None

    @property
    def supplement(self) -> bool:
        """Whether it is a dossier that waits for a supplement."""
        return self.kind is ReminderKind.SUPPLEMENT


def due_reminders(viewer: Viewer, *, at: datetime) -> list[Due]:
    """Appointments until the next working day, then supplements missing for three days; for who receives.

    Who was reached before today is left out. Nine queries.
    """
    if viewer.agency_id is None or not policies.receives(viewer):
        return []
    today = at.astimezone(VIETNAM).date()
    rows = [*_appointments(viewer.agency_id, today), *_supplements(viewer.agency_id, at)]
    calls = {(one.subject_id, one.kind): one for one in _calls(subject_id for _kind, subject_id, *_ in rows)}
    told = _told(rows)
    found = [Due(*row, calls.get((row[1], row[0])), told.get(str(row[1]))) for row in rows]
    return [
        one
        for one in found
        if one.call is None or not one.call.reached or one.call.called_at.astimezone(VIETNAM).date() == today
    ]


Row = tuple[ReminderKind, UUID, Party, str, datetime]


def _appointments(agency_id: int, today: date) -> list[Row]:
    rows = Appointment.objects.filter(
        agency=agency_id, day__gt=today, day__lte=_next_working_day(agency_id, today)
    )
    rows = rows.filter(cancelled_at=None, ticket=None).select_related("party", "queue")
    return [
        (ReminderKind.APPOINTMENT, row.pk, row.party, row.queue.name, row.starts_at)
        for row in rows.order_by("starts_at", "pk")[:MOST]
    ]


def _supplements(agency_id: int, at: datetime) -> list[Row]:
    rows = SupplementRequest.objects.filter(
        dossier__agency=agency_id,
        dossier__state=DossierState.SUPPLEMENT_REQUESTED,
        answered_at=None,
        asked_at__lte=at - AFTER,
    ).select_related("dossier__applicant")
    return [
        (ReminderKind.SUPPLEMENT, row.dossier_id, row.dossier.applicant, row.dossier.code, row.asked_at)
        for row in rows.order_by("asked_at", "pk")[:MOST]
    ]


def _calls(subject_ids: Iterable[UUID]) -> list[Reminder]:
    rows = Reminder.objects.filter(subject_id__in=list(subject_ids))
    return list(rows.select_related("called_by"))


def _told(rows: Iterable[Row]) -> dict[str, ToldOf]:
    """Of what a message went out to the party, or was read on their page; the last of each."""
    subjects = [Subject(SUBJECTS[kind], str(subject_id)) for kind, subject_id, *_rest in rows]
    found = told_about(subjects, kinds=KINDS) if subjects else {}
    reached = {key: [one for one in told if one.channels or one.read_at] for key, told in found.items()}
    return {key: told[0] for key, told in reached.items() if told}


def _next_working_day(agency_id: int, today: date) -> date:
    """The next day on which the agency works; a month ahead where it never does."""
    last = today + timedelta(days=FURTHEST)
    calendar = calendar_of(agency_id, years=range(today.year, last.year + 1))
    days = (today + timedelta(days=number) for number in range(1, FURTHEST + 1))
    return next((day for day in days if is_working_day(calendar, day)), last)
