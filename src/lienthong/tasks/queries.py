"""What a viewer may read of tasks. Every answer is narrowed to the viewer first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from lienthong.directory.public import Division, PostHolding
from lienthong.identity.public import Colleague, NotFound, Role, Viewer, colleagues_with
from lienthong.kernel.paging import Page, soonest_page
from lienthong.kernel.remembered import Remembered
from lienthong.kernel.statements import Columns
from lienthong.tasks import policies
from lienthong.tasks.contracts import Candidate, PartyKey, PartyKind, TaskFilter
from lienthong.tasks.models import Extension, Plain, Task, TaskParty, TaskStep
from lienthong.tasks.states import OPEN, UNDER_WAY, ExtensionState, Part, TaskState

MINE, GIVEN, DIVISION, ALL = "mine", "given", "division", "all"
COUNT_CAP = 99
EXPORT_LIMIT = 50_000
CANDIDATE_LIMIT = 40
FROM_GIVER = (TaskState.RETURNED, TaskState.REPORTED)
DIRECTING = frozenset({"give", "direct-again", "opine"})
_STEPS = Columns(TaskStep)  # asked for on a document's page (ADR 0029)
# The columns of a row of the list.
LISTED = ("work", "source_label", "parent_id", "given_at", "due_at", "state", "given_by__full_name")
# The lead first, then those who work with, then those who are told.
_PARTIES = TaskParty.objects.select_related("official", "post", "division", "agency").order_by("-part", "id")
PARTIES = Prefetch("parties", _PARTIES)


_PARTIES_OF = Remembered(lambda task_id: _PARTIES.filter(task_id=task_id))


def hold_parties(task: Task) -> None:
    """Read the task's parties, as `PARTIES` would with `prefetch_related`. One query."""
    rows: Any = task.parties.all()
    rows._result_cache, rows._prefetch_done = _PARTIES_OF(task_id=task.pk), True
    for party in rows:
        party.task = task
    held: Any = task
    held._prefetched_objects_cache = {**getattr(task, "_prefetched_objects_cache", {}), "parties": rows}


def parts_of(viewer: Viewer) -> QuerySet[TaskParty]:
    """The viewer's own parts: as official, in a post acted for, and for a division as its head or clerk."""
    own = Q(official_id=viewer.official_id or 0)
    if viewer.acting_for:
        own |= Q(post_id=viewer.post_id)
    if viewer.division_id is not None and viewer.has(*policies.HEADS):
        own |= Q(division_id=viewer.division_id)
    return TaskParty.objects.filter(own)


def seen_parts_of(viewer: Viewer) -> QuerySet[TaskParty]:
    """The parts that let the viewer see a task: the own, and for a head those of the division's officials."""
    parts = parts_of(viewer)
    if viewer.division_id is None or not viewer.has(Role.HEAD):
        return parts
    return parts | TaskParty.objects.filter(post__division_id=viewer.division_id)


def part_in_tree(viewer: Viewer, top: str) -> Q:
    """The condition that the viewer sees a part in the tree of tasks at whose top the outer column stands.

    Parts at the top and below are asked for apart: those at the top are read from `party_of_official` alone,
    of those below there are few. Through the root of each, all tasks of the viewer's years would be read.
    """
    parts = seen_parts_of(viewer)
    at_top = Exists(parts.filter(task=OuterRef(top)))
    return Q(at_top) | Q(Exists(parts.filter(task__root=OuterRef(top), task__depth__gt=0)))


def tasks_of(viewer: Viewer) -> QuerySet[Task]:
    """The tasks the viewer may see.

    All of the agency; or those where the viewer (a head: an official of the division) has a part, which the
    viewer gave, and the ones they are a direct part of.
    """
    if viewer.agency_id is None or not viewer.has(*policies.READERS):
        return Task.objects.none()
    rows = Task.objects.filter(agency_id=viewer.agency_id)
    if policies.reads_all(viewer):
        return rows
    parts = seen_parts_of(viewer)
    mine = Exists(parts.filter(task=OuterRef("pk")))
    above = Exists(parts.filter(task__parent=OuterRef("pk")))
    return rows.filter(Q(mine) | Q(above) | given_by(viewer))


def find_task(viewer: Viewer, task_id: UUID, *, lock: bool = False) -> Task:
    """One task with its parties, sub-tasks and requests for time; with `lock` it is held, its parent too.

    A task is locked before its sub-tasks, so that closing the last two at once cannot pass each other.

    Raises:
        NotFound: there is none, or the viewer may not see it.
    """
    if lock:
        hold([task_id])
    rows = tasks_of(viewer).select_related("given_by", "parent").prefetch_related(*_whole())
    try:
        return rows.get(id=task_id)
    except Task.DoesNotExist as error:
        raise NotFound from error


def hold(task_ids: Iterable[UUID]) -> None:
    """Lock the tasks and their parents, parents first, until the transaction ends."""
    ids = set(task_ids)
    # Asked for apart: beside an OR, PostgreSQL would read the whole table for the parents. They never change.
    parents = Task.objects.filter(id__in=ids, parent__isnull=False).values_list("parent_id", flat=True)
    own = Task.objects.select_for_update().filter(id__in=ids | set(parents))
    list(own.order_by("depth", "id").values_list("pk"))


def hold_tree(root_id: UUID) -> None:
    """Lock a whole tree of tasks from the top, until the transaction ends."""
    list(Task.objects.select_for_update().filter(root=root_id).order_by("depth", "id").values_list("pk"))


def whole(task_id: UUID) -> Task:
    """A task with all that policies read, whoever asks: for what other agencies report."""
    return Task.objects.select_related("given_by", "parent").prefetch_related(*_whole()).get(pk=task_id)


def _whole() -> tuple[Prefetch[Any, Any, Any], ...]:
    return (
        PARTIES,
        Prefetch("children", Task.objects.order_by("due_at", "id")),
        Prefetch("extensions", Extension.objects.select_related("asked_by", "decided_by")),
    )


def filter_tasks(viewer: Viewer, wanted: TaskFilter, *, at: datetime) -> QuerySet[Task]:
    """The viewer's tasks narrowed to what is wanted, unordered."""
    rows = tasks_of(viewer)
    if wanted.tab == MINE:
        rows = rows.filter(waits_for(viewer), state__in=list(OPEN))
    elif wanted.tab == GIVEN:
        rows = rows.filter(given_by(viewer))
    elif wanted.tab == DIVISION:
        here = Q(division_id=viewer.division_id or 0) | Q(post__division_id=viewer.division_id or 0)
        rows = rows.filter(Exists(TaskParty.objects.filter(here, task=OuterRef("pk"))))
    if wanted.state in list(TaskState):
        rows = rows.filter(state=wanted.state)
    if wanted.overdue:
        rows = rows.filter(due_at__lt=at, state__in=[*UNDER_WAY, TaskState.RETURNED])
    for word in wanted.text.split()[:12]:
        rows = rows.filter(search_text__contains=Plain(Value(word)))
    return rows


def list_tasks(viewer: Viewer, wanted: TaskFilter, *, at: datetime, cursor: str = "") -> Page[Task]:
    """A page of tasks, the soonest due first, each with its `lead_name`: one query whatever its length."""
    rows = filter_tasks(viewer, wanted, at=at).select_related("given_by").only(*LISTED)
    rows = rows.annotate(lead_name=lead_name("pk"))
    return soonest_page(rows, time="due_at", cursor=cursor)


def export_tasks(viewer: Viewer, wanted: TaskFilter, *, at: datetime) -> Iterator[Task]:
    """The filtered list for an export, the soonest due first; at most `EXPORT_LIMIT` rows."""
    rows = filter_tasks(viewer, wanted, at=at).select_related("given_by").prefetch_related(PARTIES)
    return rows.order_by("due_at", "id")[:EXPORT_LIMIT].iterator(chunk_size=2000)


def count_waiting(viewer: Viewer) -> int:
    """How many tasks wait for the viewer, counted up to 99 and never further."""
    rows = tasks_of(viewer).filter(waits_for(viewer), state__in=list(OPEN))
    return len(rows.values_list("pk")[: COUNT_CAP + 1])


def leading_in(posts: Collection[int]) -> dict[int, int]:
    """How many tasks under way are led from each of the posts. One query, none without posts."""
    if not posts:
        return {}
    rows = TaskParty.objects.filter(
        part=Part.LEAD, post_id__in=list(posts), task__state__in=sorted(UNDER_WAY)
    )
    return dict(rows.values_list("post_id").annotate(Count("pk")).order_by())


def waits_for(viewer: Viewer) -> Q:
    """What is the viewer's turn: the lead's work; for the giver what came back, is done, or needs time."""
    leads = Exists(parts_of(viewer).filter(task=OuterRef("pk"), part=Part.LEAD))
    asked = Exists(Extension.objects.filter(task=OuterRef("pk"), state=ExtensionState.PENDING))
    work = Q(leads, state__in=list(UNDER_WAY))
    return work | (given_by(viewer) & (Q(state__in=FROM_GIVER) | Q(asked)))


def given_by(viewer: Viewer) -> Q:
    """The tasks the viewer gave, or whoever the viewer acts for."""
    given = Q(given_by_id=viewer.official_id or 0)
    return given | Q(given_post_id=viewer.post_id) if viewer.acting_for else given


def lead_name(task: str) -> Subquery:
    """The name of who leads the task that the outer column names: for lists, which need no more of it."""
    lead = TaskParty.objects.filter(task=OuterRef(task), part=Part.LEAD)
    named = Coalesce("official__full_name", "division__name", "agency__name")
    return Subquery(lead.values_list(named)[:1])


def tree_of(viewer: Viewer, task: Task) -> list[Task]:
    """The tasks of the same tree that the viewer may see, each after its parent: two queries."""
    rows = list(tasks_of(viewer).filter(root=task.root_id).prefetch_related(PARTIES).order_by("due_at", "id"))
    here = {row.id for row in rows}
    below: dict[UUID | None, list[Task]] = {}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in here else None, []).append(row)
    return list(_downwards(below, None))


def _downwards(below: Mapping[UUID | None, list[Task]], above: UUID | None) -> Iterator[Task]:
    for row in below.get(above, ()):
        yield row
        yield from _downwards(below, row.id)


def readers_of(task: Task, *, at: datetime) -> list[Colleague]:
    """The officials who may see the task, as `tasks_of` says it, by name. One query."""
    parts = TaskParty.objects.filter(Q(task=task) | Q(task__parent=task), official__isnull=False)
    named = Q(official_id=task.given_by_id) | Q(official_id__in=parts.values("official_id"))
    return colleagues_with(task.agency_id, policies.READ_ALL, at=at, named=named, also=policies.READERS)


def steps_of(task: Task) -> list[TaskStep]:
    """The history, newest first."""
    return list(task.steps.order_by("-id"))


def opinions_of(task: Task) -> list[TaskStep]:
    """What those who direct have written, oldest first."""
    return [step for step in _STEPS.where(order="id", task_id=task.pk) if step.verb in DIRECTING]


def find_product(viewer: Viewer, task_id: UUID) -> Task:
    """A task the viewer may see that has a product file; raises `NotFound`."""
    rows = tasks_of(viewer).filter(id=task_id, product__isnull=False).select_related("product")
    task = rows.first()
    if task is None:
        raise NotFound
    return task


def candidates(
    agency_id: int,
    *,
    on: date,
    text: str = "",
    keep: Iterable[PartyKey] = (),
    division_id: int | None = None,
    limit: int = CANDIDATE_LIMIT,
) -> list[Candidate]:
    """Who of the agency may be named: divisions, then officials with a post on the day.

    Those of `keep` always, and at most `limit` others whose names match the text, marks or none.
    With `division_id` only its officials. Two queries.
    """
    kept = frozenset(keep)
    divisions = [] if division_id else _divisions(agency_id, text, kept)
    officials = _officials(agency_id, on, text, kept, division_id, limit)
    found = [*divisions, *officials]
    picked = [row for row in found if row.key in kept]
    others = [row for row in found if row.key not in kept]
    return [*picked, *others[:limit]]


def _divisions(agency_id: int, text: str, kept: frozenset[PartyKey]) -> list[Candidate]:
    ids = [key.id for key in kept if key.kind is PartyKind.DIVISION]
    rows = Division.objects.filter(agency_id=agency_id).annotate(plain=Plain("name"))
    if text:
        rows = rows.filter(Q(id__in=ids) | _words("plain", text))
    return [Candidate(PartyKey(PartyKind.DIVISION, row.id), row.name) for row in rows.order_by("name")]


def _officials(
    agency_id: int, on: date, text: str, kept: frozenset[PartyKey], division_id: int | None, limit: int
) -> list[Candidate]:
    ids = [key.id for key in kept if key.kind is PartyKind.OFFICIAL]
    rows = holders(agency_id, on=on).annotate(plain=Plain("official__full_name"), title=Plain("post__title"))
    if text:
        rows = rows.filter(Q(official_id__in=ids) | _words("plain", text) | _words("title", text))
    if division_id:
        rows = rows.filter(post__division_id=division_id)
    titles: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    posts: dict[int, list[int]] = {}
    for row in rows.order_by("official__full_name", "post__title")[: 3 * (limit + len(ids))]:
        names[row.official_id] = row.official.full_name
        place = f", {row.post.division.name}" if row.post.division else ""
        titles.setdefault(row.official_id, []).append(row.post.title + place)
        posts.setdefault(row.official_id, []).append(row.post_id)
    return [
        Candidate(PartyKey(PartyKind.OFFICIAL, key), name, "; ".join(titles[key]), tuple(posts[key]))
        for key, name in names.items()
    ]


def _words(column: str, text: str) -> Q:
    every = Q()
    for word in text.split()[:6]:
        every &= Q(**{f"{column}__contains": Plain(Value(word))})
    return every


def holders(agency_id: int, *, on: date) -> QuerySet[PostHolding]:
    """Who holds a post in the agency on the day."""
    rows = PostHolding.objects.filter(post__agency_id=agency_id, valid_from__lte=on, valid_to__gt=on)
    return rows.select_related("official", "post__division")
