"""Annexes on the page of an outgoing document: adding, taking off, reading."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lienthong.documents.public import ElectronicCopy
from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.kernel.remembered import Remembered
from lienthong.office import policies
from lienthong.office.actions import annexing as actions
from lienthong.office.actions.copying import copies_seen
from lienthong.office.annex_models import Annex
from lienthong.office.models import OutgoingDocument
from lienthong.office.web.common import file_answer

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)
DRAFTERS = (Role.SPECIALIST, Role.CLERK, Role.LEADER)
OFFERED = 50


def annexes_of(viewer: Viewer, document: OutgoingDocument, acts: list[str]) -> dict[str, object]:
    """The annexes, and for who may change the draft the copies to choose from: at most two queries."""
    annexes = _ANNEXES(document_id=document.id)
    for annex in annexes:
        annex.outgoing = document
    copies: list[ElectronicCopy] = []
    if policies.REVISE in acts:
        taken = {annex.copy_id for annex in annexes}
        copies = [copy for copy in copies_seen(viewer, limit=OFFERED) if copy.pk not in taken]
    return {"annexes": annexes, "annexes_change": policies.REVISE in acts, "copies_offered": copies}


_ANNEXES = Remembered(
    lambda document_id: Annex.objects.filter(outgoing_id=document_id).select_related("given", "copy")
)


@needs(*DRAFTERS)
@require_POST
def add_annex(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Add a PDF, or an electronic copy, to a draft."""
    viewer, at = viewer_of(request), now()
    file, copy = request.FILES.get("file"), _copy_id(request.POST.get("copy", ""))
    try:
        if copy is not None:
            actions.attach_copy(outgoing_id=document_id, copy_id=copy, viewer=viewer, at=at)
        else:
            actions.add_annex(
                outgoing_id=document_id,
                name=request.POST.get("name", ""),
                file=file.chunks() if file else (),
                viewer=viewer,
                at=at,
            )
    except Refusal as refusal:
        if refusal.status in {403, 404, 409, 410}:
            raise
        messages.error(request, refusal.say())
    else:
        messages.success(request, _("The annex was added. An open review begins anew."))
    return redirect("office:outgoing_detail", document_id)


@needs(*DRAFTERS)
@require_POST
def remove_annex(request: HttpRequest, document_id: UUID, position: int) -> HttpResponse:
    """Take an annex off a draft."""
    actions.remove_annex(outgoing_id=document_id, position=position, viewer=viewer_of(request), at=now())
    messages.success(request, _("The annex was taken off."))
    return redirect("office:outgoing_detail", document_id)


@needs(*READERS)
@require_GET
def annex_pdf(request: HttpRequest, document_id: UUID, position: int) -> HttpResponseBase:
    """The annex as it went out, or of a draft as it was given; `?inline=1` shows it in the browser."""
    blob, name = actions.find_annex(viewer_of(request), document_id, position)
    return file_answer(blob, name, inline="inline" in request.GET)


def _copy_id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
