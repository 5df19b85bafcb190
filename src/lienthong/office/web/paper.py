"""Pages where the clerk enters what came on paper or by electronic mail."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.directory.public import SearchTooLong, search_agencies
from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.office import seen_before as typed
from lienthong.office.actions import paper as actions
from lienthong.office.actions.registering import register_incoming
from lienthong.office.contracts import PaperFacts
from lienthong.office.models import IncomingDocument
from lienthong.office.paper_forms import PaperForm, seal_scan, unseal_scan
from lienthong.office.registering_forms import typical_types
from lienthong.office.scanning import ADVICE

SUGGESTED = 10
REGISTER_TOO = "register"


@needs(Role.CLERK)
@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest) -> HttpResponse:
    """Enter a document on paper: its pages and what stands on it; register it in the same go if wished."""
    if request.method != "POST":
        return _page(request, PaperForm())
    viewer, at = viewer_of(request), now()
    form = PaperForm(request.POST, request.FILES)
    scan, facts = _scan(request, form, viewer, at), None
    if scan is not None and form.is_valid():
        facts = form.facts(on=at.astimezone(VIETNAM).date())
        document = _entered(request, form, facts, scan, viewer, at)
        if document is not None:
            return _done(request, document, scan, viewer, at)
    return _page(request, form, scan=scan, facts=facts, status=422)


@needs(Role.CLERK)
@require_GET
def senders(request: HttpRequest) -> HttpResponse:
    """Agencies of the directory like what is being typed, as suggestions."""
    text, on = request.GET.get("sender", "").strip(), now().astimezone(VIETNAM).date()
    try:
        found = search_agencies(text, on=on, limit=SUGGESTED)
    except SearchTooLong:
        found = []
    return render(request, "office/senders.html", {"found": found})


@needs(Role.CLERK)
@require_GET
def seen_before(request: HttpRequest) -> HttpResponse:
    """While a number and a sender are typed: whether such a document is here, and where."""
    on = now().astimezone(VIETNAM).date()
    form = PaperForm(initial={"duplicate_reason": request.GET.get("duplicate_reason", "")})
    same = typed.seen_before(viewer_of(request), typed.TypedForm(request.GET), on=on)
    return render(request, "office/same.html", {"form": form, "same": same})


def _scan(request: HttpRequest, form: PaperForm, viewer: Viewer, at: datetime) -> actions.KeptScan | None:
    """The scan of this form, or the one kept from the form before; None with the refusal in the form."""
    uploads = [*request.FILES.getlist("scan"), *request.FILES.getlist("camera")]
    kept = unseal_scan(request.POST.get("kept", ""), viewer)
    if not uploads and kept is not None:
        return kept
    try:
        files = [(upload.name or "", cast(BinaryIO, upload.file)) for upload in uploads]
        return actions.keep_scan(files=files, viewer=viewer, at=at)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        form.add_error("scan", refusal.say())
        return None


def _entered(
    request: HttpRequest,
    form: PaperForm,
    facts: PaperFacts,
    scan: actions.KeptScan,
    viewer: Viewer,
    at: datetime,
) -> IncomingDocument | None:
    try:
        return actions.receive_paper(facts=facts, scan=scan, viewer=viewer, at=at)
    except Refusal as refusal:
        if refusal.status in {403, 404}:
            raise
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
        return None


def _done(
    request: HttpRequest, document: IncomingDocument, scan: actions.KeptScan, viewer: Viewer, at: datetime
) -> HttpResponse:
    """Register if that was asked for, say what was done and what to do better, and show the next step."""
    for advice in scan.advice:
        messages.warning(request, str(ADVICE[advice]))
    wanted = request.POST.get("action") == REGISTER_TOO
    if wanted and document.authentic:
        registered = register_incoming(document_id=document.id, viewer=viewer, at=at)
        said = _("Entered and registered under number %(number)s.") % {"number": registered.register_number}
        messages.success(request, said)
        return redirect("office:paper")
    messages.success(request, _("Entered. It waits to be registered."))
    return redirect("office:incoming_detail", document.id)


def _page(
    request: HttpRequest,
    form: PaperForm,
    *,
    scan: actions.KeptScan | None = None,
    facts: PaperFacts | None = None,
    status: int = 200,
) -> HttpResponse:
    viewer = viewer_of(request)
    context: dict[str, object] = {"form": form, "scan": scan, "types": typical_types()}
    if scan is not None:
        context["kept"] = seal_scan(scan, viewer)
    if facts is not None and "duplicate_reason" in form.errors:
        context["same"] = actions.same_documents(viewer.agency_id or 0, facts).first()
    return render(request, "office/paper.html", context, status=status)
