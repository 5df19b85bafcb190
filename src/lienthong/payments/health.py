"""What `lienthong doctor` asks of payments."""

from __future__ import annotations

from django.conf import settings

from lienthong.kernel.checks import Finding, bad, check, good, warning
from lienthong.payments.models import CollectingAccount, Discrepancy, Reconciliation
from lienthong.payments.providers import fake_allowed, page_address, secret_of
from lienthong.payments.signatures import LEAST_SECRET
from lienthong.payments.states import Provider


@check("Payments")
def check_payments() -> Finding:
    """Whether money could be invented, whether what is offered can be paid, and what nobody has looked at."""
    if settings.ENV.payment_fake_gateway and not fake_allowed():
        return bad(
            "LIENTHONG_PAYMENT_FAKE_GATEWAY is set on an address that others reach: refused, since anyone "
            "could pay with invented money; take it away"
        )
    offered = CollectingAccount.objects.filter(provider=Provider.PAGE, active=True).exists()
    if offered and not page_address():
        return bad("a payment page is offered but LIENTHONG_PAYMENT_PAGE_URL is not set")
    if offered and len(secret_of(Provider.PAGE)) < LEAST_SECRET:
        return bad(
            f"LIENTHONG_PAYMENT_PAGE_SECRET has less than {LEAST_SECRET} characters; no callback is believed"
        )
    last = Reconciliation.objects.filter(agency=None).order_by("-id").first()
    if last is not None and last.problem:
        return warning(f"the last nightly comparison failed: {last.problem}")
    waiting = Discrepancy.objects.filter(closed_at=None).count()
    if waiting:
        return warning(f"{waiting} discrepancies wait for someone to look at them")
    return warning("the demonstration's bank is open") if fake_allowed() else good("nothing differs")
