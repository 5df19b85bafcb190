"""Which department answers for a field: kept by the administrator of the province."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lienthong.directory.public import Agency
from lienthong.dossiers import queries
from lienthong.dossiers.actions.competence import set_competent_body
from lienthong.dossiers.forms import CompetenceForm
from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now


@needs(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def competence(request: HttpRequest) -> HttpResponse:
    """Each field with its department; saving changes one of them."""
    viewer, at = viewer_of(request), now()
    ours = Agency.objects.filter(pk=viewer.agency_id or 0).first()
    province = ours if ours is not None and ours.kind == "province" else None
    if request.method == "POST" and province is not None:
        form = CompetenceForm(request.POST)
        if form.is_valid():
            new = set_competent_body(province_id=province.pk, viewer=viewer, at=at, **form.cleaned_data)
            messages.success(request, _("Saved.") if new else _("Nothing was changed."))
        else:
            messages.warning(request, _("Choose a body of the list."))
        return redirect("dossiers:competence")
    context = {
        "province": province,
        "rows": queries.competence_of(province.pk) if province else [],
        "bodies": list(queries.bodies_below(province.pk, on=at)) if province else [],
    }
    return render(request, "dossiers/competence.html", context)
