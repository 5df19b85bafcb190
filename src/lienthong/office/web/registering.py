"""Registering from the list: one document or a pile of them, with what became of each."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.office.actions.registering import register_set
from lienthong.office.web.common import is_htmx


@needs(Role.CLERK)
@require_POST
def register_many(request: HttpRequest) -> HttpResponse:
    """Register the documents chosen, in the order shown; `only` is the one whose own button was pressed."""
    only = request.POST.get("only", "")
    ids = _ids([only] if only else request.POST.getlist("document"))
    if not ids:
        messages.warning(request, _("No document was chosen. Tick those to be registered."))
        return redirect("office:incoming")
    results = register_set(document_ids=ids, viewer=viewer_of(request), at=now())
    rows = [
        {"id": row.document_id, "document": row.document, "why": row.refusal and row.refusal.say()}
        for row in results
    ]
    if is_htmx(request):
        return render(request, "office/registered_rows.html", {"rows": rows})
    if only and results[0].document is not None:
        number = results[0].document.register_number
        messages.success(request, _("Registered under number %(number)s.") % {"number": number})
        return redirect("office:incoming")
    return render(request, "office/registered.html", {"rows": rows})


def _ids(values: Iterable[str]) -> list[UUID]:
    """The ids among the values; anything else names no document."""
    ids = []
    for value in values:
        try:
            ids.append(UUID(value))
        except ValueError:
            continue
    return ids
