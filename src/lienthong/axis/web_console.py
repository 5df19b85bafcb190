"""The console of the axis: figures, health of the connected systems, exports, and acts by hand."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.axis.actions.replaying import replay_delivery
from lienthong.axis.forms import PacketFilterForm, ReplayForm
from lienthong.axis.policies import Health, can_replay, require_can_operate
from lienthong.axis.queries.console import Figures, Point, Reason, figures, systems_health
from lienthong.axis.queries.operator import PacketFilter
from lienthong.axis.queries.timeline import (
    EXPORT_MOST,
    Step,
    export_packets,
    export_recipients,
    find_delivery,
)
from lienthong.axis.queries.uploads import open_uploads
from lienthong.axis.states import URGENCIES, DeliveryState
from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now

LIGHTS = {Health.GOOD: "success", Health.WARNING: "warning", Health.BAD: "danger"}
REASON_BARS = 8


@dataclass(frozen=True)
class Chart:
    """A chart and the same as a table: `data` is what `console.js` draws, `rows` what anyone can read."""

    id: str
    title: str
    column: str
    data: str
    rows: list[tuple[str, list[int]]]
    series: list[str]


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def console(request: HttpRequest) -> HttpResponse:
    """How the axis does, at a glance; the figures refresh themselves."""
    return render(request, "axis/console.html", _console_facts(request))


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def console_figures(request: HttpRequest) -> HttpResponse:
    """The part of the console that changes."""
    return render(request, "axis/console_figures.html", _console_facts(request))


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Each connected system with its traffic light, and the rule of the light."""
    at, late = now(), timedelta(hours=settings.ENV.axis_uncollected_hours)
    page = systems_health(viewer_of(request), at=at, late=late, cursor=request.GET.get("cursor", ""))
    facts = {
        "page": page,
        "rows": [
            (row, row.health.label, LIGHTS[row.health], at - row.oldest_at if row.oldest_at else None)
            for row in page.rows
        ],
        "late_hours": settings.ENV.axis_uncollected_hours,
        "uploads": open_uploads(),
        "lights": [(light.label, LIGHTS[light]) for light in (Health.BAD, Health.WARNING, Health.GOOD)],
        "at": at,
    }
    return render(request, "axis/console_health.html", facts)


@needs(Role.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def replay(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Put a delivery back into its recipient's inbox, with a reason."""
    viewer = viewer_of(request)
    require_can_operate(viewer)
    delivery = find_delivery(viewer, delivery_id)
    form = ReplayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = replay_delivery(delivery_id, viewer=viewer, reason=form.cleaned_data["reason"], at=now())
        said = _("The packet stands in the inbox of %(recipient)s again.")
        messages.success(request, said % {"recipient": done.recipient.name})
        return redirect("axis:packet", packet_id=done.packet_id)
    facts = {
        "form": form,
        "delivery": delivery,
        "state": DeliveryState(delivery.state).label,
        "may": can_replay(viewer, delivery),
    }
    return render(request, "axis/replay.html", facts, status=422 if request.method == "POST" else 200)


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def packets_csv(request: HttpRequest) -> StreamingHttpResponse:
    """What the search finds, as a table for a spreadsheet; at most 10,000 rows, and it says so."""
    form = PacketFilterForm(request.GET, on=now().date())
    found = form.cleaned_data if form.is_valid() else {}
    head = [
        _("Number, notation"), _("Summary"), _("Agency (code)"), _("Sender"), _("Date of the document"),
        _("Received"), _("Recipients"), _("Urgency"), _("Document id"),
    ]  # fmt: skip
    urgencies = {value: str(label) for value, label in URGENCIES.items()}
    capped = _("Only the first %(most)d packets are here. Narrow the search for the others.") % {
        "most": EXPORT_MOST
    }
    rows = (
        [capped]
        if row is None
        else [
            row.code, row.subject, row.sender.code, row.sender.name, f"{row.promulgated_on:%d/%m/%Y}",
            _moment(row.received_at), row.recipient_count, urgencies[row.urgency], row.document_id,
        ]
        for row in export_packets(viewer_of(request), PacketFilter(**found))
    )  # fmt: skip
    return _csv("packets", head, rows)


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def recipients_csv(request: HttpRequest, packet_id: UUID) -> StreamingHttpResponse:
    """Each recipient of a packet with its state and the time of each status it reported."""
    packet, recipients = export_recipients(viewer_of(request), packet_id)
    labels = {state.value: str(state.label) for state in DeliveryState}
    reported = [state for state in DeliveryState if state is not DeliveryState.SENT]
    head = [
        _("Agency (code)"), _("Agency"), _("State"), _("Sent"), _("Collected"),
        *(str(state.label) for state in reported), _("Reason"),
    ]  # fmt: skip
    rows = (
        [
            row.recipient.code, row.recipient.name, labels.get(row.state, row.state), _moment(row.sent_at),
            _moment(row.collected_at), *(_first(steps, state) for state in reported), _why(steps),
        ]
        for row, steps in recipients
    )  # fmt: skip
    return _csv(f"recipients-{packet.pk}", head, rows)


def _console_facts(request: HttpRequest) -> dict[str, Any]:
    at = now()
    found = figures(viewer_of(request), at=at)
    last = found.throughput.minutes
    return {
        "figures": found,
        "charts": _charts(found),
        "packets_hour": sum(point.packets for point in last),
        "statuses_hour": sum(point.statuses for point in last),
        "oldest": [(row, at - row.sent_at) for row in found.oldest],
        "oldest_age": at - found.oldest[0].sent_at if found.oldest else None,
        "waits": [(row, at - row.oldest_at if row.oldest_at else None) for row in found.waits],
        "late": timedelta(hours=settings.ENV.axis_uncollected_hours),
        "late_hours": settings.ENV.axis_uncollected_hours,
        "uploads": open_uploads(),
        "color": _color(found),
    }


def _color(found: Figures) -> str:
    """The colour of the oldest undelivered: by the same time as the light of a system."""
    if not found.oldest:
        return "success"
    late = timedelta(hours=settings.ENV.axis_uncollected_hours)
    return "danger" if found.at - found.oldest[0].sent_at > late else "info"


def _charts(found: Figures) -> list[Chart]:
    through = found.throughput
    charts = [
        _throughput("minutes", _("The last hour, per minute"), _("Minute"), through.minutes, "%H:%M"),
        _throughput("hours", _("The last day, per hour"), _("Hour"), through.hours, "%d/%m %H:%M"),
        _throughput("days", _("The last month, per day"), _("Day"), through.days, "%d/%m/%Y"),
    ]
    return [*charts, _refusals(found.reasons)] if found.reasons else charts


def _throughput(id_: str, title: str, column: str, points: Iterable[Point], form: str) -> Chart:
    series = [_("Packets"), _("Status events")]
    rows = [(f"{point.start:{form}}", [point.packets, point.statuses]) for point in points]
    return _chart(id_, title, column, rows, series, "line" if id_ == "minutes" else "bar")


def _refusals(reasons: Iterable[Reason]) -> Chart:
    codes: dict[str, int] = {}
    for reason in reasons:
        codes[reason.code] = codes.get(reason.code, 0) + reason.count
    rows = sorted(((code, [number]) for code, number in codes.items()), key=lambda row: -row[1][0])
    title = _("Refusals of the last day, by reason")
    return _chart("refusals", title, _("Code"), rows[:REASON_BARS], [_("Refusals")], "lying")


def _chart(
    id_: str, title: str, column: str, rows: list[tuple[str, list[int]]], series: list[str], kind: str
) -> Chart:
    data = {
        "kind": kind,
        "labels": [label for label, _values in rows],
        "series": [
            {"name": name, "values": [values[place] for _label, values in rows]}
            for place, name in enumerate(series)
        ],
    }
    return Chart(id_, title, column, json.dumps(data, ensure_ascii=False), rows, series)


def _first(steps: Iterable[Step], state: DeliveryState) -> str:
    return next((_moment(step.at) for step in steps if step.code == state.value), "")


def _why(steps: Iterable[Step]) -> str:
    return " · ".join(step.description for step in steps if step.description)


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}" if at else ""


class _Line:
    """What csv writes a line to: the line itself."""

    def write(self, line: str) -> str:
        """Hand the line back."""
        return line


def _csv(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """The rows as CSV, sent while they are read; led by a mark by which spreadsheets know UTF-8."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Line())
        yield "\ufeff"
        yield writer.writerow(head)
        for row in rows:
            yield writer.writerow([_cell(value) for value in row])

    disposition = f'attachment; filename="{name}.csv"'
    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
    )


def _cell(value: object) -> str:
    """The value so that no spreadsheet takes it for a formula: what came from outside is only text."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
