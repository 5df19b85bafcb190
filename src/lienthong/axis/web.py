"""The pages of the axis' operator: all packets, one packet, what is stuck, who is connected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lienthong.axis.actions.systems import connect_system, disable_system
from lienthong.axis.forms import SERVES_LABELS, PacketFilterForm, SystemForm
from lienthong.axis.models import Delivery, Serves, StatusEvent
from lienthong.axis.policies import can_operate, can_replay, require_can_operate
from lienthong.axis.queries.evidence import evidence_standing, evidence_watched
from lienthong.axis.queries.joining import latest_reports
from lienthong.axis.queries.operator import (
    PacketFilter,
    PacketView,
    packet_view,
    search_packets,
    stuck_deliveries,
)
from lienthong.axis.queries.systems import find_system, list_systems
from lienthong.axis.queries.timeline import manual_acts, steps_of
from lienthong.axis.states import (
    CODE_LABELS,
    ENDS,
    KINDS,
    URGENCIES,
    ChangeState,
    DeliveryState,
)
from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.signing.public import expiring_certificates

COLORS = {
    DeliveryState.SENT: "neutral",
    DeliveryState.ARRIVED: "info",
    DeliveryState.REFUSED: "danger",
    DeliveryState.FINISHED: "success",
    DeliveryState.CONSENTED: "success",
    DeliveryState.DECLINED: "danger",
    DeliveryState.WITHDRAWN: "warning",
}
CHANGE_COLORS: dict[str, str] = {
    ChangeState.PENDING: "warning",
    ChangeState.ACCEPTED: "success",
    ChangeState.REFUSED: "danger",
}
CODE_COLORS = {"02": "danger", "06": "success", "13": "warning", "15": "success", "16": "danger"}


@dataclass(frozen=True)
class Mark:
    """A state as it is drawn: its label and its colour."""

    label: str | Promise
    color: str


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def packets(request: HttpRequest) -> HttpResponse:
    """All packets, newest first, with filters."""
    form = PacketFilterForm(request.GET, on=now().date())
    found = form.cleaned_data if form.is_valid() else {}
    page = search_packets(viewer_of(request), PacketFilter(**found), cursor=request.GET.get("cursor", ""))
    facts = {
        "form": form,
        "page": page,
        "rows": [(row, URGENCIES[row.urgency]) for row in page.rows],
        "filtered": any(value not in ("", None) for value in found.values()),
    }
    return render(request, "axis/packets.html", facts)


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def packet(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """One packet with the state of each recipient; the part that changes refreshes itself."""
    return render(request, "axis/packet.html", _packet_facts(request, packet_id))


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def packet_progress(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """The part of the packet's page that changes."""
    return render(request, "axis/packet_progress.html", _packet_facts(request, packet_id))


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def packet_evidence(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """The evidence of one packet, as a file to keep."""
    return HttpResponse(
        evidence_watched(viewer_of(request), packet_id),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{packet_id}.evidence.json"'},
    )


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def stuck(request: HttpRequest) -> HttpResponse:
    """Deliveries that nobody collected, or nobody registered, within the set times; evidence that waits."""
    at = now()
    uncollected = timedelta(hours=settings.ENV.axis_uncollected_hours)
    unregistered = timedelta(hours=settings.ENV.axis_unregistered_hours)
    page = stuck_deliveries(
        viewer_of(request),
        at=at,
        uncollected=uncollected,
        unregistered=unregistered,
        cursor=request.GET.get("cursor", ""),
    )
    facts = {
        "page": page,
        "rows": [(row, _mark(row), (at - row.sent_at) // timedelta(hours=1)) for row in page.rows],
        "uncollected_hours": settings.ENV.axis_uncollected_hours,
        "unregistered_hours": settings.ENV.axis_unregistered_hours,
        "evidence": evidence_standing(at=at, late=timedelta(minutes=settings.ENV.evidence_late_minutes)),
    }
    return render(request, "axis/stuck.html", facts)


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def systems(request: HttpRequest) -> HttpResponse:
    """The connected systems, and for the operator the form to connect one."""
    return render(request, "axis/systems.html", _systems_facts(request, SystemForm(on=now().date())))


@needs(Role.OPERATOR)
@require_POST
@never_cache
def connect(request: HttpRequest) -> HttpResponse:
    """Connect a system in the sandbox and show its secret, this once."""
    viewer, at = viewer_of(request), now()
    require_can_operate(viewer)
    form = SystemForm(request.POST, on=at.date())
    if not form.is_valid():
        return render(request, "axis/systems.html", _systems_facts(request, form), status=422)
    system, credentials = connect_system(
        name=form.cleaned_data["name"],
        agency=form.cleaned_data["agency"],
        serves=Serves(form.cleaned_data["serves"]),
        actor=viewer.actor(),
        at=at,
        sandbox=True,
    )
    return render(request, "axis/credentials.html", {"system": system, "credentials": credentials})


@needs(Role.OPERATOR)
@require_POST
def disable(request: HttpRequest, system_id: int) -> HttpResponse:
    """Take a system's access away."""
    viewer = viewer_of(request)
    require_can_operate(viewer)
    system = find_system(viewer, system_id)
    disable_system(system, actor=viewer.actor(), at=now())
    messages.success(request, _("The system “%(name)s” has no access any more.") % {"name": system.name})
    return redirect("axis:systems")


def _packet_facts(request: HttpRequest, packet_id: UUID) -> dict[str, Any]:
    state = request.GET.get("state", "")
    state = state if state in DeliveryState.values else ""
    viewer = viewer_of(request)
    view: PacketView = packet_view(viewer, packet_id, state=state, cursor=request.GET.get("cursor", ""))
    steps = steps_of(viewer, view.page.rows)
    return {
        "packet": view.packet,
        "urgency": URGENCIES[view.packet.urgency],
        "counts": [
            (code.value, Mark(code.label, COLORS.get(code, "accent")), number) for code, number in view.counts
        ],
        "state": state,
        "page": view.page,
        "rows": [(row, _mark(row), steps[row.pk], can_replay(viewer, row)) for row in view.page.rows],
        "acts": manual_acts(viewer, view.packet),
        "timeline": [_entry(event) for event in view.statuses],
        "done": all(code in ENDS for code, _number in view.counts),
        "kind": KINDS[view.packet.business].label if view.packet.about else "",
        "requests": [(row, CHANGE_COLORS.get(row.state, "neutral")) for row in view.requests],
    }


def _entry(event: StatusEvent) -> dict[str, object]:
    """A status as the timeline draws it."""
    who = ", ".join(filter(None, [event.staff, event.department]))
    return {
        "title": CODE_LABELS[event.code],
        "at": event.at,
        "actor": event.delivery.recipient.name,
        "detail": " · ".join(filter(None, [who, event.description])),
        "color": CODE_COLORS.get(event.code, ""),
    }


def _mark(delivery: Delivery) -> Mark:
    state = DeliveryState(delivery.state)
    return Mark(state.label, COLORS.get(state, "accent"))


def _systems_facts(request: HttpRequest, form: SystemForm) -> dict[str, Any]:
    viewer = viewer_of(request)
    page = list_systems(viewer, cursor=request.GET.get("cursor", ""))
    reports = latest_reports(page.rows)
    return {
        "page": page,
        "rows": [(row, SERVES_LABELS[Serves(row.serves)], reports.get(row.pk)) for row in page.rows],
        "expiring": expiring_certificates(at=now()),
        "form": form,
        "may_operate": can_operate(viewer),
    }
