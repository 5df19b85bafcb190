"""Statistics of outgoing documents and of the agencies below: as pages, for paper, as spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from datetime import date
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from lienthong.documents.public import WRITERS, Printed, Row
from lienthong.identity.public import NotFound, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.office.agency_figures import AgencyCounts, Level, figures_below
from lienthong.office.forms import WAY_LABELS
from lienthong.office.outgoing_figures import OutgoingCounts, OutgoingFigures, outgoing_figures
from lienthong.office.web.statistics import SEERS, PeriodForm, period_form

GROUPS: dict[str, Promise] = {
    "type": gettext_lazy("Type of document"),
    "division": gettext_lazy("Division"),
    "signer": gettext_lazy("Signer"),
}
OUTGOING = (
    pgettext_lazy("outgoing", "Issued"),
    gettext_lazy("For a task"),
    gettext_lazy("Before its deadline"),
    gettext_lazy("Days from draft to issue"),
)
BELOW = (
    gettext_lazy("Arrived"),
    gettext_lazy("Finished"),
    gettext_lazy("Finished in time"),
    gettext_lazy("Overdue"),
    gettext_lazy("Waits for the clerk"),
    gettext_lazy("Waits for a leader"),
    gettext_lazy("Under way"),
    gettext_lazy("Returned or withdrawn"),
)


@needs(*SEERS)
@require_GET
def outgoing_statistics(request: HttpRequest) -> HttpResponseBase:
    """What the agency issued in a period; with `?as=pdf` or `xlsx` as a file."""
    viewer, at = viewer_of(request), now()
    form = period_form(request, at)
    if not form.is_valid():
        return _refused(request, "office/outgoing_statistics.html", form)
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    figures = outgoing_figures(viewer, since=since, until=until)
    if kind := _asked(request):
        title, head = _("Statistics of outgoing documents"), [_("Counted by"), _("Name"), *map(str, OUTGOING)]
        return _file(kind, title, viewer.agency_name, (since, until), head, _outgoing_table(figures))
    context = {
        "form": form,
        "figures": figures,
        "columns": OUTGOING,
        "groups": [
            (
                GROUPS[name],
                [
                    (row.said, _listed(form, name, row.value), _cells(OUTGOING, _outgoing_row(row.counts)))
                    for row in rows
                ],
            )
            for name, rows in figures.groups.items()
        ],
        "ways": [
            (label, _listed(form, "way", way), getattr(figures.ways, way))
            for way, label in WAY_LABELS.items()
        ],
    }
    return render(request, "office/outgoing_statistics.html", context)


@needs(*SEERS)
@require_GET
def below_statistics(request: HttpRequest) -> HttpResponseBase:
    """The agencies below in a period, a level at a time; with `?as=pdf` or `xlsx` as a file."""
    viewer, at = viewer_of(request), now()
    form = period_form(request, at)
    if not form.is_valid():
        return _refused(request, "office/below_statistics.html", form)
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    level = figures_below(viewer, since=since, until=until, at=at, under=_under(request))
    if kind := _asked(request):
        head = [_("Code"), _("Agency"), *map(str, BELOW)]
        return _file(
            kind, _("Statistics of agencies below"), level.name, (since, until), head, _below_table(level)
        )
    context = {
        "form": form,
        "level": level,
        "columns": BELOW,
        "own": _cells(BELOW, astuple(level.own)),
        "total": _cells(BELOW, astuple(level.total)),
        "rows": [(row, _cells(BELOW, astuple(row.counts))) for row in level.below],
        "is_own": level.agency_id == viewer.agency_id,
    }
    return render(request, "office/below_statistics.html", context)


def _under(request: HttpRequest) -> int | None:
    asked = request.GET.get("under", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 16):
        raise NotFound
    return int(asked) if asked else None


def _refused(request: HttpRequest, template: str, form: PeriodForm) -> HttpResponse:
    return render(request, template, {"form": form}, status=422)


def _listed(form: PeriodForm, name: str, value: str) -> str:
    """The list of the documents that a figure counts."""
    period = {day: f"{form.cleaned_data[day]:%Y-%m-%d}" for day in ("since", "until")}
    return f"{reverse('office:outgoing')}?{urlencode({'tab': 'all', **period, name: value})}"


def _asked(request: HttpRequest) -> str:
    kind = request.GET.get("as", "")
    return kind if kind in WRITERS else ""


def _file(
    kind: str, title: str, agency: str, period: tuple[date, date], head: list[str], rows: list[Row]
) -> FileResponse:
    since, until = period
    widths = {column: 26 if place < 2 else 11 for place, column in enumerate(head)}
    file, _count = WRITERS[kind](Printed(title, agency, since, until, widths, now()), rows)
    name = f"{_('statistics')}-{since:%Y%m%d}-{until:%Y%m%d}.{kind}"
    return FileResponse(file, as_attachment=kind == "xlsx", filename=name)


def _outgoing_table(figures: OutgoingFigures) -> list[Row]:
    """The rows in words, now: an answer is streamed when the reader's language is forgotten already."""
    rows: list[Row] = [(_("All"), "", *_outgoing_row(figures.total))]
    rows += [
        (_("Way of dispatch"), str(said), getattr(figures.ways, way), "", "", "")
        for way, said in WAY_LABELS.items()
    ]
    for name, group in figures.groups.items():
        rows += [(str(GROUPS[name]), row.said or _("Not named"), *_outgoing_row(row.counts)) for row in group]
    return rows


def _outgoing_row(counts: OutgoingCounts) -> tuple[int, int, int, str]:
    mean = "" if counts.days is None else f"{counts.days:.1f}".replace(".", ",")
    return counts.issued, counts.tasked, counts.in_time, mean


def _below_table(level: Level) -> list[Row]:
    rows: list[Row] = [("", level.name, *_whole(level.own))]
    rows += [(row.code, row.name, *_whole(row.counts)) for row in level.below]
    return [*rows, ("", _("Together"), *_whole(level.total))]


def _whole(counts: AgencyCounts) -> tuple[int, ...]:
    return astuple(counts)


def _cells(columns: Sequence[Promise], values: Sequence[object]) -> list[tuple[Promise, object]]:
    return list(zip(columns, values, strict=True))
