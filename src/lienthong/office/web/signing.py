"""Pages on which a leader signs several documents with one confirmation."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.office import reviews
from lienthong.office.actions import bulk as actions
from lienthong.office.states import ItemState


@needs(Role.LEADER)
@require_http_methods(["GET", "POST"])
def to_sign(request: HttpRequest) -> HttpResponse:
    """What waits for the leader's signature; those ticked become a list that is signed."""
    viewer = viewer_of(request)
    refused = ""
    if request.method == "POST":
        try:
            made = actions.make_signing_list(
                viewer=viewer, documents=_ids(request.POST.getlist("documents")), at=now()
            )
        except Refusal as refusal:
            refused = refusal.say()
        else:
            return redirect("office:signing_list", made.id)
    context = {"rows": reviews.ready_to_sign(viewer), "refused": refused, "most": actions.MOST}
    return render(request, "office/to_sign.html", context, status=422 if refused else 200)


@needs(Role.LEADER)
@require_GET
def signing_list(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """How far the list has come, and each document's result; the page asks for the next by itself."""
    held = actions.find_signing_list(viewer_of(request), list_id)
    items = list(held.items.select_related("outgoing").order_by("position"))
    done = sum(item.state in {ItemState.SIGNED, ItemState.FAILED} for item in items)
    context = {
        "held": held,
        "items": items,
        "done": done,
        "failed": sum(item.state == ItemState.FAILED for item in items),
        "going": not held.stopped_at and done < len(items),
    }
    return render(request, "office/signing_list.html", context)


@needs(Role.LEADER)
@require_POST
def sign_next(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Sign the next document of the list, and show how far it has come."""
    actions.sign_next(list_id=list_id, viewer=viewer_of(request), at=now())
    return redirect("office:signing_list", list_id)


@needs(Role.LEADER)
@require_POST
def stop_signing(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Leave the rest of the list unsigned."""
    actions.stop_signing(list_id=list_id, viewer=viewer_of(request), at=now())
    return redirect("office:signing_list", list_id)


def _ids(values: list[str]) -> list[UUID]:
    """The ids among the values; anything else names no document."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
