"""A call to an applicant is written down."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from lienthong.dossiers import policies
from lienthong.dossiers.models import Reminder
from lienthong.dossiers.reminders import due_reminders
from lienthong.dossiers.states import ReminderKind
from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.ledger.public import Subject, record

SUBJECTS = {ReminderKind.APPOINTMENT: "dossiers.appointment", ReminderKind.SUPPLEMENT: "dossiers.dossier"}


def note_call(*, kind: str, subject_id: UUID, reached: bool, viewer: Viewer, at: datetime) -> Reminder:
    """Write down that an applicant was called, and whether they answered; a mistake is mended by the next.

    Raises:
        NotAllowed; NotFound: it is not on today's list of the viewer's agency.
    """
    if not policies.receives(viewer) or viewer.official_id is None:
        raise NotAllowed
    with transaction.atomic():
        wanted = [
            one for one in due_reminders(viewer, at=at) if (one.kind, one.subject_id) == (kind, subject_id)
        ]
        if not wanted:
            raise NotFound
        said = {"agency_id": viewer.agency_id, "reached": reached, "called_at": at}
        said["called_by_id"] = viewer.official_id
        row, made = Reminder.objects.get_or_create(kind=kind, subject_id=subject_id, defaults=said)
        if not made:
            Reminder.objects.filter(pk=row.pk).update(**said, tries=F("tries") + 1)
            row.refresh_from_db()
        subject = Subject(SUBJECTS[wanted[0].kind], str(subject_id))
        data = {"reached": reached, "tries": row.tries}
        record(actor=viewer.actor(), verb=f"{kind}.call", subject=subject, at=at, data=data)
    return row
