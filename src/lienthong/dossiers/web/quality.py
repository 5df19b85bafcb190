"""Quality scores of QĐ 766/QĐ-TTg: one line a body, and a page that says how each point came about."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lienthong.documents.public import Row
from lienthong.dossiers.facts.criteria import GROUP_LABELS
from lienthong.dossiers.facts.measures import MEASURES, QUALITY_MEASURES
from lienthong.dossiers.facts.quality import Score, Scored, quality_score, quality_scores
from lienthong.dossiers.figure_forms import FiguresForm, asked
from lienthong.dossiers.web.statistics import SEERS, around, file_kind, file_of, lines_page
from lienthong.identity.public import Viewer, needs, viewer_of
from lienthong.kernel.clock import now


@needs(*SEERS)
@require_GET
def quality(request: HttpRequest) -> HttpResponseBase:
    """The scores of the bodies that the viewer sees; with `?as=pdf` or `xlsx` as a file."""
    viewer, at = viewer_of(request), now()
    form = _form(request, at)
    if not form.is_valid():
        return render(request, "dossiers/quality.html", around(viewer, form, at), status=422)
    scores = quality_scores(viewer, form.wanted(), at=at)
    if kind := file_kind(request):
        title = _("Quality scores by QĐ 766/QĐ-TTg, out of the points that could be measured")
        said = title, _("quality-scores")
        return file_of(kind, viewer, form, _rows(scores), at, said=said)
    page = lines_page(scores, request.GET.get("cursor", ""))
    context = {
        **around(viewer, form, at),
        "period": _period(form),
        "groups": GROUP_LABELS.values(),
        "page": page,
        "rows": [(score, score.groups) for score in page.rows],
    }
    return render(request, "dossiers/quality.html", context)


@needs(*SEERS)
@require_GET
def quality_of(request: HttpRequest, agency_id: int) -> HttpResponseBase:
    """How each point of one body came about; with `?as=pdf` or `xlsx` as a file."""
    viewer, at = viewer_of(request), now()
    form = _form(request, at, agency_id)
    if not form.is_valid():
        return render(request, "dossiers/quality_of.html", _of_one(viewer, form, at), status=422)
    score = quality_score(viewer, form.wanted(), at=at)
    if kind := file_kind(request):
        said = _("Quality score: %(name)s") % {"name": score.name}, _("quality-score")
        return file_of(kind, viewer, form, _rows_of(score), at, said=said)
    behind = MEASURES | QUALITY_MEASURES
    rows = [(one, [(name, behind[name]) for name in one.criterion.measures]) for one in score.scored]
    context = {**_of_one(viewer, form, at), "period": _period(form), "score": score, "rows": rows}
    return render(request, "dossiers/quality_of.html", context)


def _form(request: HttpRequest, at: datetime, agency_id: int | None = None) -> FiguresForm:
    """What was asked for; scores are of whole bodies, never narrowed further."""
    values = asked(request.GET, at)
    values |= {"field": "", "procedure": "", "official": "", "group": "agency"}
    return FiguresForm(values if agency_id is None else {**values, "agency": agency_id, "below": ""})


def _of_one(viewer: Viewer, form: FiguresForm, at: datetime) -> dict[str, object]:
    """What a page of one body has of what all have."""
    return {**around(viewer, form, at), "narrowed": [], "sees_below": False}


def _period(form: FiguresForm) -> str:
    """The period as an address has it."""
    return f"?since={form.cleaned_data['since']}&until={form.cleaned_data['until']}"


def _rows(scores: list[Score]) -> tuple[list[str], list[Row]]:
    head = [_("Code"), _("Agency"), *map(str, GROUP_LABELS.values())]
    head += [_("Points"), _("Out of"), _("Per cent"), _("Band")]
    return head, [
        (
            score.code,
            score.name,
            *(_not_measured() if points is None else _said(points) for _label, points, _most in score.groups),
            _said(score.total),
            score.out_of,
            _said(score.percent),
            str(score.band[0]) if score.band else _("No dossier in this period"),
        )
        for score in scores
    ]


def _rows_of(score: Score) -> tuple[list[str], list[Row]]:
    head = [_("Group"), _("What is measured"), _("Numerator"), _("Denominator"), _("Per cent")]
    head += [_("Points"), _("Most points")]
    band = str(score.band[0]) if score.band else _("No dossier in this period")
    rows: list[Row] = [_row_of(one) for one in score.scored]
    total = (_("Together"), band, "", "", _said(score.percent), _said(score.total), score.out_of)
    return head, [*rows, total]


def _row_of(one: Scored) -> Row:
    known = one.points is not None
    return (
        str(one.group_label),
        f"{one.criterion.label}: {one.criterion.formula}",
        one.share.part if known else "",
        one.share.whole if known else "",
        _said(one.percent),
        _said(one.points) if known else _not_measured(),
        one.criterion.most,
    )


def _not_measured() -> str:
    return _("Not measured")


def _said(number: Decimal | None) -> str:
    """A number as it is written in the reader's language; empty without one."""
    return "" if number is None else number_format(number, 2)
