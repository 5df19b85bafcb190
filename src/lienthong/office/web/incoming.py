"""Pages of incoming documents: the desk and the lists, one document, the moves of its work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from lienthong.documents.public import viruses_in
from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.notifications.public import comments_context
from lienthong.office import policies, queries, register_queries, secrecy
from lienthong.office.actions import changes, directing
from lienthong.office.actions import incoming as actions
from lienthong.office.actions.carrying import DIRECTS
from lienthong.office.actions.registering import register_incoming
from lienthong.office.contracts import StoredVerdict
from lienthong.office.discussing import incoming_thread
from lienthong.office.forms import IncomingFilterForm, NotSecretForm, ReasonForm
from lienthong.office.models import IncomingDocument
from lienthong.office.registering_forms import book_choice, chosen_book
from lienthong.office.same_day import same_day_rule
from lienthong.office.secret_models import SecretMark
from lienthong.office.states import ASSIGN, REFUSE, REGISTER, STATE_LABELS, WITHDRAW, WITHDRAWALS, State
from lienthong.office.text_models import ReadText
from lienthong.office.web.common import csv_answer, file_answer, tabs_of, timeline_of
from lienthong.office.web.saved import saved_context
from lienthong.tasks.public import SEARCH, DirectionForm, Task, direction_form, opinions_of, tasks_of

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)
WORKERS = (Role.SPECIALIST, Role.LEADER, Role.CLERK)
TABS = [
    (queries.MINE, gettext_lazy("Waiting for me")),
    (queries.ALL, gettext_lazy("All")),
    *STATE_LABELS.items(),
]
PILES = frozenset({queries.MINE, State.ARRIVED})  # where what has arrived is worked off


@needs(*READERS)
@require_GET
def incoming(request: HttpRequest) -> HttpResponse:
    """The list of incoming documents; it opens on what waits for the viewer."""
    viewer, at = viewer_of(request), now()
    tab = _tab(request, viewer)
    form = IncomingFilterForm(request.GET, books=register_queries.books_of(viewer))
    page = queries.list_incoming(viewer, form.wanted(tab), at=at, cursor=request.GET.get("cursor", ""))
    filtered = any(form.cleaned_data.values())
    context: dict[str, object] = {
        "page": page,
        "form": form,
        "tab": tab,
        "filtered": filtered,
        "tabs": tabs_of(request, TABS, tab),
    }
    context |= saved_context(request, viewer, "incoming")
    if viewer.has(Role.CLERK):
        context |= clerk_context(viewer, at, figures=tab in PILES)
    return render(request, "office/incoming.html", context)


def clerk_context(viewer: Viewer, at: datetime, *, figures: bool) -> dict[str, object]:
    """What a clerk sees besides: what is late, and the day's figures where the pile is worked off."""
    # Worked out from the agency's calendar when a row or a figure asks: most pages have nothing that waits.
    rule: Any = SimpleLazyObject(lambda: same_day_rule(viewer.agency_id or 0, at=at))
    shown = register_queries.clerk_figures(viewer, rule, at=at) if figures else None
    return {"enters": True, "rule": rule, "figures": shown}


def _tab(request: HttpRequest, viewer: Viewer) -> str:
    """The tab asked for; what waits for an auditor is nothing, so an auditor starts at all."""
    default = queries.MINE if viewer.has(*WORKERS) else queries.ALL
    asked = request.GET.get("tab", default)
    return asked if asked in {value for value, _label in TABS} else default


@needs(*READERS)
@require_GET
def incoming_export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as CSV, with the columns of the register of incoming documents (NĐ 30, annex IV)."""
    viewer, at = viewer_of(request), now()
    form = IncomingFilterForm(request.GET, books=register_queries.books_of(viewer))
    wanted = form.wanted(request.GET.get("tab", queries.ALL))
    head = [
        _("Registered on"),
        _("Number in the register"),
        _("Sender"),
        _("Number and notation"),
        _("Date of the document"),
        _("Type and summary"),
        _("Lead"),
        _("Deadline"),
        _("State"),
    ]
    rows = (_register_row(document) for document in queries.export_incoming(viewer, wanted, at=at))
    return csv_answer(f"{_('incoming')}-{viewer.agency_code}-{at:%Y%m%d}.csv", head, rows)


def _register_row(document: IncomingDocument) -> list[object]:
    return [
        _local(document.registered_at, "%d/%m/%Y"),
        document.register_number,
        document.sender_name,
        document.code,
        document.promulgated_on and f"{document.promulgated_on:%d/%m/%Y}",
        " – ".join(filter(None, (document.type_name, document.subject))),
        document.task.lead.name if document.task else "",
        _local(document.due_at, "%d/%m/%Y %H:%M"),
        document.state_label,
    ]


def _local(moment: datetime | None, form: str) -> str:
    return moment.astimezone(VIETNAM).strftime(form) if moment else ""


@needs(*READERS)
@require_GET
def incoming_detail(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """One document: facts, authenticity, files, work, and the moves the viewer may make."""
    return detail_page(request, document_id)


def detail_page(
    request: HttpRequest,
    document_id: UUID,
    *,
    refuse_form: ReasonForm | None = None,
    assign_form: DirectionForm | None = None,
    searched: str = "",
    change_form: ReasonForm | None = None,
    secret_form: NotSecretForm | None = None,
    status: int = 200,
) -> HttpResponse:
    viewer, at = viewer_of(request), now()
    document = queries.find_incoming(viewer, document_id)
    # A withdrawal is answered in the banner of the request, not among the moves of the work.
    moves = [move for move in policies.allowed_moves(viewer, document) if move is not WITHDRAW]
    held = queries.files_of(document)
    scans = viruses_in([file.blob_id for file in held if file.blob_id])
    files = [
        {
            "file": file,
            "virus": scans.get(file.blob_id or ""),
            "verdict": verdict,
            "closed": verdict is not None and verdict.closed,
        }
        for file in held
        for verdict in [StoredVerdict.from_json(file.verdict) if file.verdict else None]
    ]
    context: dict[str, object] = {
        "document": document,
        "verdict": StoredVerdict.from_json(document.verdict),
        "files": files,
        "moves": {move.verb: move for move in moves},
        "reading": ReadText.objects.filter(document=document).defer("text", "words").first(),
        "task": document.task,
        "opinions": opinions_of(document.task) if document.task else [],
        "answers_task": _answered(viewer, document),
        "timeline": timeline_of("office.incoming", document.id, queries.statuses_of(document)),
        "next": queries.neighbour_waiting(viewer, document.id) if viewer.has(*WORKERS) else None,
        "late": document.open and document.due_at is not None and document.due_at < at,
    }
    context |= _change_context(viewer, document, change_form)
    context |= _secret_context(viewer, document, secret_form, at)
    context |= comments_context(request, incoming_thread(document, at=at))
    if REGISTER in moves:
        context["register_form"] = book_choice(document)
    if REFUSE in moves:
        context["refuse_form"] = refuse_form or ReasonForm(auto_id="refuse_%s")
    if ASSIGN in moves:
        context["form"] = assign_form or _direction_form(viewer, document, at)
        context["q"] = searched
    return render(request, "office/incoming_detail.html", context, status=status)


def _direction_form(viewer: Viewer, document: IncomingDocument, at: datetime) -> DirectionForm:
    """The blank form; what directs this agency is looked at before it is closed."""
    initial = {"acceptance": document.steering_type == DIRECTS}
    return direction_form(agency_id=viewer.agency_id or 0, at=at, initial=initial)[0]


def _answered(viewer: Viewer, document: IncomingDocument) -> Task | None:
    """The sub-task that the document replies to, if the viewer may see it."""
    return tasks_of(viewer).filter(id=document.answers_task_id).first() if document.answers_task_id else None


def _secret_context(
    viewer: Viewer, document: IncomingDocument, form: NotSecretForm | None, at: datetime
) -> dict[str, object]:
    """The secrecy mark found on the document, who decides, and whether the viewer may open the files."""
    mark: SecretMark | None = getattr(document, "secret_mark", None)
    if mark is None:
        return {}
    decides = mark.waits and secrecy.decides(viewer, document.agency_id)
    return {
        "mark": mark,
        "decides_mark": decides,
        "files_closed": mark.waits and not decides,
        "mark_late": mark.waits and mark.due_at < at,
        "secret_form": form or NotSecretForm(auto_id="secret_%s"),
    }


def _change_context(viewer: Viewer, document: IncomingDocument, form: ReasonForm | None) -> dict[str, object]:
    """The change that waits for an answer, and the document that is to take this one's place."""
    change = policies.pending_change(document)
    if change is None:
        return {}
    return {
        "change": change,
        "withdraws": change.kind in WITHDRAWALS,
        "answers": policies.may_answer(viewer, document),
        "replacement": queries.replacement_of(viewer, change),
        "change_form": form or ReasonForm(auto_id="change_%s"),
    }


@needs(Role.CLERK)
@require_POST
def register(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Register the document and say its number."""
    viewer, at, book_id = viewer_of(request), now(), chosen_book(request.POST)
    document = register_incoming(document_id=document_id, viewer=viewer, at=at, book_id=book_id)
    messages.success(request, _("Registered under number %(number)s.") % {"number": document.register_number})
    following = queries.neighbour_waiting(viewer, document_id) if "next" in request.POST else None
    return redirect("office:incoming_detail", following or document_id)


@needs(Role.CLERK)
@require_POST
def refuse(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Return the document with a reason."""
    form = ReasonForm(request.POST, auto_id="refuse_%s")

    def act() -> None:
        reason = form.cleaned_data["reason"]
        actions.refuse_incoming(document_id=document_id, viewer=viewer_of(request), reason=reason, at=now())

    if _done(form, act):
        messages.success(request, _("Returned to the sender with your reason."))
        return redirect("office:incoming_detail", document_id)
    return detail_page(request, document_id, refuse_form=form, status=422)


@needs(Role.LEADER)
@require_POST
def assign(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Direct the work on the document, or search for those to be named."""
    viewer, at = viewer_of(request), now()
    data = request.POST
    form, searched = direction_form(agency_id=viewer.agency_id or 0, at=at, data=data)

    def act() -> None:
        directing.direct_document(document_id=document_id, viewer=viewer, direction=form.direction(), at=at)

    if data.get("action") == SEARCH:
        return detail_page(request, document_id, assign_form=form, searched=searched)
    if _done(form, act):
        messages.success(request, _("Assigned. The lead sees the task on the own desk."))
        return redirect("office:incoming_detail", document_id)
    return detail_page(request, document_id, assign_form=form, searched=searched, status=422)


@needs(Role.CLERK)
@require_POST
def accept_change(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Do what the sender asks: let the document go, or take note of the update."""
    document = changes.accept_change(document_id=document_id, viewer=viewer_of(request), at=now())
    if document.state == WITHDRAW.target:
        messages.success(request, _("The files were destroyed. The sender is told."))
    else:
        messages.success(request, _("Accepted. The sender is told."))
    return redirect("office:incoming_detail", document_id)


@needs(Role.CLERK)
@require_POST
def refuse_change(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Keep the document and say why."""
    form = ReasonForm(request.POST, auto_id="change_%s")

    def act() -> None:
        reason = form.cleaned_data["reason"]
        changes.refuse_change(document_id=document_id, viewer=viewer_of(request), reason=reason, at=now())

    if _done(form, act):
        messages.success(request, _("Refused. The sender is told your reason."))
        return redirect("office:incoming_detail", document_id)
    return detail_page(request, document_id, change_form=form, status=422)


def _done(form: ReasonForm | DirectionForm, act: Callable[[], None]) -> bool:
    """Whether the input was valid and the act done; a refusal that names a field is shown at it."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refusal as refusal:
        if refusal.field not in form.fields and refusal.status in {403, 404, 409}:
            raise
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
        return False
    return True


@needs(*READERS)
@require_GET
def incoming_file(request: HttpRequest, document_id: UUID, position: int) -> HttpResponseBase:
    """An attachment; `?inline=1` shows a PDF in the browser."""
    file = queries.find_file(viewer_of(request), document_id, position)
    assert file.blob is not None
    return file_answer(file.blob, file.name, inline="inline" in request.GET)


@needs(*READERS)
@require_GET
def incoming_product(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """The product that the work ended with."""
    document = queries.find_product(viewer_of(request), document_id)
    assert document.product is not None
    return file_answer(document.product, document.product_name, inline="inline" in request.GET)
