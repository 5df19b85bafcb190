"""Who is told of what happens to a task: one table, from the verbs of the history to kinds and hearers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import deputies_in, officials_acting
from lienthong.ledger.public import Actor, Subject
from lienthong.notifications.public import Kind, Way, notify, register_kind
from lienthong.tasks.models import Task, TaskParty
from lienthong.tasks.policies import HEADS
from lienthong.tasks.states import CHILDREN_DONE, DOCUMENT_CHANGED, GIVE, VIRUS_FOUND, Part

WORK_LENGTH = 200
SCANNER = Actor(
    kind="job", id="documents.scan_waiting", name="documents.scan_waiting", source="documents.scan_waiting"
)


class Hears(StrEnum):
    """Who of a task is told; a division's part is heard by who acts for it, its head and its clerk."""

    LEAD = "lead"
    DIVISION = "division that leads"
    OTHERS = "those who take part without leading"
    GIVER = "giver"


@dataclass(frozen=True)
class Telling:
    """A kind of notification and who gets it."""

    kind: Kind
    hears: Hears


def _kind(code: str, label: Promise, sentence: Promise, way: Way = Way.DIGEST) -> Kind:
    return register_kind(Kind(f"tasks.{code}", label, sentence, way))


_GIVEN = _kind("given", _("A task is given to me"), _("%(actor)s gave you a task: %(work)s"))
_GIVEN_HERE = _kind(
    "given-division",
    _("A task is given to my division"),
    _("%(actor)s gave your division a task: %(work)s"),
)
_TAKE_PART = _kind(
    "take-part",
    _("I work with others on a task, or am told of it"),
    _("%(actor)s named you in a task: %(work)s"),
)
_HANDED_ON = _kind(
    "handed-on", _("A task I gave is handed on"), _("%(actor)s handed the task on: %(work)s"), Way.APP
)
_RETURNED = _kind(
    "returned", _("A task I gave is sent back to me"), _("%(actor)s sent the task back to you: %(work)s")
)
_ASKED = _kind("extension-asked", _("More time is asked of me"), _("%(actor)s asks for more time: %(work)s"))
_GRANTED = _kind("extension-granted", _("More time is granted to me"), _("More time is granted: %(work)s"))
_REFUSED = _kind("extension-refused", _("More time is refused to me"), _("More time is refused: %(work)s"))
_REPORTED = _kind(
    "reported", _("A task I gave is reported as done"), _("%(actor)s reports as done: %(work)s")
)
_REWORK = _kind("rework", _("My result is sent back for rework"), _("%(actor)s wants rework: %(work)s"))
_ACCEPTED = _kind("accepted", _("My result is accepted"), _("The result is accepted: %(work)s"), Way.APP)
_CANCELLED = _kind("cancelled", _("A task I take part in is called off"), _("Called off: %(work)s"))
_OPINION = _kind(
    "opinion", _("Whoever gave me a task adds an opinion"), _("%(actor)s adds an opinion: %(work)s")
)
_PARTS_CLOSED = _kind(
    "parts-closed",
    _("All sub-tasks of my task are closed"),
    _("All sub-tasks are closed, the task can be finished: %(work)s"),
)
_DOCUMENT_CHANGED = _kind(
    "document-changed",
    _("A document of my task is withdrawn, replaced or corrected"),
    _("Its document was withdrawn, replaced or corrected: %(work)s"),
)
_VIRUS_FOUND = _kind(
    "virus-found",
    _("A virus is found later in a file of my task"),
    _(
        "A virus was found in a file of this task, which opens no more. Do not open copies; have the "
        "computers checked on which it was opened: %(work)s"
    ),
    Way.MAIL,
)


def _lead(kind: Kind) -> tuple[Telling, ...]:
    return Telling(kind, Hears.LEAD), Telling(kind, Hears.DIVISION)


_NAMED = (
    Telling(_GIVEN, Hears.LEAD),
    Telling(_GIVEN_HERE, Hears.DIVISION),
    Telling(_TAKE_PART, Hears.OTHERS),
)
_OFF = (*_lead(_CANCELLED), Telling(_CANCELLED, Hears.OTHERS))
TELLINGS: dict[str, tuple[Telling, ...]] = {
    GIVE: _NAMED,
    "direct-again": _NAMED,
    "hand-on": (
        Telling(_GIVEN, Hears.LEAD),
        Telling(_GIVEN_HERE, Hears.DIVISION),
        Telling(_HANDED_ON, Hears.GIVER),
    ),
    "return": (Telling(_RETURNED, Hears.GIVER),),
    "decline": (Telling(_RETURNED, Hears.GIVER),),
    "ask-extension": (Telling(_ASKED, Hears.GIVER),),
    "grant-extension": _lead(_GRANTED),
    "refuse-extension": _lead(_REFUSED),
    "finish": (Telling(_REPORTED, Hears.GIVER),),
    "complete": (Telling(_REPORTED, Hears.GIVER),),
    "report": (Telling(_REPORTED, Hears.GIVER),),
    "rework": _lead(_REWORK),
    "accept": _lead(_ACCEPTED),
    "opine": _lead(_OPINION),
    "cancel": _OFF,
    "lose": (*_OFF, Telling(_CANCELLED, Hears.GIVER)),
    CHILDREN_DONE: _lead(_PARTS_CLOSED),
    VIRUS_FOUND: (
        *_lead(_VIRUS_FOUND),
        Telling(_VIRUS_FOUND, Hears.OTHERS),
        Telling(_VIRUS_FOUND, Hears.GIVER),
    ),
    DOCUMENT_CHANGED: (*_lead(_DOCUMENT_CHANGED), Telling(_DOCUMENT_CHANGED, Hears.GIVER)),
}


def tell_of_virus(task_ids: Iterable[UUID], *, at: datetime) -> None:
    """Tell all who take part in the tasks that a virus was found in a file they could open."""
    for task_id in task_ids:  # rare, and few; each has its own hearers
        tell(task_id=task_id, verb=VIRUS_FOUND, actor=SCANNER, at=at)


def tell(*, task_id: UUID, verb: str, actor: Actor, at: datetime) -> None:
    """Tell those whom the table names, without the actor, in the caller's transaction.

    At most four queries and one for each kind told, however many there are.
    """
    tellings = TELLINGS.get(verb, ())
    if not tellings:
        return
    task = Task.objects.get(pk=task_id)
    hearers = _hearers(task, {telling.hears for telling in tellings}, at)
    himself = {int(actor.id)} if actor.kind == "official" and actor.id.isdigit() else set()
    for telling in tellings:
        if recipients := hearers[telling.hears] - himself:
            notify(
                recipients=recipients,
                kind=telling.kind.code,
                subject=Subject("tasks.task", str(task.pk)),
                key=f"{verb} {at.isoformat()}",
                params={"work": " ".join(task.work.split())[:WORK_LENGTH], "actor": actor.name},
                link=reverse("tasks:task_detail", args=[task.pk]),
                due_at=task.due_at,
                at=at,
            )


def _hearers(task: Task, wanted: set[Hears], at: datetime) -> dict[Hears, set[int]]:
    """The officials by what they hear, each only at the first place where he or she stands."""
    parties = list(task.parties.all())
    lead = [party for party in parties if party.part == Part.LEAD]
    others = [party for party in parties if party.part != Part.LEAD] if Hears.OTHERS in wanted else []
    posts = {party.post_id for party in (*lead, *others) if party.post_id}
    stand_in: dict[tuple[int, int], set[int]] = {}
    for deputy in deputies_in(posts | ({task.given_post_id} if task.given_post_id else set()), at=at):
        stand_in.setdefault((deputy.post_id, deputy.absent_id), set()).add(deputy.official_id)
    found = {
        Hears.LEAD: _people(lead, stand_in),
        Hears.DIVISION: _heads(lead, at),
        Hears.OTHERS: _people(others, stand_in) | _heads(others, at),
        Hears.GIVER: {task.given_by_id} | stand_in.get((task.given_post_id or 0, task.given_by_id), set()),
    }
    found[Hears.OTHERS] -= found[Hears.LEAD] | found[Hears.DIVISION]
    return found


def _people(parties: Iterable[TaskParty], stand_in: dict[tuple[int, int], set[int]]) -> set[int]:
    """The officials among the parties, and who acts for them while they are away."""
    found: set[int] = set()
    for party in parties:
        if party.official_id is not None:
            found |= {party.official_id} | stand_in.get((party.post_id or 0, party.official_id), set())
    return found


def _heads(parties: Iterable[TaskParty], at: datetime) -> set[int]:
    """Who acts for the divisions among the parties; no query without one."""
    divisions = {party.division_id for party in parties if party.division_id is not None}
    return officials_acting(at=at, divisions=divisions, roles=HEADS) if divisions else set()
