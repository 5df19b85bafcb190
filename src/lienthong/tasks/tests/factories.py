"""Tasks, their parties and directions, for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from lienthong.directory.public import Agency, Division
from lienthong.identity.public import Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import at_noon, official_in
from lienthong.kernel.identifiers import uuid7
from lienthong.tasks.contracts import Direction, PartyKey, PartyKind
from lienthong.tasks.models import Task, TaskParty
from lienthong.tasks.states import CLOSED, Part, TaskState

NOON = at_noon()
WORK = "Tham mưu báo cáo kết quả kết nối, liên thông văn bản."


def key_of(party: Viewer | Division) -> PartyKey:
    """How a direction names the official or the division."""
    if isinstance(party, Division):
        return PartyKey(PartyKind.DIVISION, party.id)
    assert party.official_id is not None
    return PartyKey(PartyKind.OFFICIAL, party.official_id)


def direction(leads: Viewer | Division, **fields: Any) -> Direction:
    """A direction that names the lead only, due in three working days."""
    return Direction(**{"text": WORK, "lead": key_of(leads), "working_days": 3, **fields})


def has_part(task: Task, party: Viewer | Division, part: Part) -> TaskParty:
    """Give the official or the division a part in the task."""
    if isinstance(party, Division):
        return TaskParty.objects.create(task=task, part=part, division=party)
    return TaskParty.objects.create(
        task=task, part=part, official_id=party.official_id, post_id=party.post_id
    )


def task(giver: Viewer, lead: Viewer | Division, *, at: datetime = NOON, **fields: Any) -> Task:
    """A task of the giver's agency with its lead, due in five days, in the state wanted."""
    key = fields.pop("id", None) or uuid7()
    state = fields.get("state", TaskState.GIVEN)
    parent: Task | None = fields.get("parent")
    values: dict[str, Any] = {
        "id": key,
        "agency_id": giver.agency_id,
        "work": WORK,
        "root_id": parent.root_id if parent else key,
        "depth": parent.depth + 1 if parent else 0,
        "given_by_id": giver.official_id,
        "given_post_id": giver.post_id,
        "giver_title": giver.post_title,
        "given_at": at,
        "due_at": at + timedelta(days=5),
        "closed_at": at if state in CLOSED else None,
        "reason": "Lý do" if state in {TaskState.RETURNED, TaskState.CANCELLED} else "",
    }
    with transaction.atomic():  # at its end the database looks whether there is a lead
        made = Task.objects.create(**values | fields)
        has_part(made, lead, Part.LEAD)
    return made


def member(division: Division, role: Role) -> Viewer:
    """Someone with the role in the division."""
    return acting_viewer(official_in(division.agency, role, division=division), at=NOON)


def division_of(place: Agency, name: str = "Phòng Tổng hợp") -> Division:
    """A division of the agency."""
    return Division.objects.create(agency=place, name=name, short_name="TH")


def parts(of: Task) -> dict[str, str]:
    """Who has which part, by name."""
    return {party.name: party.part for party in of.parties.select_related("official", "division", "agency")}
