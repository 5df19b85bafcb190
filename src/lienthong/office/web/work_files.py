"""Pages of work files: the lists, one file with its documents, its moves, its papers and its package."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.kernel.models import Blob
from lienthong.ledger.public import timeline
from lienthong.office.archive import filing, moving, packages, planned_queries, policies, printing, queries
from lienthong.office.archive.list_models import PlannedFile
from lienthong.office.archive.models import WorkFile
from lienthong.office.archive.retention_queries import rules_on
from lienthong.office.archive.states import FILE_VERB_LABELS, Kind, retention_vi
from lienthong.office.web.common import csv_answer, file_answer, tabs_of
from lienthong.office.work_file_forms import WhyForm, WorkFileFilterForm, WorkFileForm

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)
KEEPERS = (Role.SPECIALIST, Role.CLERK, Role.LEADER)
PACKAGED = (Role.CLERK, Role.LEADER, Role.AUDITOR)
SCOPES = {
    queries.MINE: gettext_lazy("My files"),
    queries.DIVISION: gettext_lazy("My division"),
    queries.ALL: gettext_lazy("All that I may see"),
}
DOCUMENTS = {kind.value: kind for kind in (Kind.INCOMING, Kind.OUTGOING)}
PAPERS: dict[str, Callable[..., bytes]] = {
    "cover": printing.render_cover,
    "contents": printing.render_contents,
}


@needs(*READERS)
@require_GET
def work_files(request: HttpRequest) -> HttpResponse:
    """The list of work files, newest first; it opens on the viewer's own."""
    viewer, at = viewer_of(request), now()
    scope = _scope(request, viewer)
    form = WorkFileFilterForm(request.GET)
    page = queries.list_files(viewer, form.wanted(scope), at=at, cursor=request.GET.get("cursor", ""))
    context = {
        "page": page,
        "form": form,
        "tab": scope,
        "filtered": any(form.cleaned_data.values()),
        "tabs": tabs_of(request, SCOPES.items(), scope),
        "keeps": viewer.has(*KEEPERS),
    }
    return render(request, "office/work_files.html", context)


def _scope(request: HttpRequest, viewer: Viewer) -> str:
    """The tab asked for; an auditor keeps no files, and so starts at all."""
    asked = request.GET.get("tab", "")
    return asked if asked in SCOPES else queries.MINE if viewer.has(*KEEPERS) else queries.ALL


@needs(*READERS)
@require_GET
def work_files_export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as CSV, with the columns of a list of files handed in."""
    viewer, at = viewer_of(request), now()
    wanted = WorkFileFilterForm(request.GET).wanted(_scope(request, viewer))
    head = [
        pgettext("work file", "Year"),
        pgettext("work file", "Code"),
        _("Title of the work file"),
        _("Division"),
        _("Keeper"),
        _("Retention period"),
        _("Opened on"),
        _("Closed on"),
        pgettext("work file", "Documents"),
        pgettext("work file", "State"),
    ]
    rows = (_export_row(file) for file in queries.export_files(viewer, wanted, at=at))
    return csv_answer(f"{_('work-files')}-{viewer.agency_code}-{at:%Y%m%d}.csv", head, rows)


def _export_row(file: WorkFile) -> list[object]:
    return [
        file.year,
        file.code,
        file.title,
        file.division.name if file.division else "",
        file.keeper.full_name,
        retention_vi(file.retention),
        f"{file.opened_on:%d/%m/%Y}",
        f"{file.closed_on:%d/%m/%Y}" if file.closed_on else "",
        file.item_count,
        file.state_label,
    ]


@needs(*KEEPERS)
@require_http_methods(["GET", "POST"])
def open_work_file(request: HttpRequest) -> HttpResponse:
    """Open a new file, and put the document into it that the address names."""
    viewer, at = viewer_of(request), now()
    given = request.POST if request.method == "POST" else None
    asked = (request.POST or request.GET).get("document", "")
    planned = _planned(viewer, (request.POST or request.GET).get("planned", ""))
    form = _new_form(viewer, planned, given, at)
    kind, key = _document(asked) if asked else (None, None)
    if given is not None and form.is_valid():
        try:
            new = form.new_file(planned_id=planned.pk if planned else None)
            with transaction.atomic():  # a document that is refused leaves no empty file behind
                file = filing.open_file(new=new, viewer=viewer, at=at)
                if kind is not None and key is not None:
                    filing.put_document(file_id=file.id, kind=kind, document_id=key, viewer=viewer, at=at)
        except Refusal as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("Opened as %(code)s.") % {"code": file.code})
            return redirect("office:work_file", file.id)
    context = {"form": form, "document": asked, "planned": planned, "listed": "reason" in form.fields}
    return render(request, "office/work_file_new.html", context, status=422 if form.errors else 200)


def _planned(viewer: Viewer, asked: str) -> PlannedFile | None:
    """The row of the list of files that the address names; raises `NotFound`."""
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 16):
        raise Http404
    return planned_queries.find_entry(viewer, int(asked))


def _new_form(
    viewer: Viewer, planned: PlannedFile | None, given: QueryDict | None, at: datetime
) -> WorkFileForm:
    """Filled in from the row of the list; without one, and with an approved list, it asks why."""
    day = at.astimezone(VIETNAM).date()
    rules = rules_on(viewer.agency_id or 0, on=day)
    if planned is not None:
        initial = {"title": planned.title, "retention": planned.retention}
        return WorkFileForm(given, initial=initial, rules=rules, coded=False)
    return WorkFileForm(given, rules=rules, listed=planned_queries.has_approved(viewer, day.year))


def _revising(file: WorkFile, given: QueryDict | None = None) -> WorkFileForm:
    """Filled in with what the file has; the period it was given may stay."""
    rules = rules_on(file.agency_id, on=now().astimezone(VIETNAM).date())
    initial = {"title": file.title, "retention": file.retention}
    return WorkFileForm(given, initial=initial, rules=rules, coded=False)


def _document(asked: str) -> tuple[Kind, UUID]:
    """The document of "incoming:<id>" or "outgoing:<id>"."""
    kind, _colon, key = asked.partition(":")
    try:
        return DOCUMENTS[kind], UUID(key)
    except (KeyError, ValueError) as error:
        raise Http404 from error


def _show(form: WorkFileForm | WhyForm, refusal: Refusal) -> None:
    """The refusal at its field, if it names one of the form's; others have a page of their own."""
    if refusal.field not in form.fields:
        raise refusal
    form.add_error(refusal.field, refusal.say())


@needs(*READERS)
@require_GET
def work_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """One file: facts, its documents in order, what happened, and what the viewer may do."""
    return _detail(request, file_id)


def _detail(
    request: HttpRequest, file_id: UUID, *, form: WorkFileForm | None = None, why: WhyForm | None = None
) -> HttpResponse:
    viewer = viewer_of(request)
    file = queries.find_file(viewer, file_id)
    lines, following = queries.list_lines(viewer, file, cursor=request.GET.get("cursor", ""))
    fills = file.is_open and policies.answers_for(viewer, file)
    context: dict[str, object] = {
        "file": file,
        "lines": lines,
        "page": {"rows": lines, "next": following},
        "moves": {move.verb.replace("-", "_"): move for move in policies.allowed_moves(viewer, file)},
        "fills": fills,
        "packaged": policies.may_take_package(viewer, file) and bool(file.seal),
        "timeline": _timeline(file),
        "why": why or WhyForm(),
    }
    if fills:
        context["form"] = form or _revising(file)
        context["tasks"] = queries.task_choices(viewer, file)
    faulty = bool((form and form.errors) or (why and why.errors))
    return render(request, "office/work_file.html", context, status=422 if faulty else 200)


def _timeline(file: WorkFile) -> list[dict[str, object]]:
    """What happened to the file, newest first; what was put in is told by the list beside it."""
    events = [event for event in timeline(file.as_subject()) if event.verb != "work-file.put"]
    return [
        {
            "title": FILE_VERB_LABELS.get(event.verb, event.verb),
            "at": event.at,
            "actor": ", ".join(filter(None, (event.actor.name, event.actor.post))),
            "detail": str(event.data.get("reason") or ""),
            "color": "danger" if event.verb == "work-file.return" else "",
        }
        for event in reversed(events)
    ]


@needs(*KEEPERS)
@require_POST
def revise_work_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Change title and retention."""
    form = _revising(queries.find_file(viewer_of(request), file_id), request.POST)
    if form.is_valid():
        try:
            filing.revise_file(file_id=file_id, viewer=viewer_of(request), at=now(), **form.cleaned_data)
        except Refusal as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("office:work_file", file_id)
    return _detail(request, file_id, form=form)


@needs(*KEEPERS)
@require_POST
def put_into_work_file(request: HttpRequest, kind: str, document_id: UUID) -> HttpResponse:
    """Put a document into one of the viewer's files, from its own page."""
    try:
        file_id = UUID(request.POST.get("file", ""))
        known = DOCUMENTS[kind]
    except (KeyError, ValueError) as error:
        raise Http404 from error
    item = filing.put_document(
        file_id=file_id, kind=known, document_id=document_id, viewer=viewer_of(request), at=now()
    )
    messages.success(
        request,
        _("Put into the work file %(code)s as number %(position)s.")
        % {"code": item.file.code, "position": item.position},
    )
    return redirect(f"office:{known}_detail", document_id)


@needs(*KEEPERS)
@require_POST
def put_task_into_work_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Put a closed task into the file."""
    try:
        task_id = UUID(request.POST.get("task", ""))
    except ValueError as error:
        raise Http404 from error
    item = filing.put_document(
        file_id=file_id, kind=Kind.TASK, document_id=task_id, viewer=viewer_of(request), at=now()
    )
    messages.success(request, _("The task was put in as number %(position)s.") % {"position": item.position})
    return redirect("office:work_file", file_id)


@needs(*KEEPERS)
@require_POST
def take_out_of_work_file(request: HttpRequest, file_id: UUID, position: int) -> HttpResponse:
    """Take a document out again."""
    filing.take_out(file_id=file_id, position=position, viewer=viewer_of(request), at=now())
    messages.success(request, _("Taken out. The document itself stays where it is."))
    return redirect("office:work_file", file_id)


@needs(*KEEPERS)
@require_POST
def close_work_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Close the file."""
    moving.close_file(file_id=file_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("Closed. The cover and the table of documents can be printed."))
    return redirect("office:work_file", file_id)


@needs(*KEEPERS)
@require_POST
def hand_in_work_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Hand the file in to the archive."""
    moving.hand_in_file(file_id=file_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("Handed in, under the agency's seal. The archive accepts or returns it."))
    return redirect("office:work_file", file_id)


@needs(Role.CLERK)
@require_POST
def accept_work_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Take the file into the archive."""
    moving.accept_file(file_id=file_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("Accepted into the archive."))
    return redirect("office:work_file", file_id)


@needs(*KEEPERS)
@require_POST
def reopen_work_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Open the file again, with a reason."""
    return _with_reason(request, file_id, moving.reopen_file, _("Opened again."))


@needs(Role.CLERK)
@require_POST
def return_work_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Return the file to its keeper, with a reason."""
    return _with_reason(request, file_id, moving.return_file, _("Returned to its keeper with your reason."))


def _with_reason(
    request: HttpRequest, file_id: UUID, act: Callable[..., WorkFile], done: str
) -> HttpResponse:
    why = WhyForm(request.POST)
    if why.is_valid():
        try:
            act(file_id=file_id, viewer=viewer_of(request), reason=why.cleaned_data["reason"], at=now())
        except Refusal as refusal:
            _show(why, refusal)
        else:
            messages.success(request, done)
            return redirect("office:work_file", file_id)
    return _detail(request, file_id, why=why)


@needs(*READERS)
@require_GET
def work_file_paper(request: HttpRequest, file_id: UUID, paper: str) -> HttpResponseBase:
    """The cover or the table of documents as PDF: of an open file as it is now, of others what was kept."""
    if paper not in PAPERS:
        raise Http404
    at = now()
    file = queries.find_file(viewer_of(request), file_id)
    kept: Blob | None = getattr(file, paper)
    if kept is not None:  # what was made at closing, and is under the seal: never laid out anew
        return file_answer(kept, f"{paper}.pdf", inline=True)
    response = HttpResponse(PAPERS[paper](file, at=at), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{paper}.pdf"'
    response["Cache-Control"] = "private, max-age=0"
    return response


@needs(*PACKAGED)
@require_GET
def work_file_package(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """The package of a file that was handed in, streamed."""
    package = packages.open_package(file_id=file_id, viewer=viewer_of(request), at=now())
    response = StreamingHttpResponse(packages.stream_package(package), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{package.name}"'
    response["Cache-Control"] = "private, max-age=0"
    return response
