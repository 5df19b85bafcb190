"""Pages of the administrator of an agency: officials, accounts, appointments, posts and their roles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.identity import policies
from lienthong.identity.access import needs, viewer_of
from lienthong.identity.actions import administration as actions
from lienthong.identity.actions.acting import ReasonMissing
from lienthong.identity.contracts import Role, Viewer
from lienthong.identity.forms import (
    AccountActionForm,
    AppointmentForm,
    OfficialForm,
    PostForm,
    ReasonForm,
    RoleForm,
    SearchForm,
)
from lienthong.identity.labels import ROLE_LABELS
from lienthong.identity.queries.administration import (
    divisions_of_agency,
    official_sheet,
    officials_of_agency,
    post_of_agency,
    posts_of_agency,
)
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal

administrator = needs(Role.ADMINISTRATOR)


@administrator
@require_GET
def officials(request: HttpRequest) -> HttpResponse:
    """The officials of the agency, searched and in pages."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    rows, cursor = officials_of_agency(
        viewer_of(request), text=text, cursor=request.GET.get("cursor", ""), at=now()
    )
    page = SimpleNamespace(rows=rows, next=cursor)
    return render(request, "identity/officials.html", {"form": form, "page": page})


@administrator
@never_cache
@require_http_methods(["GET", "POST"])
def engage(request: HttpRequest) -> HttpResponse:
    """Make an official with an account; the initial password is on the answering page and nowhere else."""
    viewer, at = viewer_of(request), now()
    data = request.POST if request.method == "POST" else None
    form = OfficialForm(data, posts=posts_of_agency(viewer, at=at), initial={"valid_from": _today(at)})
    template = "identity/engage.html"
    if data is None or not form.is_valid():
        return render(request, template, {"form": form}, status=422 if data else 200)
    given = form.cleaned_data
    try:
        engaged = actions.engage_official(
            viewer=viewer,
            full_name=given["full_name"],
            username=given["username"],
            email=given["email"],
            telephone=given["telephone"],
            post_id=given["post"],
            valid_from=given["valid_from"],
            at=at,
        )
    except Refusal as refusal:
        return _say_beside(request, refusal, form, template)
    return render(request, "identity/initial_password.html", {"engaged": engaged})


@administrator
@require_GET
def official(request: HttpRequest, official_id: int) -> HttpResponse:
    """One official: account, appointments, and what may be done."""
    viewer, at = viewer_of(request), now()
    form = AppointmentForm(posts=posts_of_agency(viewer, at=at), initial={"valid_from": _today(at)})
    return _official_page(request, viewer, official_id, form, at=at)


@administrator
@require_POST
def appoint(request: HttpRequest, official_id: int) -> HttpResponse:
    """Give the official another post."""
    viewer, at = viewer_of(request), now()
    form = AppointmentForm(request.POST, posts=posts_of_agency(viewer, at=at))
    if not form.is_valid():
        return _official_page(request, viewer, official_id, form, at=at, status=422)
    post_id, valid_from = form.cleaned_data["post"], form.cleaned_data["valid_from"]
    actions.appoint_official(
        viewer=viewer, official_id=official_id, post_id=post_id, valid_from=valid_from, at=at
    )
    messages.success(request, _("The appointment is recorded."))
    return redirect("administration:official", official_id)


@administrator
@require_POST
def stop_appointment(request: HttpRequest, holding_id: int) -> HttpResponse:
    """End an appointment."""
    official_id = actions.end_appointment(
        viewer=viewer_of(request), holding_id=holding_id, reason=_reason(request), at=now()
    )
    messages.success(request, _("The appointment has ended."))
    return redirect("administration:official", official_id)


@administrator
@never_cache
@require_POST
def change_account(request: HttpRequest, official_id: int) -> HttpResponse:
    """Disable or enable the account, or reset its password or second factor."""
    form = AccountActionForm(request.POST)
    viewer, at = viewer_of(request), now()
    if not form.is_valid():
        official_sheet(viewer, official_id, at=at)
        raise ReasonMissing(field="reason")
    reason = form.cleaned_data["reason"]
    if form.cleaned_data["action"] == "reset_password":
        engaged = actions.reset_password(viewer=viewer, official_id=official_id, reason=reason, at=at)
        return render(request, "identity/initial_password.html", {"engaged": engaged})
    act: Callable[..., None] = ACCOUNT_ACTIONS[form.cleaned_data["action"]]
    act(viewer=viewer, official_id=official_id, reason=reason, at=at)
    messages.success(request, _("The account was changed."))
    return redirect("administration:official", official_id)


ACCOUNT_ACTIONS: dict[str, Callable[..., None]] = {
    "disable_account": actions.disable_account,
    "enable_account": actions.enable_account,
    "reset_second_factor": actions.reset_second_factor,
}


@administrator
@require_GET
def posts(request: HttpRequest) -> HttpResponse:
    """The posts of the agency with their roles."""
    viewer, at = viewer_of(request), now()
    return _posts_page(request, viewer, PostForm(divisions=divisions_of_agency(viewer)), at=at)


@administrator
@require_POST
def new_post(request: HttpRequest) -> HttpResponse:
    """Make a post."""
    viewer, at = viewer_of(request), now()
    form = PostForm(request.POST, divisions=divisions_of_agency(viewer))
    if not form.is_valid():
        return _posts_page(request, viewer, form, at=at, status=422)
    title, division_id = form.cleaned_data["title"], form.cleaned_data["division"]
    actions.create_post(viewer=viewer, title=title, division_id=division_id, at=at)
    messages.success(request, _("The post was made. Grant it the roles it needs."))
    return redirect("administration:posts")


@administrator
@require_POST
def change_role(request: HttpRequest, post_id: int) -> HttpResponse:
    """Grant a role to a post or revoke it."""
    form = RoleForm(request.POST)
    viewer, at = viewer_of(request), now()
    if not form.is_valid():
        post_of_agency(viewer, post_id)
        raise ReasonMissing(field="reason")
    role = form.role_named()
    if form.cleaned_data["action"] == "grant":
        actions.grant_post_role(viewer=viewer, post_id=post_id, role=role, at=at)
    else:
        actions.revoke_post_role(
            viewer=viewer, post_id=post_id, role=role, reason=form.cleaned_data["reason"], at=at
        )
    messages.success(request, _("The roles of the post were changed."))
    return redirect("administration:posts")


def _official_page(
    request: HttpRequest,
    viewer: Viewer,
    official_id: int,
    form: AppointmentForm,
    *,
    at: datetime,
    status: int = 200,
) -> HttpResponse:
    sheet = official_sheet(viewer, official_id, at=at)
    facts = {"sheet": sheet, "allowed": policies.allowed_actions(viewer, sheet), "form": form}
    return render(request, "identity/official.html", facts, status=status)


def _posts_page(
    request: HttpRequest, viewer: Viewer, form: PostForm, *, at: datetime, status: int = 200
) -> HttpResponse:
    grantable = policies.grantable_roles(viewer)
    facts = {
        "posts": posts_of_agency(viewer, at=at),
        "form": form,
        "grantable": [(role.value, label) for role, label in ROLE_LABELS.items() if role in grantable],
    }
    return render(request, "identity/posts.html", facts, status=status)


def _say_beside(request: HttpRequest, refusal: Refusal, form: forms.Form, template: str) -> HttpResponse:
    """The page again with the refusal at its field, or above all fields."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
    return render(request, template, {"form": form}, status=refusal.status)


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise ReasonMissing(field="reason")
    return str(form.cleaned_data["reason"])


def _today(at: datetime) -> str:
    return at.astimezone(VIETNAM).date().isoformat()
