"""The door of `payments`: what is owed for something, how it is paid, and what goes back."""

from lienthong.payments.actions.charging import cancel_charges, open_bills, open_charges, take_cash, waive
from lienthong.payments.actions.refunding import settle_refund
from lienthong.payments.actions.starting import start_payment
from lienthong.payments.contracts import (
    AttemptView,
    Bill,
    ChargeLine,
    ChargesSettled,
    ChargeView,
    PaymentCounts,
    PaymentFailed,
    PaymentStart,
    Receipt,
    Reduction,
    RefundSettled,
    SubjectsSettled,
)
from lienthong.payments.models import Charge, CollectingAccount, Payment, Refund
from lienthong.payments.queries import attempts_of, charges_of, offered_ways, owed, payment_counts
from lienthong.payments.states import CHARGE_COLORS, CHARGE_LABELS, PROVIDER_LABELS, ChargeState, Provider

__all__ = [
    "CHARGE_COLORS",
    "CHARGE_LABELS",
    "PROVIDER_LABELS",
    "AttemptView",
    "Bill",
    "Charge",
    "ChargeLine",
    "ChargeState",
    "ChargeView",
    "ChargesSettled",
    "CollectingAccount",
    "Payment",
    "PaymentCounts",
    "PaymentFailed",
    "PaymentStart",
    "Provider",
    "Receipt",
    "Reduction",
    "Refund",
    "RefundSettled",
    "SubjectsSettled",
    "attempts_of",
    "cancel_charges",
    "charges_of",
    "offered_ways",
    "open_bills",
    "open_charges",
    "owed",
    "payment_counts",
    "settle_refund",
    "start_payment",
    "take_cash",
    "waive",
]
