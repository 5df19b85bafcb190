"""The pages of one task: what it is and what happened, the acts, and the form that gives or directs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.documents.public import require_no_virus
from lienthong.identity.public import Deputy, Role, Viewer, deputies_in, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.downloads import file_answer
from lienthong.kernel.errors import Refusal
from lienthong.notifications.public import comments_context
from lienthong.tasks import policies, queries
from lienthong.tasks.actions import deciding, giving, working
from lienthong.tasks.contracts import Direction
from lienthong.tasks.direction_form import SEARCH, direction_form
from lienthong.tasks.discussing import thread_of
from lienthong.tasks.forms import (
    ExtensionForm,
    FinishForm,
    HandOnForm,
    NothingForm,
    OptionalWordsForm,
    ReasonForm,
    WordsForm,
)
from lienthong.tasks.models import Task, TaskParty
from lienthong.tasks.states import DIRECT_AGAIN, SPLIT, Move, Part

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)
WORKERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER)
HAND_ON_LIMIT = 500


@dataclass(frozen=True)
class Act:
    """How a move is asked for on the page, done, and confirmed; `calm`: not among what comes next."""

    form: type[Form]
    do: Callable[..., object]
    said: Promise
    calm: bool = False
    color: str = "accent"


def _opine(*, task_id: UUID, reason: str, viewer: Viewer, at: datetime) -> None:
    giving.direct_again(task_id=task_id, direction=Direction(reason, None), viewer=viewer, at=at)


def _grant(*, task_id: UUID, reason: str, viewer: Viewer, at: datetime) -> None:
    deciding.decide_extension(task_id=task_id, granted=True, answer=reason, viewer=viewer, at=at)


def _refuse(*, task_id: UUID, reason: str, viewer: Viewer, at: datetime) -> None:
    deciding.decide_extension(task_id=task_id, granted=False, answer=reason, viewer=viewer, at=at)


def _accept(*, task_id: UUID, reason: str, viewer: Viewer, at: datetime) -> None:
    deciding.accept_product(task_id=task_id, text=reason, viewer=viewer, at=at)


def _progress(*, task_id: UUID, reason: str, viewer: Viewer, at: datetime) -> None:
    working.report_progress(task_id=task_id, text=reason, viewer=viewer, at=at)


def _finish(*, task_id: UUID, note: str, product: Any, viewer: Viewer, at: datetime) -> None:
    working.finish_task(
        task_id=task_id,
        note=note,
        product=product.chunks() if product else None,
        product_name=product.name if product else "",
        viewer=viewer,
        at=at,
    )


_DONE = gettext_lazy("Done. Whoever gave the task can look at the result.")
ACTS: dict[str, Act] = {
    "start": Act(NothingForm, working.start_task, gettext_lazy("Work has started.")),
    "finish": Act(FinishForm, _finish, _DONE),
    "complete": Act(FinishForm, _finish, gettext_lazy("Finished.")),
    "accept": Act(OptionalWordsForm, _accept, gettext_lazy("The result was accepted."), color="success"),
    "rework": Act(
        ReasonForm, deciding.send_back, gettext_lazy("Sent back for rework with your reason."), color="danger"
    ),
    "grant-extension": Act(OptionalWordsForm, _grant, gettext_lazy("The time was granted."), color="success"),
    "refuse-extension": Act(ReasonForm, _refuse, gettext_lazy("The time was refused."), color="danger"),
    "hand-on": Act(HandOnForm, working.hand_on, gettext_lazy("Handed on."), calm=True),
    "report-progress": Act(WordsForm, _progress, gettext_lazy("Your report was written."), calm=True),
    "ask-extension": Act(
        ExtensionForm, working.ask_extension, gettext_lazy("Asked for more time."), calm=True
    ),
    "return": Act(
        ReasonForm,
        working.return_task,
        gettext_lazy("Sent back with your reason."),
        calm=True,
        color="danger",
    ),
    "opine": Act(WordsForm, _opine, gettext_lazy("Your opinion was added."), calm=True),
    "cancel": Act(
        ReasonForm, deciding.cancel_task, gettext_lazy("The task was called off."), calm=True, color="danger"
    ),
}


@dataclass(frozen=True)
class Offer:
    """An act the viewer may do now, with its form."""

    move: Move
    act: Act
    form: Form


@needs(*READERS)
@require_GET
def task_detail(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One task: what, who, until when, what happened, its sub-tasks, and what the viewer may do."""
    return _detail(request, task_id)


@needs(*WORKERS)
@require_POST
def act(request: HttpRequest, task_id: UUID, verb: str) -> HttpResponse:
    """Do one act of the table."""
    found = ACTS.get(verb)
    if found is None:
        raise Http404
    viewer, at = viewer_of(request), now()
    form = _form(found, verb, queries.find_task(viewer, task_id), viewer, at, request)
    if form.is_valid():
        try:
            found.do(task_id=task_id, viewer=viewer, at=at, **form.cleaned_data)
        except Refusal as refusal:
            _show(refusal, form)
        else:
            messages.success(request, str(found.said))
            return redirect("tasks:task_detail", task_id)
    return _detail(request, task_id, bound={verb: form}, status=422)


def _show(refusal: Refusal, form: Form) -> None:
    """Show the refusal at its field of the form; one of access or state is raised on."""
    at_field = refusal.field in form.fields
    if not at_field and refusal.status in {403, 404, 409}:
        raise refusal
    form.add_error(refusal.field if at_field else None, refusal.say())


def _form(
    act: Act, verb: str, task: Task, viewer: Viewer, at: datetime, request: HttpRequest | None = None
) -> Form:
    """The act's form, bound if it was sent."""
    given: dict[str, Any] = {"auto_id": f"{verb}_%s"}
    if act.form is HandOnForm:
        lead = policies.lead_of(task)
        given["reason_needed"] = lead.official_id is not None
        given["candidates"] = queries.candidates(
            task.agency_id,
            on=at.astimezone(VIETNAM).date(),
            division_id=lead.division_id,
            limit=HAND_ON_LIMIT,
        )
    if request is None:
        return act.form(**given)
    return act.form(request.POST, request.FILES, **given)


def _detail(
    request: HttpRequest, task_id: UUID, *, bound: dict[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    viewer, at = viewer_of(request), now()
    task = queries.find_task(viewer, task_id)
    moves = policies.allowed_actions(viewer, task)
    offers = [
        Offer(
            move,
            ACTS[move.verb],
            (bound or {}).get(move.verb) or _form(ACTS[move.verb], move.verb, task, viewer, at),
        )
        for move in moves
        if move.verb in ACTS
    ]
    still = [child for child in task.children.all() if child.open]
    context: dict[str, object] = {
        "task": task,
        "parties": _parties(task, at),
        "next": [offer for offer in offers if not offer.act.calm],
        "more": [offer for offer in offers if offer.act.calm],
        "splits": SPLIT in moves,
        "directs": DIRECT_AGAIN in moves,
        "extension": policies.pending_extension(task),
        "extensions": list(task.extensions.all()),
        "opinions": queries.opinions_of(task),
        "timeline": [_row(step) for step in queries.steps_of(task)],
        "tree": queries.tree_of(viewer, task),
        "still_open": still if policies.is_party(viewer, policies.lead_of(task)) else [],
        "late": task.running and task.due_at < at,
        "source_url": _source_url(task),
        "compose_url": _page("office:compose"),
    }
    context |= comments_context(request, thread_of(task, at=at))
    return render(request, "tasks/task_detail.html", context, status=status)


def _parties(task: Task, at: datetime) -> list[tuple[TaskParty, Deputy | None]]:
    """The parties, and who acts for each that is absent. One query."""
    parties = list(task.parties.all())
    posts = {party.post_id for party in parties if party.post_id is not None}
    away = {(row.post_id, row.absent_id): row for row in deputies_in(posts, at=at)}
    return [(party, away.get((party.post_id or 0, party.official_id or 0))) for party in parties]


def _source_url(task: Task) -> str:
    """The page of what the task comes from, by the name of its table; empty where there is none."""
    return _page(f"{task.source_kind}_detail".replace(".", ":"), task.source_id) if task.source_kind else ""


def _page(name: str, *args: str) -> str:
    """An address by name, of an app above this one; empty where this installation does not serve it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _row(step: Any) -> dict[str, object]:
    who = ", ".join(filter(None, (step.actor_name, step.actor_title)))
    return {"title": step.label, "at": step.at, "actor": who, "detail": step.text, "color": step.color}


@needs(*READERS)
@require_GET
def task_product(request: HttpRequest, task_id: UUID) -> HttpResponseBase:
    """The product that the work ended with."""
    task = queries.find_product(viewer_of(request), task_id)
    assert task.product is not None
    require_no_virus(task.product)
    return file_answer(task.product, task.product_name, inline="inline" in request.GET)


@needs(Role.LEADER)
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Give a task of the leader's own."""

    def do(direction: Direction, viewer: Viewer, at: datetime) -> Task:
        return giving.give_task(direction=direction, viewer=viewer, at=at)

    return _direct(request, None, do, {"acceptance": True, "working_days": 5}, _("The task was given."))


@needs(*WORKERS)
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Give a part of a task."""
    viewer = viewer_of(request)
    task = queries.find_task(viewer, task_id)
    if SPLIT not in policies.allowed_actions(viewer, task):
        return _not_now(request, task, SPLIT)

    def do(direction: Direction, viewer: Viewer, at: datetime) -> Task:
        return giving.split_task(task_id=task_id, direction=direction, viewer=viewer, at=at)

    initial = {"acceptance": True, "due_at": task.due_at.astimezone(VIETNAM)}
    return _direct(request, task, do, initial, _("The sub-task was given."))


@needs(*WORKERS)
@require_http_methods(["GET", "POST"])
def direct(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Name the parties and the deadline anew."""
    viewer = viewer_of(request)
    task = queries.find_task(viewer, task_id)
    if DIRECT_AGAIN not in policies.allowed_actions(viewer, task):
        return _not_now(request, task, DIRECT_AGAIN)

    def do(direction: Direction, viewer: Viewer, at: datetime) -> Task:
        # A deadline that was left as it is does not count as a new one, so it may lie in the past.
        minute = task.due_at.replace(second=0, microsecond=0)
        kept = replace(direction, due_at=None) if direction.due_at == minute else direction
        return giving.direct_again(task_id=task_id, direction=kept, viewer=viewer, at=at)

    return _direct(request, task, do, _as_it_is(task), _("Directed again."))


def _not_now(request: HttpRequest, task: Task, move: Move) -> HttpResponse:
    """Back to the task, with what stands against the move: it may have moved since its page was drawn."""
    try:
        policies.require(viewer_of(request), task, move)
    except Refusal as refusal:
        messages.error(request, refusal.say())
    return redirect("tasks:task_detail", task.id)


def _as_it_is(task: Task) -> dict[str, Any]:
    """The parties and the deadline of the task, by the names of the form."""
    keys: dict[str, list[str]] = {part: [] for part in Part}
    for party in task.parties.all():
        kind, key = ("official", party.official_id) if party.official_id else ("division", party.division_id)
        keys[party.part].append(f"{kind}:{key}")
    return {
        "lead": keys[Part.LEAD][0],
        "cooperating": keys[Part.COOPERATING],
        "informed": keys[Part.INFORMED],
        "due_at": task.due_at.astimezone(VIETNAM),
        "acceptance": task.needs_acceptance,
    }


def _direct(
    request: HttpRequest,
    task: Task | None,
    do: Callable[[Direction, Viewer, datetime], Task],
    initial: dict[str, Any],
    said: str,
) -> HttpResponse:
    """The page of the form: shown, searched in, or sent."""
    viewer, at = viewer_of(request), now()
    data: QueryDict | None = request.POST if request.method == "POST" else None
    form, searched = direction_form(agency_id=viewer.agency_id or 0, at=at, data=data, initial=initial)
    status = 200
    if data is not None and data.get("action") != SEARCH:
        status = 422
        if form.is_valid():
            try:
                done = do(form.direction(), viewer, at)
            except Refusal as refusal:
                _show(refusal, form)
            else:
                messages.success(request, said)
                return redirect("tasks:task_detail", done.id)
    context = {"task": task, "form": form, "q": searched, "title": _title(request, task)}
    return render(request, "tasks/direct.html", context, status=status)


def _title(request: HttpRequest, task: Task | None) -> str:
    if task is None:
        return _("Give a task")
    name = request.resolver_match.url_name if request.resolver_match else ""
    return _("Give a sub-task") if name == "split" else _("Direct again")
