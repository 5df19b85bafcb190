"""Figures of dossiers: the table of a period, what each figure counts, and what is offered but never used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lienthong.documents.public import WRITERS, Printed, Row
from lienthong.dossiers import policies, queries
from lienthong.dossiers.facts import counting, drilling, unused
from lienthong.dossiers.facts.measures import (
    HEADS,
    MEASURES,
    QUALITY_MEASURES,
    STEP_HEADS,
    STEP_MEASURES,
    Group,
    Wanted,
)
from lienthong.dossiers.facts.scope import narrowed_to
from lienthong.dossiers.figure_forms import GROUPS, FiguresForm, asked, usual_periods
from lienthong.dossiers.policies import FIGURE_READERS
from lienthong.identity.public import Viewer, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.downloads import PDF_POLICY
from lienthong.kernel.paging import PAGE_SIZE, decode_cursor, encode_cursor, page_of

SEERS = tuple(sorted(FIGURE_READERS))
# What a line is asked by next: an agency by fields, a field by procedures, a procedure by agencies.
NEXT = {Group.AGENCY: Group.FIELD, Group.FIELD: Group.PROCEDURE, Group.PROCEDURE: Group.AGENCY}


@dataclass(frozen=True)
class LinesPage:
    """A page of lines; `next` is the cursor of the page after it."""

    rows: list[Any]
    next: str


@needs(*SEERS)
@require_GET
def statistics(request: HttpRequest) -> HttpResponseBase:
    """The figures of a period; with `?as=pdf` or `xlsx` as a file."""
    viewer, at = viewer_of(request), now()
    form = FiguresForm(asked(request.GET, at))
    if not form.is_valid():
        return render(request, "dossiers/statistics.html", around(viewer, form, at), status=422)
    wanted = form.wanted()
    if kind := file_kind(request):
        said = _("Statistics of dossiers"), _("dossier-statistics")
        return file_of(kind, viewer, form, _rows(viewer, wanted, at), at, said=said)
    table, measures = _table(viewer, wanted, at)
    page = lines_page(table.lines, request.GET.get("cursor", ""))
    context = {
        **around(viewer, form, at),
        **_heads(STEP_HEADS if wanted.group is Group.OFFICIAL else HEADS),
        "total": _cells(table.total, measures, _link(form)),
        "page": page,
        "steps": wanted.group is Group.OFFICIAL,
        "rows": [_row(form, wanted, line, measures) for line in page.rows],
    }
    return render(request, "dossiers/statistics.html", context)


@needs(*SEERS)
@require_GET
def behind(request: HttpRequest) -> HttpResponse:
    """The dossiers, or the steps, that one figure counts."""
    viewer, at = viewer_of(request), now()
    form = FiguresForm(asked(request.GET, at))
    if not form.is_valid():
        return render(request, "dossiers/statistics.html", around(viewer, form, at), status=422)
    wanted, measure = form.wanted(), request.GET.get("measure") or "late"
    cursor = request.GET.get("cursor", "")
    context: dict[str, object] = {**around(viewer, form, at), "back": _link(form)}
    if wanted.group is Group.OFFICIAL:
        steps = drilling.steps_behind(viewer, wanted, measure, at=at)
        steps = steps.select_related("dossier__version__procedure", "agency", "done_by")
        page: Any = page_of(steps, key="id", cursor=cursor)
        context |= {"measure": STEP_MEASURES[measure], "steps": [_step(viewer, one) for one in page.rows]}
    else:
        found = drilling.dossiers_behind(viewer, wanted, measure, at=at)
        page = page_of(found.select_related("version__procedure", "agency"), key="id", cursor=cursor)
        rows = [(one, one.agency_id == viewer.agency_id) for one in page.rows]
        context |= {"measure": (MEASURES | QUALITY_MEASURES)[measure], "rows": rows}
    return render(request, "dossiers/behind.html", {**context, "page": page})


@needs(*SEERS)
@require_GET
def unused_services(request: HttpRequest) -> HttpResponseBase:
    """Services without a dossier in the period; with `?as=pdf` or `xlsx` as a file."""
    viewer, at = viewer_of(request), now()
    form = FiguresForm(asked(request.GET, at))
    if not form.is_valid():
        return render(request, "dossiers/unused.html", around(viewer, form, at), status=422)
    wanted = form.wanted()
    if kind := file_kind(request):
        rows = _unused_rows(unused.all_unused(viewer, wanted, at=at))
        said = _("Services offered but never used"), _("unused-services")
        return file_of(kind, viewer, form, rows, at, said=said)
    context = {
        **around(viewer, form, at),
        "fields": unused.unused_by_field(viewer, wanted, at=at),
        "agencies": unused.unused_by_agency(viewer, wanted, at=at) if wanted.below else [],
        "page": unused.unused_services(viewer, wanted, at=at, cursor=request.GET.get("cursor", "")),
    }
    return render(request, "dossiers/unused.html", context)


def _table(viewer: Viewer, wanted: Wanted, at: datetime) -> tuple[counting.Table[Any], dict[str, Promise]]:
    if wanted.group is Group.OFFICIAL:
        return counting.step_figures(viewer, wanted, at=at), STEP_MEASURES
    return counting.dossier_figures(viewer, wanted, at=at), MEASURES


def around(viewer: Viewer, form: FiguresForm, at: datetime) -> dict[str, object]:
    """What every page of figures has: the form, the usual periods, what it is narrowed to."""
    below = policies.sees_below(viewer)
    choices = [one for one in GROUPS.items() if below or one[0] is not Group.OFFICIAL]
    form.fields["group"].choices = choices  # type: ignore[attr-defined]
    return {
        "form": form,
        "periods": usual_periods(at),
        "sees_below": below,
        "narrowed": _narrowed(viewer, form) if form.is_valid() else [],
        "asked": f"?{_link(form).urlencode()}" if form.is_valid() else "",
    }


def _narrowed(viewer: Viewer, form: FiguresForm) -> list[dict[str, object]]:
    """Each narrowing with its words and the question without it."""
    rows = []
    for one in narrowed_to(viewer, form.wanted()):
        without = _link(form)
        without.pop(one.question, None)
        rows.append(
            {
                "said": one,
                "label": GROUPS[Group(one.question)],
                "name": one.question,
                "value": form.cleaned_data[one.question],
                "without": f"?{without.urlencode()}",
            }
        )
    return rows


def _heads(heads: dict[str, tuple[Promise | None, Promise]]) -> dict[str, object]:
    """The two lines of a table's head: over how many columns each stands, or (0) over both lines."""
    upper: list[list[Any]] = []
    for over, word in heads.values():
        if over is None:
            upper.append([word, 0])
        elif upper and upper[-1][0] == over and upper[-1][1]:
            upper[-1][1] += 1
        else:
            upper.append([over, 1])
    return {"upper": upper, "lower": [word for over, word in heads.values() if over is not None]}


def _row(
    form: FiguresForm, wanted: Wanted, line: counting.Line[Any], measures: dict[str, Promise]
) -> tuple[counting.Line[Any], str, list[tuple[Promise, int, str]]]:
    """A line, the address of its own figures told apart further, and its cells."""
    further = _link(form, wanted, line)
    further["group"] = NEXT.get(wanted.group, "")
    own = f"?{further.urlencode()}" if further["group"] else ""
    return line, own, _cells(line.figures, measures, _link(form, wanted, line))


def _cells(figures: Any, measures: dict[str, Promise], link: QueryDict) -> list[tuple[Promise, int, str]]:
    """For each figure its column, its number and the address of what it counts."""
    cells = []
    for name, label in measures.items():
        link["measure"] = name
        address = f"{reverse('dossiers:behind')}?{link.urlencode()}"
        cells.append((label, getattr(figures, name), address))
    return cells


def _link(
    form: FiguresForm, wanted: Wanted | None = None, line: counting.Line[Any] | None = None
) -> QueryDict:
    """The question itself as an address has it, narrowed to a line."""
    link = QueryDict(mutable=True)
    for name, value in form.cleaned_data.items():
        if value not in (None, "", False):
            link[name] = "on" if value is True else str(value)
    if wanted is not None and line is not None:
        link[wanted.group] = line.key
        agency_id = line.key if wanted.group is Group.AGENCY else line.agency_id
        if agency_id is not None:
            link["agency"] = str(agency_id)
            link.pop("below", None)
    return link


def lines_page(lines: Sequence[Any], cursor: str) -> LinesPage:
    """A page of lines, which stand in the order of their `code` and `key`."""
    after = tuple(decode_cursor(cursor).split("\t")) if cursor else ("",)
    rest = [line for line in lines if (line.code, line.key) > after]
    more = len(rest) > PAGE_SIZE
    last = rest[PAGE_SIZE - 1] if more else None
    return LinesPage(rest[:PAGE_SIZE], encode_cursor(f"{last.code}\t{last.key}") if last else "")


def _step(viewer: Viewer, task: Any) -> tuple[Any, str, bool]:
    return task, queries.step_name(task), task.dossier.agency_id == viewer.agency_id


def file_kind(request: HttpRequest) -> str:
    """As which kind of file a table is asked for; empty for a page."""
    kind = request.GET.get("as", "")
    return kind if kind in WRITERS else ""


def _rows(viewer: Viewer, wanted: Wanted, at: datetime) -> tuple[list[str], list[Row]]:
    """Head and rows of the table; in words now, since an answer is streamed in no language."""
    table, measures = _table(viewer, wanted, at)
    head = [_("Code"), str(GROUPS[wanted.group]), *map(str, measures.values())]
    numbers = [[getattr(line.figures, name) for name in measures] for line in table.lines]
    rows: list[Row] = [
        (line.code, _said(line.name, line.name_en), *cells)
        for line, cells in zip(table.lines, numbers, strict=True)
    ]
    return head, [*rows, ("", _("Together"), *(getattr(table.total, name) for name in measures))]


def _unused_rows(services: Iterable[unused.Unused]) -> tuple[list[str], Iterable[Row]]:
    head = [_("Code"), _("Agency"), _("Field"), _("Procedure code"), _("Procedure"), _("Offered since")]
    rows = (
        (
            one.agency_code,
            one.agency_name,
            _said(one.field_name, one.field_name_en),
            one.code,
            _said(one.name, one.name_en),
            f"{one.offered_at:%d/%m/%Y}",
        )
        for one in services
    )
    return head, rows


def file_of(
    kind: str,
    viewer: Viewer,
    form: FiguresForm,
    table: tuple[list[str], Iterable[Row]],
    at: datetime,
    *,
    said: tuple[str, str],
) -> FileResponse:
    """A table as a file; `said` is its title and the beginning of the file's name."""
    (head, rows), (title, name) = table, said
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    widths = {column: 30 if place == 1 else 12 for place, column in enumerate(head)}
    file, _count = WRITERS[kind](Printed(title, viewer.agency_name, since, until, widths, at), rows)
    file_name = f"{name}-{viewer.agency_code}-{since:%Y%m%d}-{until:%Y%m%d}.{kind}"
    answer = FileResponse(file, as_attachment=kind == "xlsx", filename=file_name)
    if kind == "pdf":
        answer["Content-Security-Policy"] = PDF_POLICY
    return answer


def _said(name: str, name_en: str) -> str:
    return (get_language() == "en" and name_en) or name
