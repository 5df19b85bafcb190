"""The page on which an administrator sets up the portal of the own agency."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.portal.actions.sites import save_site
from lienthong.portal.models import Site
from lienthong.portal.site_forms import SiteForm


@needs(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Its name, address and coat of arms."""
    viewer = viewer_of(request)
    agency_id = viewer.agency_id or 0
    site = Site.objects.filter(agency_id=agency_id).first()
    if request.method != "POST":
        return _page(request, site, SiteForm(instance=site or Site(name=viewer.agency_name)))
    form = SiteForm(request.POST, request.FILES, instance=site or Site(agency_id=agency_id))
    if not form.is_valid():
        return _page(request, site, form, status=422)
    facts = {name: form.cleaned_data[name] for name in SiteForm.Meta.fields}
    try:
        save_site(viewer=viewer, facts=facts, arms=form.cleaned_data["arms_file"], at=now())
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
        return _page(request, site, form, status=refusal.status)
    messages.success(request, _("The portal of your agency was saved."))
    return redirect("portal:site")


def _page(request: HttpRequest, site: Site | None, form: SiteForm, *, status: int = 200) -> HttpResponse:
    return render(request, "portal/site.html", {"saved": site, "form": form}, status=status)
