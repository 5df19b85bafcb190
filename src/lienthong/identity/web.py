"""Pages on which officials choose the post they act in, delegate it, and read the audit of their agency."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lienthong.identity.access import needs, signed_in, viewer_of
from lienthong.identity.actions.acting import delegate, end_delegation, switch_post
from lienthong.identity.contracts import Role, Viewer
from lienthong.identity.forms import AuditForm, DelegationForm
from lienthong.identity.queries.acting import capacities, colleagues_of, delegations_of
from lienthong.identity.queries.audit import agency_events
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal


@signed_in
@require_GET
def acting(request: HttpRequest) -> HttpResponse:
    """The posts in which the official may act, and the delegations given and received."""
    viewer, at = viewer_of(request), now()
    return _acting_page(request, viewer, _delegation_form(viewer, at=at), at=at)


@signed_in
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Act in another post and go where the official came from, or home."""
    post_id = _number(request.POST.get("post"))
    if not post_id:
        return redirect("identity:acting")
    chosen = switch_post(viewer=viewer_of(request), post_id=post_id, at=now())
    messages.success(request, _("You now act as %(post)s.") % {"post": chosen.post_title})
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(target) if safe else redirect("home")


@signed_in
@require_POST
def create_delegation(request: HttpRequest) -> HttpResponse:
    """Delegate a post; a refusal is said beside the field at fault."""
    viewer, at = viewer_of(request), now()
    form = _delegation_form(viewer, request, at=at)
    if not form.is_valid():
        return _acting_page(request, viewer, form, at=at, status=422)
    starts_at, ends_at = form.period()
    try:
        delegate(
            viewer=viewer,
            post_id=form.cleaned_data["post"],
            delegate_id=form.cleaned_data["delegate"],
            starts_at=starts_at,
            ends_at=ends_at,
            reason=form.cleaned_data["reason"],
            at=at,
        )
    except Refusal as refusal:
        form.add_error(None, refusal.say())
        return _acting_page(request, viewer, form, at=at, status=refusal.status)
    messages.success(request, _("The post is delegated."))
    return redirect("identity:acting")


@signed_in
@require_POST
def stop_delegation(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """End a delegation now."""
    end_delegation(viewer=viewer_of(request), delegation_id=delegation_id, at=now())
    messages.success(request, _("The delegation has ended."))
    return redirect("identity:acting")


@needs(Role.AUDITOR)
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """What happened in the agency, newest first."""
    form = AuditForm(request.GET)
    page = None
    if form.is_valid():
        since, until = form.bounds()
        page = agency_events(
            viewer_of(request),
            verb=form.cleaned_data["verb"],
            actor_id=form.cleaned_data["actor"],
            since=since,
            until=until,
            cursor=request.GET.get("cursor", ""),
        )
    status = 200 if page else 422
    return render(request, "identity/audit.html", {"form": form, "page": page}, status=status)


def _acting_page(
    request: HttpRequest, viewer: Viewer, form: DelegationForm, *, at: datetime, status: int = 200
) -> HttpResponse:
    official_id = viewer.official_id
    facts = {
        "capacities": capacities(official_id, at=at) if official_id else [],
        "delegations": delegations_of(viewer, at=at) if official_id else [],
        "form": form,
        "next": request.GET.get("next", ""),
    }
    return render(request, "identity/acting.html", facts, status=status)


def _delegation_form(viewer: Viewer, request: HttpRequest | None = None, *, at: datetime) -> DelegationForm:
    held = capacities(viewer.official_id, at=at) if viewer.official_id else []
    own = [capacity for capacity in held if not capacity.acting_for]
    data = request.POST if request else None
    return DelegationForm(data, posts=own, colleagues=colleagues_of(viewer, at=at))


def _number(text: str | None) -> int:
    """The digits as a number; anything else is no key of ours."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
