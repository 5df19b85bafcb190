"""The lists of tasks: what waits for me, what I gave, my division's, all; and the same as a table."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.downloads import csv_answer
from lienthong.tasks import policies, queries
from lienthong.tasks.forms import TaskFilterForm
from lienthong.tasks.models import Task
from lienthong.tasks.states import Part

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)
TABS = [
    (queries.MINE, gettext_lazy("Waiting for me")),
    (queries.GIVEN, gettext_lazy("Given by me")),
    (queries.DIVISION, gettext_lazy("My division")),
    (queries.ALL, gettext_lazy("All")),
]


@needs(*READERS)
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """The list; it opens on what waits for the viewer, the soonest due first."""
    viewer, at = viewer_of(request), now()
    tab = _tab(request, viewer)
    form = TaskFilterForm(request.GET)
    wanted = form.wanted(tab)
    context = {
        "page": queries.list_tasks(viewer, wanted, at=at, cursor=request.GET.get("cursor", "")),
        "form": form,
        "tab": tab,
        "filtered": any(form.cleaned_data.values()),
        "tabs": [_link(request, value, label, tab) for value, label in _tabs(viewer)],
        "gives": policies.gives(viewer),
    }
    return render(request, "tasks/tasks.html", context)


def _tabs(viewer: Viewer) -> list[tuple[str, object]]:
    """Those that can have rows: a post without a division has no division's tasks."""
    return [(value, label) for value, label in TABS if value != queries.DIVISION or viewer.division_id]


def _tab(request: HttpRequest, viewer: Viewer) -> str:
    """The tab asked for; nothing waits for an auditor, so an auditor starts at all."""
    default = queries.MINE if viewer.has(*policies.WORKERS) else queries.ALL
    asked = request.GET.get("tab", default)
    return asked if asked in {value for value, _label in TABS} else default


def _link(request: HttpRequest, value: str, label: object, current: str) -> dict[str, object]:
    query = request.GET.copy()
    query.pop("cursor", None)
    query["tab"] = value
    return {"url": f"?{query.urlencode()}", "label": label, "current": value == current}


@needs(*READERS)
@require_GET
def tasks_export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as CSV."""
    viewer, at = viewer_of(request), now()
    wanted = TaskFilterForm(request.GET).wanted(_tab(request, viewer))
    head = [
        _("Work"),
        _("Source"),
        _("Given by"),
        _("Given on"),
        _("Lead"),
        _("Co-operating"),
        _("Deadline"),
        _("State"),
        _("Reported as done on"),
        _("Result"),
    ]
    rows = (_row(task) for task in queries.export_tasks(viewer, wanted, at=at))
    return csv_answer(f"{_('tasks')}-{viewer.agency_code}-{at:%Y%m%d}.csv", head, rows)


def _row(task: Task) -> list[object]:
    parties = list(task.parties.all())
    return [
        task.work,
        task.source_label,
        task.given_by.full_name,
        _local(task.given_at),
        ", ".join(party.name for party in parties if party.part == Part.LEAD),
        ", ".join(party.name for party in parties if party.part == Part.COOPERATING),
        _local(task.due_at),
        task.state_label,
        _local(task.finished_at),
        task.product_note,
    ]


def _local(moment: datetime | None) -> str:
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M") if moment else ""
