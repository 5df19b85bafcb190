"""Appointments at the counter and on the telephone: the day's list, booking, cancelling, arriving."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.dossiers import policies
from lienthong.dossiers.models import CapacityRule, Queue
from lienthong.dossiers.queueing import actions, appointments
from lienthong.dossiers.queueing.forms import BookingForm, CancelForm, CapacityForm, DayForm
from lienthong.identity.public import Role, Viewer, keep_party, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal


@needs(Role.RECEPTIONIST)
@require_http_methods(["GET", "POST"])
def day(request: HttpRequest) -> HttpResponse:
    """The appointments of a day, and the form for another."""
    viewer, at = viewer_of(request), now()
    asked = DayForm(request.GET)
    on: date = (asked.is_valid() and asked.cleaned_data["day"]) or at.astimezone(VIETNAM).date()
    queues = list(Queue.objects.filter(agency_id=viewer.agency_id or 0, open=True))
    times = _times(queues, on, at)
    form = BookingForm(request.POST if request.method == "POST" else None, times=times)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    _book(form, viewer, at)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
            else:
                messages.success(request, _("The appointment was booked."))
                return _back_to(on)
    rows = appointments.appointments_of(viewer, day=on)
    context = {"rows": rows, "day": on, "form": form, "asked": asked, "times": times}
    context["today"] = on == at.astimezone(VIETNAM).date()
    return render(request, "dossiers/queueing/appointments.html", context, status=status)


@needs(Role.RECEPTIONIST)
@require_POST
def cancel(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Cancel one, with the reason."""
    viewer, form = viewer_of(request), CancelForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    row = appointments.cancel_appointment(
        appointment_id=appointment_id,
        reason=reason,
        actor=viewer.actor(),
        agency_id=viewer.agency_id or 0,
        at=now(),
    )
    messages.success(request, _("The appointment was cancelled."))
    return _back_to(row.day)


@needs(Role.RECEPTIONIST)
@require_POST
def arrive(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """The visitor is there: shows the ticket."""
    drawn = appointments.arrive(appointment_id=appointment_id, viewer=viewer_of(request), at=now())
    return redirect("dossiers:ticket", drawn.pk)


@needs(*policies.HALL_KEEPERS)
@require_http_methods(["GET", "POST"])
def capacity(request: HttpRequest, queue_id: int) -> HttpResponse:
    """When a queue takes appointments, and how many."""
    viewer, at = viewer_of(request), now()
    queue = actions.find_queue(viewer, queue_id)
    form = CapacityForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.set_capacity(queue=queue, viewer=viewer, at=at, **form.cleaned_data)
        messages.success(request, _("The hall was changed."))
        return redirect("dossiers:capacity", queue_id)
    context = {"queue": queue, "rules": CapacityRule.objects.filter(queue=queue), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "dossiers/queueing/capacity.html", context, status=status)


def _times(queues: list[Queue], on: date, at: datetime) -> list[tuple[str, str]]:
    """What can be chosen: queue and time, with how many places are free."""
    found = []
    for queue in queues:
        for slot in appointments.slots_of(queue=queue, day=on, at=at):
            if slot.free:
                said = _("%(time)s · %(queue)s · %(free)d of %(places)d free") % {
                    "time": slot.starts_at.strftime("%H:%M"),
                    "queue": queue.name,
                    "free": slot.free,
                    "places": slot.places,
                }
                found.append((f"{queue.pk}@{slot.starts_at.isoformat()}", said))
    return found


def _book(form: BookingForm, viewer: Viewer, at: datetime) -> None:
    party = keep_party(facts=form.facts(), at=at)
    key, _at, instant = form.cleaned_data["starts_at"].partition("@")
    booking = appointments.Booking(
        int(key), party.pk, datetime.fromisoformat(instant), form.cleaned_data["note"]
    )
    appointments.book_appointment(booking=booking, actor=viewer.actor(), booked_by=viewer.official_id, at=at)


def _back_to(on: date) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('dossiers:appointments')}?day={on.isoformat()}")
