"""Rating the service one got."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lienthong.identity.public import citizens, visitor_of
from lienthong.kernel.clock import now
from lienthong.participation.actions import rating
from lienthong.participation.forms import RatingForm
from lienthong.participation.states import STAGE_LABELS, Stage


@citizens
@never_cache
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """The steps of a dossier: a form for each that was done and not yet rated, and what was answered."""
    visitor = visitor_of(request)
    dossier = rating.find_rated(visitor, dossier_id)
    bound: dict[str, RatingForm] = {}
    if request.method == "POST":
        stage = request.POST.get("stage", "")
        form = bound[stage] = RatingForm(request.POST, auto_id=f"{stage[:10]}_%s")
        if form.is_valid():
            said = form.cleaned_data
            rating.rate(
                dossier_id=dossier.pk,
                stage=Stage(said["stage"]),
                score=said["score"],
                text=said["words"],
                visitor=visitor,
                at=now(),
            )
            messages.success(request, _("Thank you for your rating."))
            return redirect("participation:rate", dossier.pk)
    given, done = rating.ratings_of(dossier), rating.rateable(dossier)
    steps = [
        {
            "label": STAGE_LABELS[stage],
            "rating": given.get(stage),
            "form": None
            if stage in given or stage not in done
            else bound.get(stage) or RatingForm(initial={"stage": stage}, auto_id=f"{stage}_%s"),
        }
        for stage in Stage
    ]
    context = {"dossier": dossier, "steps": steps, "failed": [*bound.values()]}
    return render(request, "participation/rate.html", context, status=422 if bound else 200)
