"""The page of one dossier: where it is, what it holds, what happened, and what the viewer may do."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from lienthong.dossiers import inboxes, policies, queries
from lienthong.dossiers.across_queries import FAR_LABELS
from lienthong.dossiers.actions import apologising, ending, handing, receiving, stepping, supplements
from lienthong.dossiers.actions.reading import note_reading
from lienthong.dossiers.actions.submitting import ONLINE
from lienthong.dossiers.contracts import StepDone
from lienthong.dossiers.fee_forms import ExemptionsForm
from lienthong.dossiers.forms import ApologyForm, NothingForm, ReasonForm, SupplementForm, WorkForm
from lienthong.dossiers.game import SUPPLEMENT, hand_choices, hands_out
from lienthong.dossiers.handing import WAY_OF_CHANNEL
from lienthong.dossiers.models import Dossier, DossierTask
from lienthong.dossiers.result_forms import HandOutForm
from lienthong.dossiers.states import (
    ACCEPT,
    APOLOGISE,
    ASK_SUPPLEMENT,
    DECLINE,
    GOES_ON,
    HAND_OUT,
    MOVES,
    RECOUNT,
    STANDS,
    STOP,
    SUPPLY,
    WITHDRAW,
    WORK,
    DossierState,
    Move,
    TaskKind,
    TaskState,
)
from lienthong.dossiers.web.across import across_section
from lienthong.dossiers.web.asked import opinion_rows
from lienthong.dossiers.web.lists import ALL_READERS, WORKERS, remaining
from lienthong.dossiers.web.papers import files_of, with_viruses
from lienthong.dossiers.web.recounts import RECOUNTED, recounted
from lienthong.dossiers.web.results import results_section
from lienthong.dossiers.whole import Whole, read_papers, read_pauses, read_slips
from lienthong.identity.public import Viewer, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Event, timeline
from lienthong.payments.public import charges_of
from lienthong.procedures.public import Communes, definition_of, form_pages, grantable

FORMS: dict[str, type[Form]] = {
    ACCEPT.verb: ExemptionsForm,
    DECLINE.verb: ReasonForm,
    ASK_SUPPLEMENT.verb: SupplementForm,
    SUPPLY.verb: NothingForm,
    APOLOGISE.verb: ApologyForm,
    STOP.verb: ReasonForm,
    WITHDRAW.verb: ReasonForm,
    HAND_OUT.verb: HandOutForm,
}
# What the history calls that is no move of the table.
TOLD = {
    "submit": gettext_lazy("Dossier handed in"),
    "assign": gettext_lazy("Step given to an official"),
    "opine": gettext_lazy("Opinion given"),
    RECOUNT: gettext_lazy("Deadlines counted again by the changed calendar"),
    "hand-over": gettext_lazy("Step handed over to another installation"),
    "far-state": gettext_lazy("The other installation tells how far it is"),
    "far-refused": gettext_lazy("The step came back from the other installation"),
    STANDS: gettext_lazy("The clock stands while a linked dossier waits"),
    GOES_ON: gettext_lazy("The clock goes on with the linked dossiers"),
    "ask-opinion": gettext_lazy("Other bodies asked for their opinion"),
    "withdraw-opinion": gettext_lazy("Question withdrawn"),
}
COLORS = {DECLINE.verb: "danger", STOP.verb: "danger", WITHDRAW.verb: "danger"}


@dataclass(frozen=True)
class Offer:
    """An act the viewer may do now, with its form; of a step `task` is the step and `name` what it is."""

    move: Move
    form: Form
    task: DossierTask | None = None
    name: str = ""
    color: str = "accent"


@needs(*ALL_READERS)
@require_GET
def dossier(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """One dossier; that it was opened is noted for its parties."""
    viewer = viewer_of(request)
    answer = _page(request, queries.find_whole(viewer, dossier_id))
    note_reading(dossier_id=dossier_id, viewer=viewer, at=now())
    return answer


@needs(*WORKERS)
@require_POST
def act(request: HttpRequest, dossier_id: UUID, verb: str) -> HttpResponse:
    """Do one act of the table."""
    viewer = viewer_of(request)
    found = queries.find_dossier(viewer, dossier_id)
    if verb not in FORMS and verb != WORK.verb:
        raise Http404
    task = _task(viewer, found, request) if verb == WORK.verb else None
    form = _work_form(task, request) if task else _form(viewer, verb, found, request)
    if form.is_valid():
        try:
            _do(verb, found, task, form, viewer)
        except Refusal as refusal:
            if refusal.field not in form.fields and refusal.status in {403, 404, 409}:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
        else:
            messages.success(request, _("Done: %(act)s.") % {"act": MOVES[verb].label})
            return redirect("dossiers:dossier", dossier_id)
    bound = {str(task.pk) if task else verb: form}
    return _page(request, queries.find_whole(viewer, dossier_id), bound=bound, status=422)


def _do(verb: str, found: Dossier, task: DossierTask | None, form: Any, viewer: Viewer) -> None:
    """One call for one act."""
    at, said = now(), form.cleaned_data
    given: dict[str, Any] = {"dossier_id": found.pk, "viewer": viewer, "at": at}
    if task is not None:
        why = said.get("despite", "")
        done = StepDone(task.pk, form.choices_made(), said["note"], form.supplement(), despite=why)
        stepping.finish_step(done=done, viewer=viewer, at=at)
    elif verb == ACCEPT.verb:
        granted = {found.pk: form.granted()}
        receiving.accept_dossiers(dossier_ids=[found.pk], viewer=viewer, at=at, granted=granted)
    elif verb == HAND_OUT.verb:
        handing.hand_out_result(handing=form.handing(), **given)
    elif verb == ASK_SUPPLEMENT.verb:
        supplements.ask_supplement(asked=form.supplement(), **given)
    else:
        calls: dict[str, Any] = {
            DECLINE.verb: receiving.decline_dossier,
            SUPPLY.verb: supplements.receive_supplement,
            APOLOGISE.verb: apologising.apologise,
            STOP.verb: ending.stop_dossier,
            WITHDRAW.verb: ending.withdraw_dossier,
        }
        calls[verb](**given, **said)


def _task(viewer: Viewer, found: Dossier, request: HttpRequest) -> DossierTask:
    """The step named; one that was ended meanwhile too, so that the act says by whom."""
    keys = inboxes.known_tasks(viewer, [request.POST.get("task", "")])
    rows = [task for task in queries.tasks_of(found) if task.pk in keys]
    if not rows:
        raise Http404
    return rows[0]


def _form(viewer: Viewer, verb: str, found: Dossier, request: HttpRequest | None = None) -> Form:
    """The form of an act on the whole dossier."""
    given: dict[str, Any] = {"auto_id": f"{verb}_%s"}
    if verb == HAND_OUT.verb:
        waits = bool(queries.open_with(viewer, found))
        given |= {"parties": queries.parties_of(found), "way": WAY_OF_CHANNEL[found.channel], "waits": waits}
    elif verb == ACCEPT.verb:
        given["exemptions"] = grantable(found.version)
    return FORMS[verb](request.POST, **given) if request else FORMS[verb](**given)


def _work_form(task: DossierTask, request: HttpRequest | None = None) -> WorkForm:
    """The form of a step."""
    process = queries.process_for(task.dossier)
    choices = hand_choices(process, task)
    ways = [(f"{key}:{way.target}", _named(way)) for key, way in choices]
    asks = any(process.step[way.target].message == SUPPLEMENT for _key, way in choices)
    given: dict[str, Any] = {
        "ways": ways,
        "asks": asks,
        "waited": _waited(task),
        "auto_id": f"{task.step}_%s",
    }
    return WorkForm(request.POST, **given) if request else WorkForm(**given)


def _waited(task: DossierTask) -> bool:
    return task.opinions.filter(task__state=TaskState.OPEN).exists()


def _named(way: Any) -> str:
    return str(queries.said_in(way) or way.target)


def _offers(viewer: Viewer, found: Dossier, tasks: list[DossierTask], bound: dict[str, Form]) -> list[Offer]:
    allowed = policies.allowed_actions(viewer, found)
    works = [
        task
        for task in tasks
        if task.open
        and task.kind != TaskKind.OPINION
        and policies.works_on(viewer, task)
        and not task.paused_at
    ]
    offers = [
        Offer(
            WORK,
            bound.get(str(task.pk)) or _work_form(task),
            task,
            queries.step_name(task),
            "success" if task.kind == TaskKind.WORK else "accent",
        )
        for task in works
        if (found.under_way or found.state == DossierState.FINISHED)
        # Handing out is an act with a form of its own, for who may do it.
        and not (HAND_OUT in allowed and hands_out(queries.process_for(found), task))
    ]
    for move in allowed:
        if move.verb not in FORMS or (move is ASK_SUPPLEMENT and not _may_ask(viewer, found, works)):
            continue
        form = bound.get(move.verb) or _form(viewer, move.verb, found)
        offers.append(Offer(move, form, color=COLORS.get(move.verb, "accent")))
    return offers


def _may_ask(viewer: Viewer, found: Dossier, works: list[DossierTask]) -> bool:
    """Whether a supplement can still be asked: once, by who works on it, or before it is accepted."""
    if hasattr(found, "supplement"):
        return False
    return bool(works) or (found.state == DossierState.SUBMITTED and policies.receives(viewer))


def _page(
    request: HttpRequest, whole: Whole, *, bound: dict[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    viewer, at, found = viewer_of(request), now(), whole.dossier
    tasks = queries.tasks_of(found)
    ((left, color),) = remaining(viewer, [found.due_at if found.under_way else None], at)
    offers = _offers(viewer, found, tasks, bound or {})
    definition = definition_of(found.version)
    answers, papers = found.application.answers, read_papers(found.pk)
    happened = timeline(found.ledger_subject)
    steps = [(queries.step_name(task), task) for task in tasks if task.kind != TaskKind.OPINION]
    context = {
        "dossier": found,
        "procedure": found.version.procedure,
        "left": left,
        "color": color,
        "steps": steps,
        "work": [offer for offer in offers if offer.task],
        "more": [offer for offer in offers if not offer.task],
        "drawn": form_pages(definition.form, answers, files=files_of(papers), places=Communes())
        if definition.form
        else None,
        "papers": with_viruses(papers),
        "opinions": opinion_rows(viewer, found, at) if len(steps) < len(tasks) else [],
        "slips": read_slips(found.pk),
        "pauses": read_pauses(found.pk) if whole.paused else [],
        "linked": queries.linked_of(viewer, found) if whole.linked else [],
        "people": queries.parties_of(found) if found.channel in ONLINE else [],
        "charges": charges_of([found.pk]).get(found.pk, []),
        "timeline": [_row(event) for event in happened],
        "recounts": [recounted(event) for event in happened if event.verb == RECOUNTED],
        **_supplement(found),
        **across_section(whole),
        "stands_for": found.state_label if found.waits_for_applicant else _("a linked dossier waits"),
        **results_section(viewer, whole, tasks),
    }
    return render(request, "dossiers/dossier.html", context, status=status)


def _supplement(found: Dossier) -> dict[str, object]:
    """What was asked for, each item with what the party wrote to it."""
    asked = getattr(found, "supplement", None)
    items = asked.items if asked else []
    said = (asked.answers or []) if asked else []
    return {"supplement": asked, "asked": list(zip_longest(items, said[: len(items)], fillvalue=""))}


def _row(event: Event) -> dict[str, object]:
    """One line of the history."""
    verb = event.verb.removeprefix("dossier.")
    data = event.data
    label: object = MOVES[verb].label if verb in MOVES else TOLD.get(verb, verb)
    words = [str(FAR_LABELS[str(data["far"])])] if data.get("far") in FAR_LABELS else []
    words += [
        str(data[name]) for name in ("step", "note", "reason", "result", "number", "to") if data.get(name)
    ]
    items = data.get("items")
    if isinstance(items, list):  # what a supplement asks for
        words.insert(0, "; ".join(map(str, items)))
    who = ", ".join(filter(None, (event.actor.name, event.actor.post)))
    return {"title": label, "at": event.at, "actor": who, "detail": " · ".join(words)}
