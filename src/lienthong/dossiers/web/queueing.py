"""Queue tickets: the counter's page, the setting up of a hall, and the public kiosk, ticket and display."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.documents.public import qr_svg
from lienthong.dossiers import policies
from lienthong.dossiers.models import Counter, Queue
from lienthong.dossiers.queueing import actions, queries
from lienthong.dossiers.queueing.forms import CounterForm, QueueForm, TicketActForm, facts_of
from lienthong.dossiers.states import TicketState
from lienthong.identity.public import NotFound, Role, Viewer, needs, viewer_of
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal

ENDS: dict[str, Callable[..., Any]] = {"skip": actions.skip, "finish": actions.finish}


@needs(*policies.CALLERS, *policies.HALL_KEEPERS, Role.RECEPTIONIST, Role.LEADER)
@require_GET
def hall(request: HttpRequest) -> HttpResponse:
    """The counters of the agency, and today's figures."""
    viewer, at = viewer_of(request), now()
    context = {
        "counters": queries.counters_of(viewer),
        "figures": queries.figures_of(viewer.agency_id or 0, at=at),
        "called": queries.called_now(viewer.agency_id or 0, at=at),
        "receives": policies.receives(viewer),
        "calls": policies.calls_tickets(viewer),
        "sets_up": policies.sets_up_hall(viewer),
    }
    return render(request, "dossiers/queueing/hall.html", context)


@needs(*policies.CALLERS)
@require_http_methods(["GET", "POST"])
def counter(request: HttpRequest, counter_id: int) -> HttpResponse:
    """One counter: call the next, call again, skip, transfer, finish."""
    viewer, at = viewer_of(request), now()
    found = queries.find_counter(viewer, counter_id)
    if request.method == "POST":
        try:
            _act(request, viewer, found)
        except Refusal as refusal:
            if isinstance(refusal, NotFound):
                raise
            messages.warning(request, refusal.say())
        return redirect("dossiers:counter", counter_id)
    line = queries.line_of(found, at=at)
    others = Queue.objects.filter(agency_id=viewer.agency_id or 0, open=True)
    here = queries.at_counter(found, at=at)
    context = {
        "counter": found,
        "here": here,
        "line": line,
        "absent": queries.absent_of(found, at=at),
        "queues": others,
    }
    answer = render(request, "dossiers/queueing/counter.html", context)
    # Who is served is not interrupted; an idle counter sees who comes.
    return answer if here else refreshed(answer, seconds=15)


@needs(*policies.HALL_KEEPERS)
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """The queues and counters of the agency; the same letter or number again changes it (`?letter=`)."""
    viewer, at = viewer_of(request), now()
    queues = Queue.objects.filter(agency_id=viewer.agency_id or 0)
    kind = request.POST.get("kind", "")
    known = queues.filter(letter=request.GET.get("letter", "")[:1]).first()
    queue_form = QueueForm(
        request.POST if kind == "queue" else None, auto_id="q_%s", initial=facts_of(known) if known else None
    )
    counter_form = CounterForm(request.POST if kind == "counter" else None, queues=queues, auto_id="c_%s")
    if queue_form.is_valid():
        actions.set_queue(viewer=viewer, at=at, **queue_form.cleaned_data)
    elif counter_form.is_valid():
        actions.set_counter(viewer=viewer, at=at, **counter_form.cleaned_data)
    if queue_form.is_valid() or counter_form.is_valid():
        messages.success(request, _("The hall was changed."))
        return redirect("dossiers:set_up_hall")
    context = {
        "hall": actions.open_hall(viewer=viewer, at=at),
        "queues": queues,
        "routed": any(one.fields for one in queues),
        "general": any(one.general for one in queues),
        "counters": Counter.objects.filter(agency_id=viewer.agency_id or 0).prefetch_related("queues"),
        "queue_form": queue_form,
        "counter_form": counter_form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "dossiers/queueing/set_up.html", context, status=status)


@public_page("a screen in the hall shows numbers and counters; nobody is named")
@never_cache
@require_GET
def display(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """The public display: which ticket is called where, and how many wait."""
    found, at = queries.find_hall(hall_id), now()
    context = {
        "hall": found,
        "called": queries.called_now(found.agency_id, at=at),
        "figures": queries.figures_of(found.agency_id, at=at),
        "at": at,
    }
    return refreshed(render(request, "dossiers/queueing/display.html", context), seconds=5)


@public_page("who holds a ticket follows it on a telephone; its address cannot be guessed, nobody is named")
@never_cache
@require_GET
def ticket(request: HttpRequest, ticket_id: UUID) -> HttpResponse:
    """A ticket: its number, how many come before it, and about how long that takes."""
    found, ahead = queries.find_ticket(ticket_id)
    waits = found.state == TicketState.WAITING
    days = queries.figures_of(found.agency_id, at=now()) if waits else []
    day = next((one for one in days if one.queue_id == found.queue_id), None)
    try:
        back = reverse("dossiers:kiosk", args=[UUID(request.GET.get("kiosk", ""))])
    except ValueError:
        back = ""
    address = settings.BASE_URL + reverse("dossiers:ticket", args=[found.pk])
    context = {
        "ticket": found,
        "waits": waits,
        "ahead": ahead,
        "estimate": day.estimate(ahead) if day else None,
        "back": back,
        "qr": mark_safe(qr_svg(address)),  # noqa: S308 -- made of squares by ourselves
    }
    answer = render(request, "dossiers/queueing/ticket.html", context)
    return refreshed(answer, seconds=20, url=back)


def refreshed(answer: HttpResponse, *, seconds: int, url: str = "") -> HttpResponse:
    """Let the browser ask again, without JavaScript; the numbers are of a queue that moves meanwhile."""
    answer.headers["Refresh"] = f"{seconds}; url={url}" if url else str(seconds)
    return answer


def _act(request: HttpRequest, viewer: Viewer, found: Counter) -> None:
    """One call for one act at a counter."""
    form, at = TicketActForm(request.POST), now()
    if not form.is_valid():
        messages.warning(request, _("Choose what to do, and with which ticket."))
        return
    said = form.cleaned_data
    act: str = said["act"]
    given: dict[str, Any] = {"viewer": viewer, "at": at}
    if act == "next":
        actions.call_next(counter_id=found.pk, **given)
    elif act == "recall":
        actions.recall(ticket_id=said["ticket"], counter_id=found.pk, **given)
    elif act == "transfer":
        actions.transfer(ticket_id=said["ticket"], queue_id=said["queue"], **given)
    else:
        ENDS[act](ticket_id=said["ticket"], **given)
