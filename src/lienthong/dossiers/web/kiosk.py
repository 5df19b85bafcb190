"""The kiosk of a hall: visitors say in plain words what they come for, and get a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lienthong.dossiers.models import Hall, Queue
from lienthong.dossiers.queueing import queries, routing
from lienthong.dossiers.web.queueing import refreshed
from lienthong.identity.public import NotFound
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal

IDLE_SECONDS = 90


@public_page("visitors draw their ticket at the kiosk; its address holds 122 random bits")
@never_cache
@require_http_methods(["GET", "POST"])
def kiosk(request: HttpRequest, key: UUID) -> HttpResponse:
    """Name a field, then a procedure of it, or look for one by its words; the last touch draws."""
    hall, queues = queries.find_kiosk(key)
    refused = ""
    if request.method == "POST":
        matter = routing.find_matter(hall.agency_id, request.POST.get("matter", "")[:200])
        try:
            drawn = routing.draw_for(agency_id=hall.agency_id, matter=matter, at=now())
        except Refusal as refusal:
            if isinstance(refusal, NotFound):
                raise
            refused = refusal.say()
        else:
            return redirect(f"{reverse('dossiers:ticket', args=[drawn.pk])}?kiosk={key}")
    context = {"hall": hall, "queues": queues, "refused": refused, **_shown(request.GET, hall, queues)}
    template = "procedures" if context["asked"] else "kiosk"
    answer = render(request, f"dossiers/queueing/{template}.html", context, status=409 if refused else 200)
    # Who walks away leaves the first page to the next visitor.
    start = reverse("dossiers:kiosk", args=[key])
    return refreshed(answer, seconds=IDLE_SECONDS, url=start) if context["asked"] or refused else answer


def _shown(said: Mapping[str, str], hall: Hall, queues: Sequence[Queue]) -> dict[str, Any]:
    """What the page shows: the fields, or the procedures of one of them or of some words."""
    fields = routing.fields_to_name(hall.agency_id, queues)
    field = next((one for one in fields if one.code == said.get("field")), None)
    text = said.get("q", "").strip()[: routing.LONGEST_TEXT]
    days = {one.queue_id: one for one in queries.figures_of(hall.agency_id, at=now())}
    if not (field or text):
        named = [one for one in queues if not (fields and (one.fields or one.general))]
        rows = [(one, days[one.pk], days[one.pk].estimate(days[one.pk].waiting)) for one in named]
        general = bool(fields) and any(one.general for one in queues)
        return {"asked": False, "fields": fields, "rows": rows, "general": general}
    code = field.code if field else ""
    found = routing.procedures_to_name(hall.agency_id, queues, field=code, text="" if field else text)
    waiting = {one.queue_id: one.waiting for one in days.values()}
    queue = routing.queue_for(queues, code, waiting) if field else None
    day = days[queue.pk] if queue else None
    estimate = day.estimate(day.waiting) if day else ""
    return {"asked": True, "field": field, "q": text, "found": found, "day": day, "estimate": estimate}
