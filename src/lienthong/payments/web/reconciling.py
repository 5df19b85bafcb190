"""The page where providers' statements and our account are compared."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.payments import queries
from lienthong.payments.actions.reconciling import close_discrepancy, reconcile_upload
from lienthong.payments.forms import StatementForm
from lienthong.payments.sheets import read_statement

READERS = (Role.CLERK, Role.LEADER, Role.AUDITOR)


@needs(*READERS)
@require_GET
def reconciliation(request: HttpRequest) -> HttpResponse:
    """What differs and was not looked at, and the latest comparisons."""
    return _page(request, StatementForm())


@needs(Role.CLERK)
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Compare with a bank's statement."""
    form = StatementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        notices = read_statement(form.content())
        name = form.cleaned_data["file"].name
        done = reconcile_upload(viewer=viewer_of(request), notices=notices, file_name=name, at=now())
    except Refusal as refusal:
        if refusal.field not in form.fields:
            raise
        form.add_error(refusal.field, refusal.say())
        return _page(request, form, status=422)
    words = ngettext("%(lines)d row was read.", "%(lines)d rows were read.", done.lines) % {
        "lines": done.lines
    }
    told = _(
        "Settled: %(settled)d, known before: %(known)d, to refund: %(overpaid)d, differing: %(differing)d."
    )
    numbers = {name: getattr(done, name) for name in ("settled", "known", "overpaid", "differing")}
    messages.success(request, f"{words} {told % numbers}")
    return redirect("payments:reconciliation")


@needs(Role.CLERK, Role.LEADER)
@require_POST
def close(request: HttpRequest, discrepancy_id: UUID) -> HttpResponse:
    """Close a discrepancy with what was found out."""
    reason = request.POST.get("reason", "")
    close_discrepancy(viewer=viewer_of(request), discrepancy_id=discrepancy_id, reason=reason, at=now())
    messages.success(request, _("Closed with your words."))
    return redirect("payments:reconciliation")


def _page(request: HttpRequest, form: StatementForm, *, status: int = 200) -> HttpResponse:
    viewer = viewer_of(request)
    context = {
        "page": queries.open_discrepancies(viewer, cursor=request.GET.get("cursor", "")),
        "runs": queries.reconciliations(viewer),
        "form": form,
        "uploads": viewer.has(Role.CLERK),
        "closes": viewer.has(Role.CLERK, Role.LEADER),
    }
    return render(request, "payments/reconciliation.html", context, status=status)
