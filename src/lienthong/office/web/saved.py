"""Saving and forgetting searches of the lists."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.errors import Refusal
from lienthong.office.actions.saved_searches import delete_search, save_search, searches_of
from lienthong.office.forms import IncomingFilterForm, OutgoingFilterForm

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)
PLACES: dict[str, type[Form]] = {"incoming": IncomingFilterForm, "outgoing": OutgoingFilterForm}


@needs(*READERS)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the list just seen under a name."""
    place = request.POST.get("place", "")
    place = place if place in PLACES else "incoming"
    query = filters_of(place, QueryDict(request.POST.get("query", "")))
    try:
        save_search(place=place, name=request.POST.get("name", ""), query=query, viewer=viewer_of(request))
    except Refusal as refusal:
        messages.error(request, refusal.say())
    else:
        messages.success(request, _("The search was saved. Only you see it."))
    return redirect(f"{reverse(f'office:{place}')}?{query}")


@needs(*READERS)
@require_POST
def delete(request: HttpRequest, search_id: int) -> HttpResponse:
    """Forget a search."""
    delete_search(search_id=search_id, viewer=viewer_of(request))
    messages.success(request, _("The search was deleted."))
    place = request.POST.get("place", "")
    return redirect(f"office:{place if place in PLACES else 'incoming'}")


def filters_of(place: str, given: QueryDict) -> str:
    """The query string with the filters of the list and nothing else, those that are set."""
    names = ["tab", *PLACES[place].base_fields]
    return urlencode([(name, given[name]) for name in names if given.get(name)])


def saved_context(request: HttpRequest, viewer: Viewer, place: str) -> dict[str, object]:
    """What the list shows of saved searches; one query."""
    query = filters_of(place, request.GET)
    return {"place": place, "saved": searches_of(viewer, place), "filters": query}
