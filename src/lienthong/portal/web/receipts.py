"""What who has sent an application keeps: its receipt, as a page and a file, and the way to pay."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lienthong.documents.public import qr_svg
from lienthong.dossiers.public import Dossier, follow_address, sent_pdf
from lienthong.identity.public import NotFound
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.downloads import PDF, PDF_POLICY
from lienthong.payments.public import (
    ChargeState,
    ChargeView,
    Provider,
    charges_of,
    offered_ways,
    start_payment,
)
from lienthong.portal.applying import queries
from lienthong.portal.models import Draft
from lienthong.portal.web.applying import WHY
from lienthong.portal.web.holding import holder_of

WAYS = {Provider.PAGE: _("Pay on the payment page"), Provider.VIETQR: _("Pay by bank transfer (VietQR)")}


@public_page(WHY)
@never_cache
@require_GET
def receipt(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What was handed in, when, under which code, what is to be paid, and what happens next."""
    draft, dossier = _sent(request, draft_id)
    owed = _owed(dossier)
    ways = offered_ways(dossier.agency_id) if owed else []
    context = {
        "draft": draft,
        "dossier": dossier,
        "procedure": draft.version.procedure,
        "agency": draft.offer.agency,
        "qr": SafeString(qr_svg(follow_address(dossier.code))),  # drawn here from our own text
        "charges": owed,
        "ways": [(one, WAYS[Provider(one)]) for one in ways if one in WAYS],
    }
    return render(request, "portal/apply/receipt.html", context)


@public_page(WHY)
@never_cache
@require_GET
def receipt_pdf(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The receipt to print or keep."""
    draft, dossier = _sent(request, draft_id)
    dossier.version.procedure, dossier.agency = draft.version.procedure, draft.offer.agency
    papers = list(dict.fromkeys(dossier.papers.order_by("pk").values_list("name", flat=True)))
    answer = HttpResponse(sent_pdf(dossier, papers, at=dossier.submitted_at), content_type=PDF)
    answer["Content-Disposition"] = f'inline; filename="{dossier.code}.pdf"'
    answer["Content-Security-Policy"] = PDF_POLICY
    return answer


@public_page(WHY)
@require_POST
def pay(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Begin to pay what is owed; after a payment that failed again, with nothing filled in anew."""
    draft, dossier = _sent(request, draft_id)
    owed, at = _owed(dossier), now()
    if not owed:
        return redirect("portal:receipt", draft.pk)
    begun = start_payment(
        subject_id=dossier.pk,
        charge_ids=[one.id for one in owed],
        provider=request.POST.get("way", "")[:20],
        at=at,
        return_url=settings.BASE_URL + reverse("portal:receipt", args=[draft.pk]),
    )
    return redirect("payments:attempt", begun.attempt_id)


def _sent(request: HttpRequest, draft_id: UUID) -> tuple[Draft, Dossier]:
    """The draft that was sent, and its dossier."""
    draft = queries.find_draft(holder_of(request), draft_id, at=now())
    if draft.dossier is None:
        raise NotFound
    return draft, draft.dossier


def _owed(dossier: Dossier) -> list[ChargeView]:
    return [one for one in charges_of([dossier.pk]).get(dossier.pk, []) if one.state == ChargeState.OWED]
