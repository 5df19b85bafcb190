"""The slips of a dossier as PDF."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from lienthong.dossiers import policies, queries
from lienthong.dossiers.actions.drawing import drawn_slip
from lienthong.dossiers.slip_pdf import control_slip_pdf
from lienthong.identity.public import NotFound, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.downloads import PDF, PDF_POLICY, file_answer


@needs(*policies.READERS)
@require_GET
def slip(request: HttpRequest, slip_id: UUID) -> HttpResponseBase:
    """A slip that the applicant got; always the same file."""
    found = drawn_slip(slip_id=slip_id, viewer=viewer_of(request), at=now())
    if found.blob is None:
        raise NotFound
    return file_answer(found.blob, f"{found.facts['code']}-{found.kind}.pdf", inline=True)


@needs(*policies.READERS)
@require_GET
def control_slip(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Form 06 as of now: every step so far."""
    dossier = queries.find_dossier(viewer_of(request), dossier_id)
    pdf = control_slip_pdf(dossier, queries.tasks_of(dossier), queries.process_for(dossier), at=now())
    answer = HttpResponse(pdf, content_type=PDF)
    answer["Content-Disposition"] = f'inline; filename="{dossier.code}-06.pdf"'
    answer["Content-Security-Policy"] = PDF_POLICY
    answer["Cache-Control"] = "private, max-age=0"
    return answer
