"""Statistics of an agency's work by period: the page, and the same as a table for download."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date, datetime, time, timedelta

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lienthong.documents.public import Printed, write_xlsx
from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.office.figures import document_figures
from lienthong.office.registering_forms import DAY, DAYS
from lienthong.office.web.common import csv_answer
from lienthong.tasks.public import TaskFacts, task_facts

SEERS = (Role.LEADER, Role.CLERK, Role.AUDITOR)
LONGEST = timedelta(days=3 * 366)
COLUMNS = (
    gettext_lazy("Given"),
    gettext_lazy("Finished"),
    gettext_lazy("Finished in time"),
    gettext_lazy("Not begun"),
    gettext_lazy("In progress"),
    gettext_lazy("Waits for acceptance"),
    gettext_lazy("Sent back"),
    gettext_lazy("Called off"),
    gettext_lazy("Overdue"),
)


class PeriodForm(forms.Form):
    """The first and the last day counted."""

    since = forms.DateField(label=gettext_lazy("From"), input_formats=DAYS, widget=DAY)
    until = forms.DateField(label=gettext_lazy("Until"), input_formats=DAYS, widget=DAY)

    def clean(self) -> None:
        """Refuse a period that ends before it begins, or is longer than three years."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and not since <= until <= since + LONGEST:
            self.add_error("until", _("The period ends after it begins, within three years."))


@needs(*SEERS)
@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    """The figures of a period; without one, of this month."""
    viewer, at = viewer_of(request), now()
    form = period_form(request, at)
    context: dict[str, object] = {"form": form, "columns": COLUMNS}
    if form.is_valid():
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        rows = [
            (fact, list(zip(COLUMNS, astuple(fact.counts), strict=True)))
            for fact in _facts(viewer, since, until, at)
        ]
        context |= {"rows": rows, "documents": document_figures(viewer, since=since, until=until, at=at)}
        context["total"] = rows[0][0].counts
    return render(request, "office/statistics.html", context, status=200 if form.is_valid() else 422)


@needs(*SEERS)
@require_GET
def statistics_export(request: HttpRequest) -> HttpResponseBase:
    """The table of the page as a spreadsheet, or with `?as=csv` as CSV."""
    viewer, at = viewer_of(request), now()
    form = period_form(request, at)
    if not form.is_valid():
        return statistics(request)
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    head = [_("Division"), _("Official"), *map(str, COLUMNS)]
    rows = _table(_facts(viewer, since, until, at), viewer)
    name = f"{_('statistics')}-{viewer.agency_code}-{since:%Y%m%d}-{until:%Y%m%d}"
    if request.GET.get("as") == "csv":
        return csv_answer(f"{name}.csv", head, rows)
    widths = {column: 22 if place < 2 else 11 for place, column in enumerate(head)}
    printed = Printed(_("Statistics of tasks"), viewer.agency_name, since, until, widths, at)
    file, _count = write_xlsx(printed, rows)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx")


def period_form(request: HttpRequest, at: datetime) -> PeriodForm:
    """The period asked for; without one, this month until today."""
    today = at.astimezone(VIETNAM).date()
    asked = {name: request.GET.get(name, "") for name in ("since", "until")}
    return PeriodForm(asked if any(asked.values()) else {"since": today.replace(day=1), "until": today})


def _facts(viewer: Viewer, since: date, until: date, at: datetime) -> list[TaskFacts]:
    first = datetime.combine(since, time(), VIETNAM)
    return task_facts(
        viewer, since=first, until=datetime.combine(until, time(), VIETNAM) + timedelta(1), at=at
    )


def _table(facts: list[TaskFacts], viewer: Viewer) -> list[list[str | int]]:
    """The rows in words, now: an answer is streamed when the reader's language is forgotten already."""
    without = _("Without a division")
    places = [viewer.agency_name if fact.level == 0 else fact.division or without for fact in facts]
    return [[place, fact.official, *astuple(fact.counts)] for place, fact in zip(places, facts, strict=True)]
