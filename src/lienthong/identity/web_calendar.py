"""Pages of the administrator of an agency: the days on which it works otherwise than on their weekday."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lienthong.identity.access import needs, viewer_of
from lienthong.identity.actions import administration as actions
from lienthong.identity.contracts import Role, Viewer
from lienthong.identity.forms import DayForm, SpecialDayForm, YearForm
from lienthong.identity.queries.administration import days_of_agency, works_at_all
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal

administrator = needs(Role.ADMINISTRATOR)


@administrator
@require_GET
def days(request: HttpRequest) -> HttpResponse:
    """The special days of a year, and the form for another."""
    return _page(request, viewer_of(request), SpecialDayForm(), at=now())


@administrator
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Decide how the agency works on a day."""
    viewer, at, form = viewer_of(request), now(), SpecialDayForm(request.POST)
    if not form.is_valid():
        return _page(request, viewer, form, at=at, status=422)
    given = form.cleaned_data
    try:
        actions.change_day(
            viewer=viewer, day=given["day"], works_as=given["works_as"], name=given["name"], at=at
        )
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
        return _page(request, viewer, form, at=at, status=refusal.status)
    messages.success(request, _("The calendar was changed."))
    return _back_to(given["day"].year)


@administrator
@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    """Take back what the agency decided for a day."""
    form = DayForm(request.POST)
    if not form.is_valid():
        return redirect("administration:calendar")
    actions.restore_day(viewer=viewer_of(request), day=form.cleaned_data["day"], at=now())
    messages.success(request, _("The calendar was changed."))
    return _back_to(form.cleaned_data["day"].year)


def _page(
    request: HttpRequest, viewer: Viewer, form: SpecialDayForm, *, at: datetime, status: int = 200
) -> HttpResponse:
    asked = YearForm(request.GET)
    year = (asked.cleaned_data["year"] if asked.is_valid() else None) or at.astimezone(VIETNAM).year
    facts = {"days": days_of_agency(viewer, year=year), "year": year, "form": form, "asked": asked}
    facts["works"] = works_at_all(viewer, on=at.astimezone(VIETNAM).date())
    return render(request, "identity/calendar.html", facts, status=status)


def _back_to(year: int) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('administration:calendar')}?year={year}")
