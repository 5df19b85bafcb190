"""Who may do what with a task; the buttons are drawn from `allowed_actions`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.tasks.models import Extension, Task, TaskParty
from lienthong.tasks.states import (
    ASK_TIME,
    COMPLETE,
    FINISH,
    GRANT_TIME,
    MOVES,
    OPEN,
    REFUSE_TIME,
    STATE_LABELS,
    ExtensionState,
    Move,
    Part,
    Who,
)

READ_ALL = frozenset({Role.CLERK, Role.LEADER, Role.AUDITOR})
READERS = READ_ALL | {Role.SPECIALIST}
WORKERS = frozenset({Role.SPECIALIST, Role.LEADER, Role.CLERK})
# Who acts for a division that leads: its head, its clerk, and a leader of the agency who belongs to it.
HEADS = frozenset({Role.HEAD, Role.LEADER, Role.CLERK})


class TaskNotNow(Refusal):
    """The task's state does not allow the move."""

    code, status = "task-wrong-state", 409
    sentence = _(
        "This cannot be done now: the task is in state “%(state)s”. "
        "Someone may have been faster; reload the page to see what happened."
    )


class NotTheLead(Refusal):
    """Only who leads the task may do this."""

    code, status = "not-the-lead", 403
    sentence = _("Only who leads this task may do this. The lead is %(lead)s.")


class NotTheGiver(Refusal):
    """Only who gave the task, or a leader of the agency, may do this."""

    code, status = "not-the-giver", 403
    sentence = _(
        "Only who gave this task, or a leader of the agency, may do this. It was given by %(giver)s."
    )


class LedElsewhere(Refusal):
    """Another agency leads the task, so it is moved by documents."""

    code, status = "led-elsewhere", 409
    sentence = _(
        "%(lead)s leads this task, and it moves by what that agency reports. Send it a document instead."
    )


class OpenSubTasks(Refusal):
    """A task is not finished before its sub-tasks."""

    code, status = "open-sub-tasks", 409
    sentence = _(
        "This task cannot be finished yet. These sub-tasks are still open: %(names)s. "
        "Finish them, or call them off with a reason."
    )


class ExtensionWaits(Refusal):
    """One request for more time at a time."""

    code, status = "extension-waits", 409
    sentence = _("More time was asked for already, and the request waits for a decision.")


class NoExtensionAsked(Refusal):
    """Nobody asks for more time, or it was decided already."""

    code, status = "no-extension-asked", 409
    sentence = _("No request for more time waits, or someone has decided it. Reload the page.")


def reads_all(viewer: Viewer) -> bool:
    """Whether the viewer sees every task of the agency, or only those with a part in them."""
    return viewer.has(*READ_ALL)


def gives(viewer: Viewer) -> bool:
    """Whether the viewer gives tasks of the agency's own: a leader."""
    return viewer.agency_id is not None and viewer.has(Role.LEADER)


def lead_of(task: Task) -> TaskParty:
    """Who leads; reads the prefetched parties."""
    return task.lead


def pending_extension(task: Task) -> Extension | None:
    """The request that waits for a decision; reads the prefetched extensions."""
    return next((row for row in task.extensions.all() if row.state == ExtensionState.PENDING), None)


def is_party(viewer: Viewer, party: TaskParty) -> bool:
    """Whether the viewer is this party, acts by delegation in its post, or heads its division."""
    if party.division_id is not None:
        return party.division_id == viewer.division_id and viewer.has(*HEADS)
    if party.official_id is None:
        return False
    own = party.official_id == viewer.official_id
    return own or (bool(viewer.acting_for) and party.post_id == viewer.post_id)


def is_giver(viewer: Viewer, task: Task) -> bool:
    """Whether the viewer gave the task, acts in the giver's post, or is a leader who does not lead it."""
    own = task.given_by_id == viewer.official_id
    stands_in = bool(viewer.acting_for) and task.given_post_id == viewer.post_id
    return own or stands_in or (viewer.has(Role.LEADER) and not is_party(viewer, lead_of(task)))


def allowed_actions(viewer: Viewer, task: Task) -> list[Move]:
    """What the viewer may do with the task now, in the order of the table."""
    return [move for move in MOVES.values() if _refusal(viewer, task, move) is None]


def require(viewer: Viewer, task: Task, move: Move) -> None:
    """Raise what stands against the move: `NotAllowed`, `NotTheLead`, `NotTheGiver`, `TaskNotNow`, …"""
    refusal = _refusal(viewer, task, move)
    if refusal is not None:
        raise refusal


def _refusal(viewer: Viewer, task: Task, move: Move) -> Refusal | None:
    """What stands against the move; the person is looked at before the state, so that nothing leaks."""
    if move.who is Who.OUTSIDE or viewer.agency_id != task.agency_id or not viewer.has(*WORKERS):
        return NotAllowed()
    lead = lead_of(task)
    if move.who is Who.GIVER and not is_giver(viewer, task):
        return NotTheGiver(giver=task.given_by.full_name)
    if lead.agency_id is not None and not move.outside:
        return LedElsewhere(lead=lead.name)
    if move.who is Who.LEAD and not is_party(viewer, lead):
        return NotTheLead(lead=lead.name)
    if move.who is Who.WORKER and not any(
        is_party(viewer, party) for party in task.parties.all() if party.part != Part.INFORMED
    ):
        return NotTheLead(lead=lead.name)
    if task.state not in move.sources:
        return TaskNotNow(state=STATE_LABELS[task.state])
    return _condition(task, move)


def _condition(task: Task, move: Move) -> Refusal | None:
    """What else must hold: sub-tasks closed before the end, one request for time at a time."""
    waits = pending_extension(task) is not None
    if move is ASK_TIME:
        return ExtensionWaits() if waits else None
    if move in (GRANT_TIME, REFUSE_TIME):
        return None if waits else NoExtensionAsked()
    if move in (FINISH, COMPLETE):
        if (move is FINISH) is not task.needs_acceptance:
            return NotAllowed()
        still = [str(child) for child in task.children.all() if child.state in OPEN]
        return OpenSubTasks(names="; ".join(still[:5])) if still else None
    return None
