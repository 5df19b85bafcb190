"""A party's own dossiers: the list, one with its clock, who opened it, and the documents held of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lienthong.dossiers.public import (
    SUPPLY,
    WITHDRAW,
    Dossier,
    find_own,
    followed,
    held_documents,
    likely_done,
    opened_by,
    own_dossiers,
    papers_of,
    party_actions,
    pauses_of,
    results_for_party,
    slips_of,
    step_name,
    steps_of,
)
from lienthong.identity.public import citizens, visitor_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.payments.public import ChargeState, charges_of, offered_ways

MOST_SOUGHT = 200


@citizens
@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """My dossiers and those of whom I act for: what is under way first, the soonest due on top."""
    visitor, text = visitor_of(request), request.GET.get("q", "")[:MOST_SOUGHT]
    everything, cursor = "all" in request.GET, request.GET.get("cursor", "")
    found = own_dossiers(visitor, text=text, cursor=cursor, everything=everything)
    context = {
        "found": found,
        "q": text,
        "sought": bool(text.strip()) or everything,
        "first": not cursor,
        "at": now(),
    }
    return render(request, "portal/mine.html", context)


@citizens
@never_cache
@require_GET
def dossier(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """One dossier: its clock, its steps, what was sent, what is owed, what I can do."""
    found, at = find_own(visitor_of(request), dossier_id), now()
    tasks, pauses = steps_of(found), pauses_of(found)
    for task in tasks:
        task.dossier = found
    charges = charges_of([found.pk])[found.pk]
    owed = sum(one.amount for one in charges if one.state == ChargeState.OWED)
    actions = party_actions(found)
    context: dict[str, Any] = {
        "dossier": found,
        "found": followed(found, tasks, pauses, at=at, named=False),
        "likely": likely_done(found, at=at),
        "steps": [(step_name(task), task) for task in tasks if task.role],
        "slips": slips_of(found),
        "papers": papers_of(found),
        "results": results_for_party(found),
        "charges": charges,
        "owed": owed,
        "pays": bool(owed) and bool(offered_ways(found.agency_id)),
        "supplies": SUPPLY in actions,
        "withdraws": WITHDRAW in actions,
        "supplement": getattr(found, "supplement", None),
    }
    return render(request, "portal/dossier.html", context)


@citizens
@never_cache
@require_GET
def opened(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Every time an official opened the file or did something with it: body, post, purpose, time."""
    found: Dossier = find_own(visitor_of(request), dossier_id)
    return render(request, "portal/opened.html", {"dossier": found, "rows": opened_by(found)})


@citizens
@never_cache
@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """Every document that the State holds of me, or I gave: to read, and to use again."""
    page = held_documents(visitor_of(request), cursor=request.GET.get("cursor", ""))
    context = {
        "page": page,
        "first": not request.GET.get("cursor"),
        "today": now().astimezone(VIETNAM).date(),
    }
    return render(request, "portal/documents.html", context)
