"""What is about to be late: the apologies drafted, edited and made one by one or many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lienthong.dossiers import queries
from lienthong.dossiers.actions.apologising import apologise_all
from lienthong.dossiers.contracts import Apology
from lienthong.dossiers.forms import ApologyDraftForm
from lienthong.dossiers.models import ApologyDraft
from lienthong.dossiers.web.lists import remaining
from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal

Rows = list[tuple[ApologyDraft, ApologyDraftForm]]


@needs(Role.LEADER)
@require_http_methods(["GET", "POST"])
def apologies(request: HttpRequest) -> HttpResponse:
    """The drafts of the agency; those chosen are made, all of them or none."""
    viewer, at = viewer_of(request), now()
    rows = [(one, _form(one, request)) for one in queries.apology_drafts(viewer, at=at)]
    refused = ""
    if request.method == "POST":
        said, refused = _chosen(rows)
        try:
            if said:
                apologise_all(apologies=said, viewer=viewer, at=at)
        except Refusal as refusal:
            said, refused = [], refusal.say()
        if said:
            made = ngettext("%(number)d apology was made.", "%(number)d apologies were made.", len(said))
            messages.success(request, made % {"number": len(said)})
            return redirect("dossiers:apologies")
    left = remaining(viewer, (one.due_at for one, _form in rows), at)
    shown = [(one, form, *words) for (one, form), words in zip(rows, left, strict=True)]
    context = {"rows": shown, "refused": refused}
    return render(request, "dossiers/apologies.html", context, status=422 if refused else 200)


def _chosen(rows: Rows) -> tuple[list[Apology], str]:
    """The apologies to be made, or what stands against it. What is not chosen is not read."""
    chosen = [(one, form) for one, form in rows if form["chosen"].data]
    if not chosen:
        return [], _("Choose at least one apology. One that is no longer listed was made, or is too late.")
    if any(form.errors for _one, form in chosen):
        return [], _("Correct the apologies marked below; none was made yet.")
    return [
        Apology(one.dossier_id, form.cleaned_data["until"], form.cleaned_data["reason"])
        for one, form in chosen
    ], ""


def _form(draft: ApologyDraft, request: HttpRequest) -> ApologyDraftForm:
    given: dict[str, Any] = {"prefix": str(draft.pk), "auto_id": f"a{draft.pk}_%s"}
    if request.method == "POST":
        return ApologyDraftForm(request.POST, **given)
    return ApologyDraftForm(initial={"until": draft.until, "reason": draft.reason}, **given)
