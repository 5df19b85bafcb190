"""Pages of the yearly list of files: drafted, approved, added to, and which of it has no work file yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, timeline
from lienthong.office import list_sheets
from lienthong.office.archive import planned_queries, planning, policies
from lienthong.office.archive.list_models import FileList
from lienthong.office.archive.retention_queries import rules_on
from lienthong.office.archive.states import LIST_VERB_LABELS
from lienthong.office.planned_forms import EntryForm, SheetForm, initial_of

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)
FORMS = {"pdf", "xlsx"}


@needs(*READERS)
@require_GET
def this_file_list(request: HttpRequest) -> HttpResponse:
    """The list of this year."""
    return redirect("office:file_list", now().astimezone(VIETNAM).year)


@needs(*READERS)
@require_GET
def file_list(request: HttpRequest, year: int) -> HttpResponse:
    """The list of a year, or that there is none yet."""
    return _page(request, year)


def _page(
    request: HttpRequest, year: int, *, form: EntryForm | None = None, sheet: SheetForm | None = None
) -> HttpResponse:
    viewer, at = viewer_of(request), now()
    this_year = at.astimezone(VIETNAM).year
    lists = list(planned_queries.lists_of(viewer))
    found = next((one for one in lists if one.year == year), None)
    years = sorted({*(one.year for one in lists), this_year, this_year + 1, year})
    context: dict[str, Any] = {
        "list": found,
        "year": year,
        "years": years[-12:],
        "over": year < this_year,
        "drafts": policies.drafts_lists(viewer),
        "beginnable": this_year <= year <= this_year + 1,
        "has_last": any(one.year == year - 1 for one in lists),
    }
    if found is not None:
        context |= _content(request, viewer, found)
        if policies.drafts_lists(viewer):
            context["form"] = form or _entry_form(viewer, at, late=not found.is_draft)
            context["headings"] = planned_queries.headings_of(found)
            if found.is_draft:
                context["sheet"] = sheet or SheetForm(auto_id="sheet_%s")
    faulty = bool((form and form.errors) or (sheet and sheet.errors))
    return render(request, "office/file_list.html", context, status=422 if faulty else 200)


def _entry_form(viewer: Viewer, at: datetime, *given: QueryDict | None, **fields: Any) -> EntryForm:
    """With who may be named and which periods hold today. Three queries."""
    agency, day = viewer.agency_id or 0, at.astimezone(VIETNAM).date()
    responsible = planned_queries.responsible_in(agency, on=day)
    return EntryForm(*given, responsible=responsible, rules=rules_on(agency, on=day), **fields)


def _content(request: HttpRequest, viewer: Viewer, found: FileList) -> dict[str, Any]:
    unopened = request.GET.get("unopened") == "1"
    page = planned_queries.list_entries(
        viewer, found, unopened=unopened, cursor=request.GET.get("cursor", "")
    )
    opens = {
        row.pk
        for row in page.rows
        if not found.is_draft and not row.taken and policies.may_open_planned(viewer, row)  # type: ignore[attr-defined]
    }
    this_year = found.year == now().astimezone(VIETNAM).year
    return {
        "page": page,
        "unopened": unopened,
        "opens": opens if this_year else set(),
        "figures": planned_queries.figures_of(found),
        "approves": found.is_draft and policies.approves_lists(viewer),
        "timeline": _timeline(found),
    }


def _timeline(found: FileList) -> list[dict[str, object]]:
    """What happened to the list, newest first; single rows of a draft are not told."""
    events = timeline(Subject("office.file-list", str(found.pk)))
    told = [
        one
        for one in events
        if one.verb in LIST_VERB_LABELS and (one.verb != "file-list.add" or one.data.get("reason"))
    ]
    return [
        {
            "title": LIST_VERB_LABELS[event.verb],
            "at": event.at,
            "actor": ", ".join(filter(None, (event.actor.name, event.actor.post))),
            "detail": " – ".join(
                str(event.data[name]) for name in ("code", "reason") if event.data.get(name)
            ),
        }
        for event in reversed(told)
    ]


@needs(Role.CLERK)
@require_POST
def draft_file_list(request: HttpRequest, year: int) -> HttpResponse:
    """Begin the list of a year, empty or from last year's."""
    copied = request.POST.get("copied") == "1"
    planning.draft_list(year=year, copied=copied, viewer=viewer_of(request), at=now())
    messages.success(request, _("The draft of the list was begun."))
    return redirect("office:file_list", year)


@needs(Role.CLERK)
@require_POST
def add_planned_file(request: HttpRequest, year: int) -> HttpResponse:
    """Add a row to the list."""
    viewer, at = viewer_of(request), now()
    found = planned_queries.find_list(viewer, year)
    form = _entry_form(viewer, at, request.POST, late=not found.is_draft)
    if form.is_valid():
        try:
            reason = form.cleaned_data.get("reason", "")
            row = planning.add_entry(year=year, entry=form.entry(), reason=reason, viewer=viewer, at=at)
        except Refusal as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("%(code)s was added to the list.") % {"code": row.code})
            return redirect("office:file_list", year)
    return _page(request, year, form=form)


@needs(Role.CLERK)
@require_http_methods(["GET", "POST"])
def change_planned_file(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Change a row of a draft."""
    viewer, at = viewer_of(request), now()
    row = planned_queries.find_entry(viewer, entry_id)
    if not row.list.is_draft:
        raise planning.ListFrozen
    given = request.POST if request.method == "POST" else None
    form = _entry_form(viewer, at, given, initial=initial_of(row))
    if given is not None and form.is_valid():
        try:
            planning.change_entry(entry_id=entry_id, entry=form.entry(), viewer=viewer, at=at)
        except Refusal as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("office:file_list", row.list.year)
    context = {"form": form, "row": row, "headings": planned_queries.headings_of(row.list)}
    return render(request, "office/planned_file.html", context, status=422 if form.errors else 200)


@needs(Role.CLERK)
@require_POST
def remove_planned_file(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Take a row out of a draft."""
    found = planning.remove_entry(entry_id=entry_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("Taken out of the draft."))
    return redirect("office:file_list", found.year)


@needs(Role.CLERK)
@require_POST
def import_file_list(request: HttpRequest, year: int) -> HttpResponse:
    """Take the rows of a draft from a spreadsheet."""
    viewer, at = viewer_of(request), now()
    planned_queries.find_list(viewer, year)
    sheet = SheetForm(request.POST, request.FILES, auto_id="sheet_%s")
    if sheet.is_valid():
        content = sheet.cleaned_data["file"].read(list_sheets.MOST_BYTES + 1)
        responsible = planned_queries.responsible_in(viewer.agency_id or 0, on=at.astimezone(VIETNAM).date())
        try:
            entries = list_sheets.read_entries(content, responsible=responsible)
            planning.replace_entries(year=year, entries=entries, viewer=viewer, at=at)
        except Refusal as refusal:
            if refusal.field not in {"file", "code", "title", "heading", "retention", "responsible"}:
                raise
            sheet.add_error("file", refusal.say())
        else:
            messages.success(request, _("%(count)s rows were taken in.") % {"count": len(entries)})
            return redirect("office:file_list", year)
    return _page(request, year, sheet=sheet)


@needs(Role.LEADER)
@require_POST
def approve_file_list(request: HttpRequest, year: int) -> HttpResponse:
    """Approve the list."""
    planning.approve_list(year=year, viewer=viewer_of(request), at=now())
    messages.success(request, _("Approved. Work files are now opened from the list."))
    return redirect("office:file_list", year)


@needs(*READERS)
@require_GET
def file_list_export(request: HttpRequest, year: int) -> HttpResponseBase:
    """The list as PDF or as a spreadsheet."""
    viewer = viewer_of(request)
    found = planned_queries.find_list(viewer, year)
    form = request.GET.get("as", "xlsx")
    form = form if form in FORMS else "xlsx"
    file = list_sheets.write_list(found, agency=viewer.agency_name, form=form, at=now())
    name = f"danh-muc-ho-so-{viewer.agency_code}-{year}.{form}"
    return FileResponse(file, as_attachment=form == "xlsx", filename=name)


def _show(form: EntryForm, refusal: Refusal) -> None:
    if refusal.field not in form.fields:
        raise refusal
    form.add_error(refusal.field, refusal.say())
