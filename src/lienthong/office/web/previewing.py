"""The look of a document while it is being written."""

from __future__ import annotations

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.office.actions import outgoing as actions
from lienthong.office.forms import ComposeForm

DRAFTERS = (Role.SPECIALIST, Role.CLERK, Role.LEADER)


@needs(*DRAFTERS)
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The pages as pictures, or what still stands against them; nothing is kept."""
    return render(request, "office/preview.html", preview_of(request))


def preview_of(request: HttpRequest) -> dict[str, Any]:
    """The pages of what was typed so far, or a sentence about what is missing."""
    form = ComposeForm(request.POST, has_pdf=True)
    chosen = tuple(int(key) for key in request.POST.getlist("recipients") if _is_number(key))
    if not form.is_valid():
        missing = ", ".join(str(form.fields[name].label) for name in form.errors if name in form.fields)
        return {"previewed": True, "obstacle": _("Fill in first: %(parts)s.") % {"parts": missing}}
    try:
        pages = actions.preview(composition=form.composition(chosen), viewer=viewer_of(request), at=now())
    except Refusal as refusal:
        return {"previewed": True, "obstacle": refusal.say()}
    return {"previewed": True, "pictures": [base64.b64encode(page).decode() for page in pages]}


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 16
