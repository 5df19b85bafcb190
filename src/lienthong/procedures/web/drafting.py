"""A draft: begun, changed part by part, read from a file, published, thrown away; and a withdrawal."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
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
from lienthong.procedures.forms import TABLES, FileForm, ReasonForm
from lienthong.procedures.models import ProcedureVersion
from lienthong.procedures.process import as_data
from lienthong.procedures.states import SAVE
from lienthong.procedures.stored import definition_of, samples_of
from lienthong.procedures.web.editing import ABOUT, JSON, QUESTIONS, Editor

PARTS = (ABOUT, *TABLES)


@needs(Role.CATALOGUER)
@require_POST
def start(request: HttpRequest, procedure_id: UUID) -> HttpResponse:
    """Begin a new version."""
    draft = versions.start_draft(procedure_id=procedure_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("A draft was begun. It says what the version before it says."))
    return redirect("procedures:edit", draft.pk, ABOUT)


@needs(Role.CATALOGUER)
@require_http_methods(["GET", "POST"])
def edit(
    request: HttpRequest, version_id: UUID, part: str = QUESTIONS, page: str = "", group: str = ""
) -> HttpResponse:
    """Change one part of a draft: save it, or let a button work on its rows and draw it anew."""
    viewer = viewer_of(request)
    draft = queries.find_version(viewer, version_id)
    policies.require(viewer, draft, SAVE)
    definition = definition_of(draft)
    sent = request.POST if request.method == "POST" else None
    editor = Editor(
        part, definition, samples_of(draft), sent, request.FILES, page=page, group=group, at=now()
    )
    if editor.sent and editor.valid():
        try:
            versions.save_draft(
                version_id=draft.pk,
                definition=parse_definition(editor.changed()),
                changes=_number(request.POST.get("changes", "")),
                samples=editor.sample_changes(),
                viewer=viewer,
                at=now(),
            )
        except Refusal as refusal:
            editor.errors.append(refusal.say())
        else:
            messages.success(request, _("Saved."))
            return redirect(request.path)
    faults = prove_definition(definition)
    context = {
        "version": draft,
        # What was saved by others after the page was opened must not count as seen.
        "changes": request.POST.get("changes", draft.changes),
        "procedure": draft.procedure,
        "definition": definition,
        "part": part,
        "tabs": _tabs(draft, part),
        "editor": editor,
        "tables": editor.drawn(faults),
        "look": editor.look(),
        "faults": faults,
        "file_form": FileForm(),
    }
    return render(request, "procedures/edit.html", context, status=422 if editor.sent else 200)


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


def _tabs(draft: ProcedureVersion, current: str) -> list[dict[str, object]]:
    labels = {
        ABOUT: _("Law and conditions"),
        "papers": _("Papers"),
        "fees": _("Fees"),
        "results": _("Results"),
        "process": _("Process"),
        QUESTIONS: _("Form"),
    }
    current = QUESTIONS if current == JSON else current
    return [
        {
            "url": reverse("procedures:edit", args=[draft.pk, part]),
            "label": labels[part],
            "current": part == current,
        }
        for part in PARTS
    ]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _loaded(content: bytes) -> Any:
    """The data of a JSON file; what is none is left to `parse_definition`, which says so."""
    try:
        return json.loads(content) if len(content) <= LARGEST else None
    except (ValueError, RecursionError):
        return None
