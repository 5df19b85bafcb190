"""Dossiers between installations: what a dossier's page shows of them, and what has not gone through."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lienthong.dossiers import across_queries
from lienthong.dossiers.actions.across import send_again
from lienthong.dossiers.models import AcrossLetter
from lienthong.dossiers.policies import READERS
from lienthong.dossiers.whole import Whole
from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now

WATCHERS = (Role.ADMINISTRATOR, Role.OPERATOR)


def across_section(whole: Whole) -> dict[str, object]:
    """What the page of a dossier shows: its steps elsewhere, and who handed it over."""
    return {
        "far_steps": across_queries.far_steps_of(whole.dossier) if whole.has_far_steps else [],
        "origin": across_queries.origin_of(whole.dossier),
    }


@needs(*WATCHERS)
@require_GET
def across(request: HttpRequest) -> HttpResponse:
    """What has not gone through, the oldest first."""
    viewer = viewer_of(request)
    page = across_queries.list_letters(viewer, cursor=request.GET.get("cursor", ""))
    context = {
        "page": page,
        "rows": [_shown(letter) for letter in page.rows],
        "troubled": any(letter.problem for letter in page.rows),
        "opens": viewer.has(*READERS),
    }
    return render(request, "dossiers/across.html", context)


@needs(*WATCHERS)
@require_POST
def across_retry(request: HttpRequest) -> HttpResponse:
    """Send one again (`letter`), or all that did not go through."""
    sent = request.POST.get("letter", "")
    known = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else 0
    number = send_again(letter_id=known if sent else None, viewer=viewer_of(request), at=now())
    said = ngettext(
        "%(number)d letter is sent again within a minute.",
        "%(number)d letters are sent again within a minute.",
        number,
    )
    messages.success(request, said % {"number": number})
    return redirect("dossiers:across")


def _shown(letter: AcrossLetter) -> dict[str, object]:
    dossier, to = across_queries.ends_of(letter)
    return {
        "letter": letter,
        "dossier": dossier,
        "to": to,
        "label": across_queries.KIND_LABELS[letter.kind],
    }
