"""A draft: begun, changed part by part, read from a file, published, thrown away; and a withdrawal."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.procedures import policies, queries
from lienthong.procedures.actions import versions
from lienthong.procedures.bpmn import read_bpmn
from lienthong.procedures.bpmn.reading import LARGEST
from lienthong.procedures.definition import definition_as_data, parse_definition, prove_definition
from lienthong.procedures.form import form_as_data
from lienthong.procedures.forms import (
    TABLES,
    AboutForm,
    FileForm,
    QuestionsForm,
    ReasonForm,
    formset_of,
    rows_of,
)
from lienthong.procedures.models import ProcedureVersion
from lienthong.procedures.process import as_data
from lienthong.procedures.states import SAVE
from lienthong.procedures.stored import definition_of

ABOUT, QUESTIONS = "about", "questions"
PARTS = (ABOUT, *TABLES, QUESTIONS)


@needs(Role.CATALOGUER)
@require_POST
def start(request: HttpRequest, procedure_id: UUID) -> HttpResponse:
    """Begin a new version."""
    draft = versions.start_draft(procedure_id=procedure_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("A draft was begun. It says what the version before it says."))
    return redirect("procedures:edit", draft.pk, ABOUT)


@needs(Role.CATALOGUER)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, version_id: UUID, part: str) -> HttpResponse:
    """Change one part of a draft."""
    if part not in PARTS:
        raise Http404
    viewer = viewer_of(request)
    draft = queries.find_version(viewer, version_id)
    policies.require(viewer, draft, SAVE)
    data = definition_of(draft).model_dump(mode="json")
    editor = _Editor(part, data, request.POST if request.method == "POST" else None)
    if request.method == "POST" and editor.valid():
        try:
            versions.save_draft(
                version_id=draft.pk,
                definition=parse_definition(editor.changed()),
                changes=_number(request.POST.get("changes", "")),
                viewer=viewer,
                at=now(),
            )
        except Refusal as refusal:
            editor.errors.append(refusal.say())
        else:
            messages.success(request, _("Saved."))
            return redirect("procedures:edit", draft.pk, part)
    context = {
        "version": draft,
        "procedure": draft.procedure,
        "definition": definition_of(draft),
        "part": part,
        "tabs": _tabs(draft, part),
        "editor": editor,
        "faults": prove_definition(definition_of(draft)),
        "file_form": FileForm(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "procedures/edit.html", context, status=status)


@needs(Role.CATALOGUER)
@require_POST
def read_file(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Take the process of a BPMN file, or a whole definition of a JSON file, into the draft."""
    viewer = viewer_of(request)
    draft = queries.find_version(viewer, version_id)
    policies.require(viewer, draft, SAVE)
    form = FileForm(request.POST, request.FILES)
    part = "process"
    if not form.is_valid():
        messages.error(request, _("Choose a file first: BPMN 2.0 for the process, or JSON for the whole."))
        return redirect("procedures:edit", draft.pk, part)
    file = form.cleaned_data["file"]
    try:
        content = file.read(LARGEST + 1)
        if file.name.lower().endswith(".json"):
            definition, part = parse_definition(_loaded(content)), ABOUT
        else:
            data = definition_as_data(definition_of(draft)) | {"process": as_data(read_bpmn(content))}
            definition = parse_definition(data)
        versions.save_draft(version_id=draft.pk, definition=definition, viewer=viewer, at=now())
    except Refusal as refusal:
        messages.error(request, refusal.say())
    else:
        messages.success(request, _("The file was read into the draft."))
    return redirect("procedures:edit", draft.pk, part)


@needs(Role.LEADER)
@require_POST
def publish(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Put the draft in force."""
    version = versions.publish_version(version_id=version_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("The version is in force from now on."))
    return redirect("procedures:procedure_detail", version.procedure_id)


@needs(Role.CATALOGUER)
@require_POST
def discard(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Throw the draft away."""
    viewer = viewer_of(request)
    draft = queries.find_version(viewer, version_id)
    versions.discard_draft(version_id=version_id, viewer=viewer, at=now())
    messages.success(request, _("The draft was thrown away."))
    return redirect("procedures:procedure_detail", draft.procedure_id)


@needs(Role.LEADER)
@require_POST
def withdraw(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Stop offering the procedure."""
    viewer = viewer_of(request)
    version = queries.find_version(viewer, version_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        versions.withdraw_version(version_id=version_id, reason=reason, viewer=viewer, at=now())
        messages.success(request, _("The procedure is no longer offered."))
    else:
        messages.error(request, _("Give a reason; everybody who looks at the procedure will read it."))
    return redirect("procedures:procedure_detail", version.procedure_id)


class _Editor:
    """One part of a draft as forms; `errors` are those of no single field."""

    def __init__(self, part: str, data: dict[str, Any], sent: Any) -> None:
        self.part, self.data = part, data
        self.errors: list[str] = []
        self.form: forms.Form | None = None
        if part == ABOUT:
            self.form = AboutForm(sent, initial=AboutForm.initial_of(data))
        elif part == QUESTIONS:
            form = parse_definition(data).form
            shown = json.dumps(form_as_data(form) if form else {"pages": []}, ensure_ascii=False, indent=2)
            self.form = QuestionsForm(sent, initial={"json": shown})
        self.tables = [
            (table, formset_of(table, sent, _at(data, table.path) or [])) for table in TABLES.get(part, ())
        ]

    def valid(self) -> bool:
        """Whether every field is as it should be."""
        whole = [formset.is_valid() for _table, formset in self.tables]
        return all(whole) and (self.form is None or self.form.is_valid())

    def changed(self) -> dict[str, Any]:
        """The definition with this part as it was sent."""
        data = dict(self.data)
        if isinstance(self.form, AboutForm):
            data |= self.form.part()
        elif isinstance(self.form, QuestionsForm):
            data["form"] = self.form.cleaned_data["json"]
        for table, formset in self.tables:
            rows = rows_of(formset)
            if len(table.path) == 1:
                data[table.path[0]] = rows
            else:
                data[table.path[0]] = {**data.get(table.path[0], {}), table.path[1]: rows}
        return data


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        data = (data or {}).get(name)
    return data


def _tabs(draft: ProcedureVersion, current: str) -> list[dict[str, object]]:
    labels = {
        ABOUT: _("Law and conditions"),
        "papers": _("Papers"),
        "fees": _("Fees"),
        "results": _("Results"),
        "process": _("Process"),
        QUESTIONS: _("Form"),
    }
    return [{"url": f"../{part}/", "label": labels[part], "current": part == current} for part in PARTS]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _loaded(content: bytes) -> Any:
    """The data of a JSON file; what is none is left to `parse_definition`, which says so."""
    try:
        return json.loads(content) if len(content) <= LARGEST else None
    except (ValueError, RecursionError):
        return None
