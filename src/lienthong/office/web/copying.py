"""Pages of electronic copies: those of a document with the form to make one, the register, the files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.documents.public import CopyOrder, ElectronicCopy, leaders_of
from lienthong.identity.public import NotFound, Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.kernel.paging import page_of
from lienthong.office import outgoing_queries, policies, queries
from lienthong.office.actions import copying as actions
from lienthong.office.copying_forms import CopyOrderForm
from lienthong.office.web.common import file_answer

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)


@needs(*READERS)
@require_http_methods(["GET", "POST"])
def outgoing_copies(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The copies of an issued document, and making one."""
    viewer = viewer_of(request)
    document = outgoing_queries.find_outgoing(viewer, document_id)
    if document.state not in policies.ISSUED:
        raise actions.NotIssuedYet

    def make(order: CopyOrder, at: datetime) -> ElectronicCopy:
        return actions.copy_outgoing(outgoing_id=document_id, order=order, viewer=viewer, at=at)

    context = {"document": document, "back": "office:outgoing_detail", "incoming": False}
    return _copies(request, viewer, context, lambda: actions.copies_of_outgoing(document), make)


@needs(*READERS)
@require_http_methods(["GET", "POST"])
def incoming_copies(request: HttpRequest, document_id: UUID, position: int) -> HttpResponse:
    """The copies of a file of an incoming document, and making one."""
    viewer = viewer_of(request)
    document = queries.find_incoming(viewer, document_id)
    files = [file for file in queries.files_of(document) if file.position == position]
    if not files:
        raise NotFound

    def make(order: CopyOrder, at: datetime) -> ElectronicCopy:
        return actions.copy_incoming(
            document_id=document_id, position=position, order=order, viewer=viewer, at=at
        )

    context = {"document": document, "file": files[0], "back": "office:incoming_detail", "incoming": True}
    return _copies(request, viewer, context, lambda: actions.copies_of_files(files), make)


def _copies(
    request: HttpRequest,
    viewer: Viewer,
    context: dict[str, object],
    listed: Callable[[], list[ElectronicCopy]],
    make: Callable[[CopyOrder, datetime], ElectronicCopy],
) -> HttpResponse:
    """The page of copies; a copy made leads back to it."""
    at, sent = now(), request.method == "POST"
    if sent:
        actions.require_copies(viewer)
    copies = viewer.has(*policies.COPIERS)
    form = CopyOrderForm(
        request.POST if sent else None,
        leaders=leaders_of(viewer.agency_id or 0, at=at) if copies else (),
        incoming=bool(context["incoming"]),
        leads=viewer.has(Role.LEADER),
        initial={"instructed_by": viewer.official_id if viewer.has(Role.LEADER) else None},
    )
    if sent and form.is_valid():
        try:
            made = make(form.order(), at)
        except Refusal as refusal:
            if refusal.status in {403, 404, 409, 410}:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
        else:
            messages.success(request, _("The copy %(code)s was made and sealed.") % {"code": made.code})
            return redirect(request.path)
    context |= {"form": form, "copies": listed(), "makes": copies}
    return render(request, "office/copies.html", context, status=422 if sent else 200)


@needs(Role.CLERK, Role.LEADER, Role.AUDITOR)
@require_GET
def copy_register(request: HttpRequest) -> HttpResponse:
    """The agency's register of copies, newest first."""
    rows = ElectronicCopy.objects.filter(agency_id=viewer_of(request).agency_id or 0)
    rows = rows.select_related("made_by", "instructed_by")
    page = page_of(rows, key="id", cursor=request.GET.get("cursor", ""))
    return render(request, "office/copy_register.html", {"page": page, "copies": page.rows})


@needs(*READERS)
@require_GET
def copy_pdf(request: HttpRequest, copy_id: UUID) -> HttpResponseBase:
    """The sealed copy; `?inline=1` shows it in the browser."""
    copy = actions.find_copy(viewer_of(request), copy_id)
    assert copy.pdf is not None
    return file_answer(copy.pdf, f"{copy.code.replace('/', '_')}.pdf", inline="inline" in request.GET)
