"""Counting how services are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.statements import as_json, execute
from lienthong.portal.applying.steps import first_wanting, missing_papers, steps_of
from lienthong.portal.models import Draft, ServiceUse, UseEvent
from lienthong.procedures.public import answer_faults, asked_pages, definition_of

MOST_PLACE = 130
_NOTE = """
INSERT INTO portal_serviceuse AS use (day, procedure_id, event, place, times)
SELECT day, procedure_id, event, place, times
FROM json_to_recordset(%s) AS given (day date, procedure_id uuid, event text, place text, times integer)
ORDER BY procedure_id, day, event, place
ON CONFLICT (procedure_id, day, event, place) DO UPDATE SET times = use.times + excluded.times
"""
Use = tuple[UUID, UseEvent, str]


def note_use(procedure_id: UUID, event: UseEvent, *places: str, at: datetime) -> None:
    """Count that something happened once, at each of the places if there are some. One statement."""
    note_uses(Counter((procedure_id, event, place) for place in places or ("",)), at=at)


def note_uses(uses: Mapping[Use, int], *, at: datetime) -> None:
    """Count many, in one order of their keys, so that two who count at once wait but never for each other."""
    if not uses:
        return
    day = at.astimezone(VIETNAM).date()
    rows = [
        {"day": day, "procedure_id": key, "event": event.value, "place": place[:MOST_PLACE], "times": times}
        for (key, event, place), times in uses.items()
    ]
    execute(_NOTE, as_json(rows))


def note_left(drafts: Iterable[Draft], *, at: datetime) -> None:
    """Count where the applications that end unsent were left: the page, and the first open question.

    Only the pages that their own answers led to are looked at. One statement.
    """
    left = Counter[Use]()
    for draft in drafts:
        left[draft.version.procedure_id, UseEvent.LEFT, where_left(draft)] += 1
    note_uses(left, at=at)


def where_left(draft: Draft) -> str:
    """The first page that wants something, with its first question: "child/birth_date"; else "review"."""
    definition, channel = definition_of(draft.version), draft.offer.channel
    steps = steps_of(
        definition, channel=channel, answers=draft.answers, papers=draft.papers, person=draft.person
    )
    step = first_wanting(steps)
    if step.kind == "papers":
        missing = missing_papers(definition, draft.answers, draft.papers, channel)
        return f"{step.key}/{missing[0].key}" if missing else step.key
    if step.kind != "form" or definition.form is None:
        return step.key
    faulty = {fault.question for fault in answer_faults(definition.form, draft.answers)}
    page = next(one for one in asked_pages(definition.form, draft.answers) if one.key == step.key)
    return f"{step.key}/{next(one.key for one in page.questions if one.key in faulty)}"


def forget_uses(*, before: date) -> int:
    """Remove the counts of the days before; how many rows."""
    return ServiceUse.objects.filter(day__lt=before).delete()[0]
