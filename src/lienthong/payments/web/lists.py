"""The list of fees of an agency, and what its cashiers took on a day."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.payments import policies, queries
from lienthong.payments.forms import ChargeFilterForm, DayForm
from lienthong.payments.models import Payment
from lienthong.payments.sheets import write_table

READERS = (Role.RECEPTIONIST, Role.CLERK, Role.LEADER, Role.AUDITOR)
TABS = [
    (queries.OWED, gettext_lazy("Owed")),
    (queries.PAID, gettext_lazy("Paid")),
    (queries.REFUND, gettext_lazy("To refund")),
    (queries.ALL, gettext_lazy("All")),
]


@needs(*READERS)
@require_GET
def charges(request: HttpRequest) -> HttpResponse:
    """The list; it opens on what is owed, the newest first."""
    viewer = viewer_of(request)
    asked = request.GET.get("tab", queries.OWED)
    tab = asked if asked in {value for value, _label in TABS} else queries.OWED
    form = ChargeFilterForm(request.GET)
    wanted = form.wanted(tab)
    context = {
        "page": queries.list_charges(viewer, wanted, cursor=request.GET.get("cursor", "")),
        "form": form,
        "tab": tab,
        "filtered": bool(wanted.text),
        "tabs": [_link(request, value, label, tab) for value, label in TABS],
        "waiting": queries.waiting_amounts(viewer),
        "reconciles": viewer.has(*policies.RECONCILERS),
        "at": now(),
    }
    return render(request, "payments/charges.html", context)


@needs(*READERS)
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """What came in on a day, by way and one by one."""
    viewer, form = viewer_of(request), DayForm(request.GET)
    chosen = form.chosen(now().date())
    takings = queries.takings_of(viewer, chosen)
    context = {
        "form": DayForm(initial={"day": f"{chosen:%Y-%m-%d}"}),
        "day": chosen,
        "takings": takings,
        "total": sum(taking.amount for taking in takings),
        "rows": queries.first_payments_on(viewer, chosen),
    }
    return render(request, "payments/day.html", context)


@needs(*READERS)
@require_GET
def day_export(request: HttpRequest) -> FileResponse:
    """The cashier's book of a day as a spreadsheet."""
    viewer, chosen = viewer_of(request), DayForm(request.GET).chosen(now().date())
    head = [
        _("Time"),
        _("Receipt or transaction"),
        _("Way to pay"),
        _("Dossier"),
        _("Payer"),
        _("Fees"),
        _("Amount"),
        _("Taken by"),
    ]
    title = [viewer.agency_name, f"{_('Money received on')} {chosen:%d/%m/%Y}"]
    file = write_table(title, head, (_row(payment) for payment in queries.payments_on(viewer, chosen)))
    name = f"{_('fees')}-{viewer.agency_code}-{chosen:%Y%m%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name)


def _row(payment: Payment) -> list[object]:
    paid = list(payment.charges.all())
    return [
        f"{payment.received_at.astimezone(VIETNAM):%H:%M}",
        payment.receipt or payment.transaction,
        str(payment.provider_label),
        _code(payment),
        paid[0].payer_name if paid else "",
        "; ".join(charge.name for charge in paid) or _("paid over"),
        payment.amount,
        payment.taken_by.full_name if payment.taken_by else "",
    ]


def _code(payment: Payment) -> str:
    """What was paid for, as people call it: of its charges, and of what was paid over of the attempt."""
    first = next(iter(payment.charges.all()), None) or payment.attempt
    return first.subject_code if first else ""


def _link(request: HttpRequest, value: str, label: object, current: str) -> dict[str, object]:
    query = request.GET.copy()
    query.pop("cursor", None)
    query["tab"] = value
    return {"url": f"?{query.urlencode()}", "label": label, "current": value == current}
