"""Pages of the administrator of an agency: the hours of its week, each from a day on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lienthong.identity.access import needs, viewer_of
from lienthong.identity.actions import administration as actions
from lienthong.identity.contracts import Role, Viewer
from lienthong.identity.forms import DayForm
from lienthong.identity.hours_forms import HoursForm
from lienthong.identity.queries.hours import hours_of_agency
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal

administrator = needs(Role.ADMINISTRATOR)


@administrator
@require_GET
def hours(request: HttpRequest) -> HttpResponse:
    """The hours that hold and those to come, and the form for others."""
    return _page(request, viewer_of(request))


@administrator
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Decide the hours of the week from a day on."""
    viewer, form = viewer_of(request), HoursForm(request.POST)
    if not form.is_valid():
        return _page(request, viewer, form, status=422)
    try:
        actions.change_hours(
            viewer=viewer,
            week=form.week(),
            cut_off=form.minutes(),
            valid_from=form.since(),
            reason=form.cleaned_data["reason"],
            at=now(),
        )
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
        return _page(request, viewer, form, status=refusal.status)
    messages.success(request, _("The working hours were changed. Open deadlines are being counted again."))
    return redirect("administration:hours")


@administrator
@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    """Take back hours that are yet to begin."""
    form = DayForm(request.POST)
    if form.is_valid():
        actions.restore_hours(viewer=viewer_of(request), valid_from=form.cleaned_data["day"], at=now())
        messages.success(request, _("The working hours were taken back."))
    return redirect("administration:hours")


def _page(
    request: HttpRequest, viewer: Viewer, form: HoursForm | None = None, *, status: int = 200
) -> HttpResponse:
    terms = hours_of_agency(viewer, on=now().astimezone(VIETNAM).date())
    shown = form or HoursForm.showing(next(term.hours for term in terms if term.current))
    facts = {"terms": terms, "form": shown, "rows": shown.rows()}
    return render(request, "identity/hours.html", facts, status=status)
