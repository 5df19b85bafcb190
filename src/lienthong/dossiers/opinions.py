"""What may be read of opinions."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from lienthong.dossiers import policies
from lienthong.dossiers.models import Dossier, Opinion
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.models import Blob

QUESTION, ANSWER = "question", "answer"


def find_opinion(viewer: Viewer, task_id: UUID) -> Opinion:
    """An opinion that the viewer's agency asked for or is asked for. Raises `NotFound`."""
    if viewer.agency_id is None or not viewer.has(*policies.READERS):
        raise NotFound
    ours = Q(task__agency_id=viewer.agency_id) | Q(at_step__agency_id=viewer.agency_id)
    owned = Q(task__dossier__agency_id=viewer.agency_id)
    rows = Opinion.objects.select_related(
        "task__dossier__version__procedure", "task__agency", "at_step__agency", "asked_by"
    )
    found = rows.filter(ours | owned, pk=task_id).first()
    if found is None:
        raise NotFound
    return found


def file_of(viewer: Viewer, task_id: UUID, which: str) -> tuple[Blob, str]:
    """The file that came with the question or the answer, and its name. Raises `NotFound`."""
    opinion = find_opinion(viewer, task_id)
    blob = {QUESTION: opinion.question_file, ANSWER: opinion.answer_file}.get(which)
    if blob is None:
        raise NotFound
    name = opinion.question_file_name if which == QUESTION else opinion.answer_file_name
    return blob, name


def opinions_of(dossier: Dossier) -> list[Opinion]:
    """All opinions asked for of a dossier that the viewer was found to see, in their order. One query."""
    rows = Opinion.objects.filter(task__dossier=dossier).order_by("task__opened_at", "task_id")
    return list(rows.select_related("task__agency", "task__done_by", "at_step", "asked_by"))
