"""What waits for the viewer, the soonest due first; and all dossiers of the agency, to be searched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lienthong.directory.public import calendar_of
from lienthong.dossiers import inboxes, queries
from lienthong.dossiers.actions.assigning import assign_steps
from lienthong.dossiers.actions.stepping import finish_steps
from lienthong.dossiers.clock import minutes_left
from lienthong.dossiers.contracts import StepDone
from lienthong.dossiers.forms import AssignmentForm, DossierFilterForm
from lienthong.dossiers.game import hand_choices, hands_out
from lienthong.dossiers.inboxes import Tab
from lienthong.dossiers.models import DossierTask
from lienthong.dossiers.policies import READERS, ROLES, receives, signs
from lienthong.dossiers.remaining import color_of, in_words
from lienthong.dossiers.states import TaskKind, Who
from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.procedures.public import Process

WORKERS = tuple(sorted(ROLES[Who.WORKER]))
ALL_READERS: tuple[Role, ...] = tuple(sorted(READERS))
TAB_LABELS = {
    Tab.WAITING: _("Waiting for me"),
    Tab.MINE: _("Mine"),
    Tab.UNASSIGNED: _("Not assigned"),
    Tab.DIVISION: _("My division"),
    Tab.ALL: _("Whole agency"),
}


@needs(*ALL_READERS)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The open steps that a tab shows, each with the working time that is left."""
    viewer, at = viewer_of(request), now()
    counts, asked = inboxes.inbox_counts(viewer, at=at), request.GET.get("tab", "")
    tab = Tab(asked) if asked in counts else Tab.WAITING
    page = inboxes.inbox_of(viewer, at=at, tab=tab, cursor=request.GET.get("cursor", ""))
    left = remaining(viewer, (task.due_at for task in page.rows), at)
    rows = [
        {
            "task": task,
            "step": queries.step_name(task),
            "left": words,
            "color": color,
            "plain": _plain(queries.process_for(task.dossier), task),
        }
        for task, (words, color) in zip(page.rows, left, strict=True)
    ]
    context = {
        "page": page,
        "rows": rows,
        "receives": receives(viewer),
        "submitted": inboxes.submitted_count(viewer) if receives(viewer) else 0,
        "signs": signs(viewer),
        "leads": viewer.has(Role.LEADER),
        "works": viewer.has(*WORKERS),
        "takers": inboxes.takers_of(viewer, page.rows, at=at),
        "tabs": [
            {
                "url": f"?tab={one}",
                "label": f"{TAB_LABELS[one]} ({number})",
                "current": one is tab,
            }
            for one, number in counts.items()
        ],
    }
    return render(request, "dossiers/inbox.html", context)


@needs(*WORKERS, Role.HEAD)
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Take the chosen steps, give them back, or give them to an official; all of them or none."""
    viewer, form = viewer_of(request), AssignmentForm(request.POST)
    chosen = inboxes.known_tasks(viewer, request.POST.getlist("task"))
    if not chosen or not form.is_valid():
        messages.warning(request, str(_("Choose at least one step, and who does it.")))
        return redirect("dossiers:inbox")
    said = form.cleaned_data
    number = assign_steps(
        task_ids=chosen, to=form.official(viewer), reason=said["reason"], viewer=viewer, at=now()
    )
    words = ngettext("%(number)d step changed hands.", "%(number)d steps changed hands.", number)
    messages.success(request, words % {"number": number})
    return redirect("dossiers:inbox")


def _plain(process: Process, task: DossierTask) -> bool:
    """Whether the step is finished without more words: nothing is chosen or said, and no result goes out."""
    spoken = task.kind == TaskKind.OPINION
    return not spoken and not hand_choices(process, task) and not hands_out(process, task)


@needs(*WORKERS)
@require_POST
def finish_many(request: HttpRequest) -> HttpResponse:
    """Finish the chosen steps, all of them or none."""
    chosen = inboxes.known_tasks(viewer_of(request), request.POST.getlist("task"))
    if chosen:
        finish_steps(all_done=[StepDone(key) for key in chosen], viewer=viewer_of(request), at=now())
        said = ngettext("%(number)d step was finished.", "%(number)d steps were finished.", len(chosen))
        messages.success(request, said % {"number": len(chosen)})
    else:
        messages.warning(request, str(_("Choose at least one step.")))
    return redirect("dossiers:inbox")


@needs(*ALL_READERS)
@require_GET
def dossiers(request: HttpRequest) -> HttpResponse:
    """All dossiers the viewer may see, newest first."""
    viewer, at = viewer_of(request), now()
    form = DossierFilterForm(request.GET)
    page = queries.list_dossiers(viewer, form.wanted(), at=at, cursor=request.GET.get("cursor", ""))
    left = remaining(viewer, (row.due_at if row.under_way else None for row in page.rows), at)
    context = {
        "page": page,
        "rows": [(row, *words) for row, words in zip(page.rows, left, strict=True)],
        "form": form,
        "filtered": any(form.cleaned_data.values()),
        "receives": receives(viewer),
    }
    return render(request, "dossiers/dossiers.html", context)


def remaining(viewer: Viewer, dues: Iterable[datetime | None], at: datetime) -> list[tuple[str, str]]:
    """For each deadline the working time left in words and its colour, by the viewer's calendar."""
    wanted = list(dues)
    if not any(wanted):
        return [("", "")] * len(wanted)
    years = {at.year, *(due.year for due in wanted if due)}
    calendar = calendar_of(viewer.agency_id or 0, years=[min(years), max(years)])
    day, found = calendar.hours_on(at.date()).minutes_per_day, list[tuple[str, str]]()
    for due in wanted:
        if due is None:
            found.append(("", ""))
            continue
        minutes = minutes_left(calendar, due_at=due, at=at)
        minutes = min(minutes, -1) if due < at else minutes
        found.append((in_words(minutes, day=day), color_of(minutes, day=day)))
    return found
