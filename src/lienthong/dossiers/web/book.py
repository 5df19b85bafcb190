"""Form 07, the book of dossiers: choose a period, take it as a file."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lienthong.documents.public import WRITERS
from lienthong.dossiers.actions.printing import print_book
from lienthong.dossiers.figure_forms import PeriodForm, asked, usual_periods
from lienthong.dossiers.policies import FIGURE_READERS
from lienthong.identity.public import needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.downloads import PDF_POLICY
from lienthong.kernel.errors import Refusal


@needs(*sorted(FIGURE_READERS))
@require_GET
def book(request: HttpRequest) -> HttpResponseBase:
    """The period; with `?as=pdf` or `xlsx` the book of it."""
    viewer, at = viewer_of(request), now()
    form, kind = PeriodForm(asked(request.GET, at)), request.GET.get("as", "")
    if form.is_valid() and kind in WRITERS:
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        try:
            file = print_book(since=since, until=until, form=kind, viewer=viewer, at=at)
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            form.add_error("until", refusal.say())
        else:
            name = f"so-theo-doi-ho-so-{viewer.agency_code}-{since:%Y%m%d}-{until:%Y%m%d}.{kind}"
            answer = FileResponse(file, as_attachment=kind == "xlsx", filename=name)
            if kind == "pdf":
                answer["Content-Security-Policy"] = PDF_POLICY
            return answer
    context = {"form": form, "periods": usual_periods(at)}
    return render(request, "dossiers/book.html", context, status=200 if form.is_valid() else 422)
