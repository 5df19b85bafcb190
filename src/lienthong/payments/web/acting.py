"""The fees of one subject and what officials do with them: cash, a QR code, waiving, refunds, receipts."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.downloads import PDF, PDF_POLICY, file_answer
from lienthong.kernel.errors import Refusal
from lienthong.payments import policies, queries
from lienthong.payments.actions.charging import take_cash, waive
from lienthong.payments.actions.refunding import settle_refund
from lienthong.payments.actions.starting import start_payment
from lienthong.payments.forms import ChosenForm, ProofForm, WaiveForm
from lienthong.payments.models import Charge
from lienthong.payments.receipts import receipt_pdf
from lienthong.payments.states import (
    PAYERS_BACK,
    PROVIDER_LABELS,
    TAKE_CASH,
    WAIVE,
    ChargeState,
    RefundState,
)

READERS = (Role.RECEPTIONIST, Role.CLERK, Role.LEADER, Role.AUDITOR)
CASH = (Role.RECEPTIONIST, Role.CLERK)


@needs(*READERS)
@require_GET
def subject(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """The fees of one subject, the money that came and goes back, and what the viewer may do."""
    return _page(request, subject_id)


@needs(*CASH)
@require_POST
def cash(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Take cash for the chosen fees, and show the receipt's number."""
    viewer = viewer_of(request)
    chosen = _chosen(request, queries.subject_charges(viewer, subject_id))
    receipt = take_cash(viewer=viewer, charge_ids=chosen, at=now())
    messages.success(
        request, _("Cash was taken. The receipt has the number %(code)s.") % {"code": receipt.code}
    )
    return redirect("payments:subject", subject_id)


@needs(*CASH)
@require_POST
def start(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Begin a payment of the chosen fees, and show the payer's page."""
    viewer = viewer_of(request)
    chosen = _chosen(request, queries.subject_charges(viewer, subject_id))
    provider = request.POST.get("provider", "")[:20]
    begun = start_payment(subject_id=subject_id, charge_ids=chosen, provider=provider, at=now(), actor=viewer)
    return redirect("payments:attempt", begun.attempt_id)


@needs(Role.LEADER)
@require_POST
def waive_charges(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Let the chosen fees go unpaid, with the reason."""
    viewer = viewer_of(request)
    chosen = _chosen(request, queries.subject_charges(viewer, subject_id))
    form = WaiveForm(request.POST, auto_id="waive_%s")

    def do() -> None:
        waive(viewer=viewer, charge_ids=chosen, reason=form.cleaned_data["reason"], at=now())
        messages.success(request, _("The fees were waived."))

    return _answer(request, subject_id, form, do, {"waive_form": form})


@needs(Role.CLERK, Role.LEADER)
@require_POST
def refund(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Record that money has gone back."""
    viewer = viewer_of(request)
    found = queries.find_refund(viewer, refund_id)
    form = ProofForm(request.POST, request.FILES, auto_id=f"proof_{refund_id}_%s")

    def do() -> None:
        file = form.cleaned_data["file"]
        settle_refund(
            viewer=viewer,
            refund_id=refund_id,
            proof=form.cleaned_data["proof"],
            proof_file=file.chunks() if file else None,
            proof_name=file.name if file else "",
            at=now(),
        )
        messages.success(request, _("The refund was recorded."))

    return _answer(request, found.subject_id, form, do, {"proof_form": form, "proof_of": refund_id})


@needs(*READERS)
@require_GET
def proof(request: HttpRequest, refund_id: UUID) -> HttpResponseBase:
    """The file that proves a refund."""
    found = queries.find_proof(viewer_of(request), refund_id)
    assert found.proof_file is not None
    return file_answer(found.proof_file, found.proof_name, inline="inline" in request.GET)


@needs(*READERS)
@require_GET
def receipt(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """The receipt as PDF; the same one each time, since it bears the time of the payment."""
    payment = queries.find_receipt(payment_id, viewer_of(request))
    answer = HttpResponse(receipt_pdf(payment, at=payment.received_at), content_type=PDF)
    name = payment.receipt.replace("/", "-")
    answer["Content-Disposition"] = f'inline; filename="bien-lai-{name}.pdf"'
    answer["Content-Security-Policy"] = PDF_POLICY
    answer["Cache-Control"] = "private, max-age=0"
    return answer


def _chosen(request: HttpRequest, charges: list[Charge]) -> list[UUID]:
    """The fees that were ticked; without any, all that is owed."""
    form = ChosenForm(request.POST, ids=[str(charge.pk) for charge in charges])
    picked = form.cleaned_data["charge"] if form.is_valid() else []
    owed = [charge.pk for charge in charges if charge.state == ChargeState.OWED]
    return [UUID(key) for key in picked] or owed


def _answer(
    request: HttpRequest,
    subject_id: UUID,
    form: WaiveForm | ProofForm,
    do: Callable[[], None],
    extra: dict[str, object],
) -> HttpResponse:
    """Do it and go back to the page, or show at its field what is wrong."""
    if form.is_valid():
        try:
            do()
        except Refusal as refusal:
            if refusal.field not in form.fields:
                raise
            form.add_error(refusal.field, refusal.say())
        else:
            return redirect("payments:subject", subject_id)
    return _page(request, subject_id, extra=extra, status=422)


def _page(
    request: HttpRequest, subject_id: UUID, *, extra: dict[str, object] | None = None, status: int = 200
) -> HttpResponse:
    viewer: Viewer = viewer_of(request)
    charges = queries.subject_charges(viewer, subject_id)
    moves = policies.allowed_actions(viewer, charges)
    starts = TAKE_CASH in moves
    refunds = queries.subject_refunds(viewer, subject_id)
    context: dict[str, object] = {
        "first": charges[0],
        "charges": charges,
        "owed": sum(charge.amount for charge in charges if charge.state == ChargeState.OWED),
        "takes_cash": starts,
        "ways": [(way, PROVIDER_LABELS[way]) for way in queries.offered_ways(viewer.agency_id or 0)]
        if starts
        else [],
        "waives": WAIVE in moves,
        "waive_form": WaiveForm(auto_id="waive_%s"),
        "payments": queries.subject_payments(viewer, subject_id),
        "attempts": queries.subject_attempts(viewer, subject_id),
        "refunds": [
            (row, ProofForm(auto_id=f"proof_{row.pk}_%s") if _pays_back(viewer, row.state) else None)
            for row in refunds
        ],
    }
    return render(request, "payments/subject.html", context | (extra or {}), status=status)


def _pays_back(viewer: Viewer, state: str) -> bool:
    return state == RefundState.DUE and viewer.has(*PAYERS_BACK)
