"""The catalogue as it is read: the list, one version, what changed, and files to take away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lienthong.identity.public import Viewer, signed_in, viewer_of
from lienthong.kernel.downloads import csv_answer
from lienthong.procedures import policies, queries
from lienthong.procedures.bpmn import write_bpmn
from lienthong.procedures.definition import (
    WORKING_DAY,
    definition_as_data,
    prove_definition,
)
from lienthong.procedures.differences import Difference, differences
from lienthong.procedures.forms import (
    BODY_LABELS,
    KIND_LABELS,
    WORDS,
    ProcedureFilterForm,
    ReasonForm,
)
from lienthong.procedures.models import Procedure, ProcedureVersion
from lienthong.procedures.process import Lane, Process, Step, Transition, parse_process
from lienthong.procedures.states import Channel, VersionState
from lienthong.procedures.stored import definition_of, samples_of

Named = TypeVar("Named", Lane, Step, Transition)


@signed_in
@require_GET
def procedures(request: HttpRequest) -> HttpResponse:
    """The list with its filters."""
    viewer = viewer_of(request)
    form = ProcedureFilterForm(request.GET, fields=queries.service_fields())
    context = {
        "page": queries.list_procedures(viewer, form.wanted(), cursor=request.GET.get("cursor", "")),
        "form": form,
        "filtered": any(form.cleaned_data.values()),
    }
    return render(request, "procedures/procedures.html", context)


@signed_in
@require_GET
def procedure_detail(request: HttpRequest, procedure_id: UUID) -> HttpResponse:
    """One procedure, with the version in force or the one asked for."""
    viewer = viewer_of(request)
    procedure = queries.find_procedure(viewer, procedure_id)
    return _page(request, procedure, queries.shown_version(viewer, procedure))


@signed_in
@require_GET
def version_detail(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """One version of a procedure."""
    version = queries.find_version(viewer_of(request), version_id)
    return _page(request, version.procedure, version)


def _page(request: HttpRequest, procedure: Procedure, version: ProcedureVersion | None) -> HttpResponse:
    viewer = viewer_of(request)
    versions = queries.versions_of(viewer, procedure)
    context = {
        "procedure": procedure,
        "versions": versions,
        "may_begin": policies.may_draft(viewer, procedure)
        and all(one.state != VersionState.DRAFT for one in versions),
        **version_context(viewer, version),
    }
    return render(request, "procedures/procedure_detail.html", context)


def version_context(viewer: Viewer, version: ProcedureVersion | None) -> dict[str, object]:
    """What a page shows of a version."""
    if version is None:
        return {"version": None}
    definition, samples = definition_of(version), samples_of(version)
    offers = queries.offers_of(version)
    return {
        "version": version,
        "definition": definition,
        "limit": days_in_words(definition.limit_minutes or 0),
        "longest": days_in_words(version.process.minutes if version.process else 0),
        "moves": [move.verb for move in policies.allowed_actions(viewer, version)],
        "faults": prove_definition(definition) if version.state == VersionState.DRAFT else [],
        "offers": [(Channel(channel).label, count) for channel, count in offers.items()],
        "papers": [(paper, samples.get(paper.key, ())) for paper in definition.papers],
        "table": table_of(definition.process),
        "zooms": [("in", _("Larger")), ("out", _("Smaller")), ("fit", _("Whole"))],
        "reason_form": ReasonForm(auto_id="withdraw_%s"),
    }


def days_in_words(minutes: int) -> str:
    """Working minutes in words: "2 working days", "1.28 working days", below a day "45 working minutes"."""
    if 0 < minutes < WORKING_DAY:
        words = ngettext("%(minutes)s working minute", "%(minutes)s working minutes", minutes)
        return words % {"minutes": minutes}
    days = minutes / WORKING_DAY
    words = ngettext("%(days)s working day", "%(days)s working days", 1 if days == 1 else 2)
    return words % {"days": number_format(f"{days:.3g}", use_l10n=True)}


def table_of(process: Process) -> list[dict[str, object]]:
    """The process as a table to read: each step with who does it and where it leads."""
    lanes = {lane.key: lane for lane in process.lanes}
    rows = []
    for step in process.steps:
        lane = lanes.get(step.lane)
        ways = [
            {
                "way": way,
                "target": process.step[way.target],
                "kind": KIND_LABELS[process.step[way.target].kind],
            }
            for way in process.out[step.key]
            if way.target in process.step
        ]
        rows.append(
            {
                "step": step,
                "kind": KIND_LABELS[step.kind],
                "lane": lane,
                "body": BODY_LABELS[lane.body] if lane else "",
                "ways": ways,
            }
        )
    return rows


@signed_in
@require_GET
def version_differences(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """What a version says otherwise than the one before it."""
    viewer = viewer_of(request)
    version = queries.find_version(viewer, version_id)
    former = next(
        (one for one in queries.versions_of(viewer, version.procedure) if one.number < version.number), None
    )
    rows = list[Difference]()
    if former:
        before = queries.find_version(viewer, former.pk)
        rows = differences(
            definition_of(before),
            definition_of(version),
            old_samples=samples_of(before),
            new_samples=samples_of(version),
        )
    context = {
        "version": version,
        "former": former,
        "procedure": version.procedure,
        "rows": [(" › ".join(str(WORDS.get(part, part)) for part in row.path), row) for row in rows],
    }
    return render(request, "procedures/differences.html", context)


@signed_in
@require_GET
def version_bpmn(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """The process as a BPMN 2.0 file; with `drawn`, as the drawing has it: in the reader's language."""
    version = queries.find_version(viewer_of(request), version_id)
    process = parse_process(version.process.definition if version.process else {})
    if "drawn" in request.GET and get_language() == "en":
        process = _in_english(process)
    return _file(write_bpmn(process, name=version.procedure.name), "application/xml", version, "bpmn")


def _in_english(process: Process) -> Process:
    """The process with its English names where it has some."""

    def named(rows: Sequence[Named]) -> tuple[Named, ...]:
        return tuple(row.model_copy(update={"name": row.name_en or row.name}) for row in rows)

    return Process(
        lanes=named(process.lanes), steps=named(process.steps), transitions=named(process.transitions)
    )


@signed_in
@require_GET
def version_json(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """All that the version says, as JSON."""
    version = queries.find_version(viewer_of(request), version_id)
    data = definition_as_data(definition_of(version))
    content = json.dumps(data, ensure_ascii=False, indent=2).encode()
    return _file(content, "application/json", version, "json")


@signed_in
@require_GET
def procedures_export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as CSV."""
    viewer = viewer_of(request)
    form = ProcedureFilterForm(request.GET, fields=queries.service_fields())
    head = [_("Code"), _("Name"), _("Field"), _("Level"), _("For whom"), _("Published by"), _("State")]
    rows = (
        [
            one.code,
            one.name,
            one.field.name,
            one.get_level_display(),
            one.get_audience_display(),
            one.authority.name,
            ", ".join(states),
        ]
        for one, states in queries.every_procedure(viewer, form.wanted())
    )
    return csv_answer(f"{_('procedures')}.csv", head, rows)


def _file(content: bytes, kind: str, version: ProcedureVersion, ending: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = (
        f'attachment; filename="{version.procedure.code}-v{version.number}.{ending}"'
    )
    return answer
