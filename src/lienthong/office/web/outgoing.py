"""Pages of outgoing documents: the list, one document with its recipients' states, signing and sending."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from lienthong.documents.public import PROBLEMS, check_form, source_of
from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.notifications.public import comments_context
from lienthong.office import outgoing_queries, policies, queries
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions.dispatching import note_reading
from lienthong.office.actions.form import errors_of
from lienthong.office.actions.withdrawing import revoke_outgoing, take_back_outgoing
from lienthong.office.discussing import outgoing_thread
from lienthong.office.dispatch_queries import changes_of, readable_among, require_content
from lienthong.office.forms import OutgoingFilterForm, TakeBackForm
from lienthong.office.models import OutgoingDocument
from lienthong.office.states import OUT_STATE_LABELS, OutState
from lienthong.office.web.annexing import annexes_of
from lienthong.office.web.common import csv_answer, file_answer, tabs_of, timeline_of
from lienthong.office.web.dispatching import beside_of
from lienthong.office.web.reviewing import facts_of
from lienthong.office.web.saved import saved_context
from lienthong.signing.public import KeyLocked, Pin, PinNeeded, PinState, WrongPin, pin_state

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)
DRAFTERS = (Role.SPECIALIST, Role.CLERK, Role.LEADER)
HOLDERS_LIMIT = 200
TABS = [
    (queries.ALL, gettext_lazy("All")),
    *OUT_STATE_LABELS.items(),
    (outgoing_queries.ON_PAPER, gettext_lazy("Paper to record")),
]


@needs(*READERS)
@require_GET
def outgoing(request: HttpRequest) -> HttpResponse:
    """The list of outgoing documents, newest first, with how far each has come."""
    viewer = viewer_of(request)
    tab = request.GET.get("tab", queries.ALL)
    form = OutgoingFilterForm(request.GET)
    page = outgoing_queries.list_outgoing(viewer, form.wanted(tab), cursor=request.GET.get("cursor", ""))
    context = {
        "page": page,
        "form": form,
        "filtered": any(form.cleaned_data.values()),
        "narrowed": any(value for name, value in form.cleaned_data.items() if name != "text"),
        **saved_context(request, viewer, "outgoing"),
        "tabs": tabs_of(request, TABS, tab),
        "composes": viewer.has(*DRAFTERS),
    }
    return render(request, "office/outgoing.html", context)


@needs(*READERS)
@require_GET
def outgoing_export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as CSV, with the columns of the register of outgoing documents."""
    viewer, at = viewer_of(request), now()
    wanted = OutgoingFilterForm(request.GET).wanted(request.GET.get("tab", queries.ALL))
    head = [
        _("Number and notation"),
        _("Date of the document"),
        _("Summary"),
        _("Signer"),
        _("Recipients"),
        _("State"),
    ]
    rows = (_register_row(document) for document in outgoing_queries.export_outgoing(viewer, wanted))
    return csv_answer(f"{_('outgoing')}-{viewer.agency_code}-{at:%Y%m%d}.csv", head, rows)


def _register_row(row: OutgoingDocument) -> list[object]:
    document = row.document
    day = f"{document.promulgated_on:%d/%m/%Y}" if document.promulgated_on else ""
    signer = document.signer.full_name if document.signer else ""
    return [row.code, day, row.subject, signer, row.recipient_count, row.state_label]  # type: ignore[attr-defined]


@needs(*READERS)
@require_GET
def outgoing_detail(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """One document: facts, the PDF, every recipient's state, and what the viewer may do."""
    return _detail(request, document_id)


def _detail(
    request: HttpRequest,
    document_id: UUID,
    *,
    form: TakeBackForm | None = None,
    refused: str = "",
    status_code: int = 200,
) -> HttpResponse:
    viewer = viewer_of(request)
    document = outgoing_queries.find_outgoing(viewer, document_id)
    status = request.GET.get("status")
    acts = policies.allowed_acts(viewer, document)
    if policies.TAKE_BACK in acts and form is None:
        form = _take_back_form(document)
    note_reading(outgoing=document, viewer=viewer, at=now())
    making, changes = outgoing_queries.sees_making(viewer, document), changes_of(document)
    context = {
        "outgoing": document,
        "document": document.document,
        "acts": acts,
        "making": making,
        "take_back_form": form,
        "refused": refused,
        "key": _key(viewer, acts),
        "timeline": timeline_of("office.outgoing", document.id) if making else [],
        "draft": document.state == OutState.DRAFT,
        "page": outgoing_queries.list_recipients(
            document, status=status, cursor=request.GET.get("cursor", "")
        ),
        "status": status,
        "progress": outgoing_queries.progress_of(document),
        **beside_of(document, acts, changes),
        "readable": readable_among(viewer, (row.successor_id for row in changes)),
        **annexes_of(viewer, document, acts),
        **facts_of(viewer, document, at=now()),
        **comments_context(request, outgoing_thread(document, at=now())),
        **_form_of(viewer, document),
    }
    return render(request, "office/outgoing_detail.html", context, status=status_code)


def _key(viewer: Viewer, acts: Iterable[str]) -> PinState | None:
    """How the key of whoever may sign now is held."""
    if policies.SIGN_AND_SEND not in acts:
        return None
    return pin_state(official_id=viewer.official_id or 0, at=now())


def _form_of(viewer: Viewer, document: OutgoingDocument) -> dict[str, object]:
    """The faults of form of an uploaded draft; the first look at it takes a second."""
    if document.state != OutState.DRAFT:
        return {}
    source = source_of(document.document)
    findings = check_form(document=document.document, viewer=viewer, at=now())
    facts: dict[str, object] = {"findings": findings, "form_errors": len(errors_of(findings))}
    if source is not None:
        problem = PROBLEMS[source.problem]() if source.problem else None
        facts |= {"source": source, "problem": problem}
    return facts


def _take_back_form(document: OutgoingDocument, data: QueryDict | None = None) -> TakeBackForm:
    """The form with the recipients who may hold the document; of a large sending, the first by name."""
    holders = outgoing_queries.takeable_from(document, limit=HOLDERS_LIMIT)
    return TakeBackForm(data, holders=holders, auto_id="take_back_%s")


@needs(*READERS)
@require_GET
def outgoing_progress(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The recipients' states alone, which the page asks for again and again."""
    document = outgoing_queries.find_outgoing(viewer_of(request), document_id)
    status = request.GET.get("status")
    context = {
        "outgoing": document,
        "page": outgoing_queries.list_recipients(
            document, status=status, cursor=request.GET.get("cursor", "")
        ),
        "status": status,
        "progress": outgoing_queries.progress_of(document),
    }
    return render(request, "office/outgoing_progress.html", context)


@needs(Role.LEADER)
@sensitive_post_parameters("pin")
@require_POST
def sign_and_send(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Sign, issue and send; if the axis does not answer, the document waits and goes by itself."""
    try:
        document = actions.sign_and_send(
            outgoing_id=document_id,
            viewer=viewer_of(request),
            at=now(),
            despite=request.POST.get("despite", ""),
            pin=Pin(request.POST.get("pin", "")),
        )
    except (PinNeeded, WrongPin, KeyLocked) as refusal:
        return _detail(request, document_id, refused=refusal.say(), status_code=422)
    if document.state == OutState.ISSUED:
        messages.success(request, _("Signed and issued as %(code)s.") % {"code": document.code})
    elif document.state == OutState.SENT:
        messages.success(request, _("Signed, issued as %(code)s and sent.") % {"code": document.code})
    else:
        messages.warning(
            request,
            _("Issued as %(code)s. It waits to be sent and goes by itself.") % {"code": document.code},
        )
    return redirect("office:outgoing_detail", document_id)


@needs(Role.CLERK, Role.LEADER)
@require_POST
def send_again(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Try at once to send what waits."""
    document = actions.send_again(outgoing_id=document_id, viewer=viewer_of(request), at=now())
    if document.state == OutState.SENT:
        messages.success(request, _("Sent."))
    else:
        messages.warning(request, _("The axis does not take it yet: %(error)s") % {"error": document.error})
    return redirect("office:outgoing_detail", document_id)


@needs(Role.CLERK, Role.LEADER)
@require_POST
def take_back(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Take the document back from the recipients chosen, or from all."""
    done = _("Taken back where nobody had collected it; asked for elsewhere.")
    return _withdraw(request, document_id, take_back_outgoing, done)


@needs(Role.LEADER)
@require_POST
def revoke(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Send a signed revocation to the recipients chosen, or to all."""
    return _withdraw(
        request,
        document_id,
        revoke_outgoing,
        _("Revoked where nobody had collected it; asked for elsewhere."),
    )


def _withdraw(
    request: HttpRequest, document_id: UUID, act: Callable[..., OutgoingDocument], done: str
) -> HttpResponse:
    viewer = viewer_of(request)
    form = _take_back_form(outgoing_queries.find_outgoing(viewer, document_id), request.POST)
    if form.is_valid():
        try:
            act(
                outgoing_id=document_id,
                viewer=viewer,
                reason=form.cleaned_data["reason"],
                recipients=form.cleaned_data["recipients"],
                at=now(),
            )
        except Refusal as refusal:
            if refusal.status in {403, 404, 409}:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
        else:
            messages.success(request, done)
            return redirect("office:outgoing_detail", document_id)
    return _detail(request, document_id, form=form, status_code=422)


@needs(*DRAFTERS)
@require_POST
def discard(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    actions.discard(outgoing_id=document_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("The draft was discarded."))
    return redirect("office:outgoing")


@needs(*READERS)
@require_GET
def outgoing_pdf(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """The issued PDF, or of a draft the PDF that was uploaded; `?inline=1` shows it in the browser."""
    viewer = viewer_of(request)
    document = outgoing_queries.find_outgoing(viewer, document_id)
    require_content(viewer, document)
    blob, name = outgoing_queries.pdf_of(document)
    return file_answer(blob, name, inline="inline" in request.GET)
