"""What an agency asks for fees of its own: seen and set by its administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.procedures import queries
from lienthong.procedures.actions.offering import set_offer_fee
from lienthong.procedures.definition import Fee
from lienthong.procedures.fees import own_amounts
from lienthong.procedures.models import ProcedureVersion
from lienthong.procedures.offer_forms import OfferFeeForm
from lienthong.procedures.reckoning import OwnAmount
from lienthong.procedures.stored import definition_of


@dataclass(frozen=True)
class FeeHere:
    """A fee of a version with what the agency asks for it today, where that is not the general amount."""

    fee: Fee
    own: OwnAmount | None


@needs(Role.ADMINISTRATOR)
@require_GET
def offer_fees(request: HttpRequest) -> HttpResponse:
    """The procedures with fees that the agency or one below it offers."""
    viewer = viewer_of(request)
    page = queries.offered_with_fees(viewer, cursor=request.GET.get("cursor", ""))
    rows = _here(viewer, page.rows, on=now().astimezone(VIETNAM).date())
    return render(request, "procedures/offer_fees.html", {"page": page, "rows": rows})


@needs(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def offer_fee(request: HttpRequest, procedure_id: UUID) -> HttpResponse:
    """The fees of one procedure, what was set and why, and a new amount."""
    viewer, at = viewer_of(request), now()
    procedure, version = queries.find_offered(viewer, procedure_id)
    today, fees = at.astimezone(VIETNAM).date(), definition_of(version).fees
    form = OfferFeeForm(request.POST or None, fees=fees, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        try:
            set_offer_fee(procedure_id=procedure_id, viewer=viewer, at=at, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
        else:
            messages.success(request, _("Saved. Dossiers accepted from that day on are charged so."))
            return redirect("procedures:offer_fee", procedure_id)
    ((_version, here),) = _here(viewer, [version], on=today)
    context = {
        "procedure": procedure,
        "here": here,
        "form": form,
        "history": queries.offer_fees_of(viewer, procedure),
    }
    return render(request, "procedures/offer_fee.html", context, status=422 if form.errors else 200)


def _here(
    viewer: Viewer, versions: list[ProcedureVersion], *, on: date
) -> list[tuple[ProcedureVersion, list[FeeHere]]]:
    """Each version with its fees as the viewer's agency asks for them on the day. Two queries."""
    agency = Agency.objects.get(pk=viewer.agency_id or 0)
    own = own_amounts([(agency, one.procedure_id) for one in versions], on=on)
    return [
        (
            one,
            [
                FeeHere(fee, own.get((agency.pk, one.procedure_id), {}).get(fee.key))
                for fee in definition_of(one).fees
            ],
        )
        for one in versions
    ]
