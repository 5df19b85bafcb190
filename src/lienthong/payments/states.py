"""The lives of a charge, of an attempt to pay and of a refund: states, and one table of what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Role


class ChargeState(StrEnum):
    """Where a charge stands; paid money that must go back stays visible as such until it has gone."""

    OWED = "owed"
    PAID = "paid"
    EXEMPT = "exempt"
    WAIVED = "waived"
    CANCELLED = "cancelled"
    REFUND_DUE = "refund-due"
    REFUNDED = "refunded"


class AttemptState(StrEnum):
    """What became of one attempt to pay by a provider; EXPIRED says only that nobody waits for it."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"


class RefundState(StrEnum):
    """Whether the money has gone back."""

    DUE = "due"
    SETTLED = "settled"


class Provider(StrEnum):
    """Ways to pay; each but cash has an adapter."""

    CASH = "cash"
    VIETQR = "vietqr"
    PAGE = "page"


class DiscrepancyKind(StrEnum):
    """How a provider's account and ours differ."""

    UNKNOWN_REFERENCE = "unknown-reference"
    AMOUNT_DIFFERS = "amount-differs"
    MISSING_AT_PROVIDER = "missing-at-provider"


@dataclass(frozen=True)
class Move:
    """One thing that may be done; `roles` empty means that no official does it, a provider or a dossier does.

    `law`: its basis (Luật Phí và lệ phí 97/2015/QH13; NĐ 118/2025/NĐ-CP; Luật Kế toán 88/2015/QH13).
    """

    verb: str
    sources: frozenset[StrEnum]
    target: StrEnum
    label: Promise
    law: str
    roles: frozenset[Role] = frozenset()
    reason: bool = False


CASHIERS = frozenset({Role.RECEPTIONIST, Role.CLERK})
PAYERS_BACK = frozenset({Role.CLERK, Role.LEADER})
_OWED, _PAID = ChargeState.OWED, ChargeState.PAID

TAKE_CASH = Move("take-cash", frozenset({_OWED}), _PAID, _("Take cash"), "Luật 97/2015, Đ.14", CASHIERS)
PAY = Move("pay", frozenset({_OWED}), _PAID, _("Paid through a provider"), "NĐ 118/2025")
WAIVE = Move(
    "waive",
    frozenset({_OWED}),
    ChargeState.WAIVED,
    _("Waive"),
    "Luật 97/2015, Đ.10",
    frozenset({Role.LEADER}),
    reason=True,
)
CANCEL = Move("cancel", frozenset({_OWED}), ChargeState.CANCELLED, _("Cancelled"), "NĐ 118/2025", reason=True)
GIVE_BACK = Move(
    "give-back", frozenset({_PAID}), ChargeState.REFUND_DUE, _("To be refunded"), "NĐ 118/2025", reason=True
)
REFUND = Move(
    "refund",
    frozenset({ChargeState.REFUND_DUE}),
    ChargeState.REFUNDED,
    _("Refund"),
    "Luật 88/2015, Đ.16",
    PAYERS_BACK,
)
CHARGE_MOVES: dict[str, Move] = {
    move.verb: move for move in (TAKE_CASH, PAY, WAIVE, CANCEL, GIVE_BACK, REFUND)
}

_STARTED = AttemptState.STARTED
# Money that comes late is money all the same: what it was sent for, if still owed, is paid (ADR 0058).
SUCCEED = Move(
    "succeed",
    frozenset({_STARTED, AttemptState.FAILED, AttemptState.EXPIRED}),
    AttemptState.SUCCEEDED,
    _("Paid"),
    "ADR 0058",
)
FAIL = Move(
    "fail",
    frozenset({_STARTED, AttemptState.EXPIRED}),
    AttemptState.FAILED,
    _("The payment failed"),
    "ADR 0058",
)
EXPIRE = Move("expire", frozenset({_STARTED}), AttemptState.EXPIRED, _("Time has run out"), "ADR 0058")
ATTEMPT_MOVES: dict[str, Move] = {move.verb: move for move in (SUCCEED, FAIL, EXPIRE)}

# Where a charge points to the money that paid it.
WITH_MONEY = frozenset({_PAID, ChargeState.REFUND_DUE, ChargeState.REFUNDED})

CHARGE_LABELS: dict[str, Promise] = {
    ChargeState.OWED: _("Owed"),
    ChargeState.PAID: _("Paid"),
    ChargeState.EXEMPT: _("Exempt"),
    ChargeState.WAIVED: _("Waived"),
    ChargeState.CANCELLED: _("No longer owed"),
    ChargeState.REFUND_DUE: _("Refund due"),
    ChargeState.REFUNDED: _("Refunded"),
}
CHARGE_COLORS: dict[str, str] = {
    ChargeState.OWED: "warning",
    ChargeState.PAID: "success",
    ChargeState.REFUND_DUE: "danger",
}
ATTEMPT_LABELS: dict[str, Promise] = {
    AttemptState.STARTED: _("Waiting for the payment"),
    AttemptState.SUCCEEDED: _("Paid"),
    AttemptState.FAILED: _("The payment failed"),
    AttemptState.EXPIRED: _("Time has run out"),
}
ATTEMPT_COLORS: dict[str, str] = {
    AttemptState.STARTED: "warning",
    AttemptState.SUCCEEDED: "success",
    AttemptState.FAILED: "danger",
}
PROVIDER_LABELS: dict[str, Promise] = {
    Provider.CASH: _("Cash"),
    Provider.VIETQR: _("Bank transfer (VietQR)"),
    Provider.PAGE: _("Payment page"),
}
DISCREPANCY_LABELS: dict[str, Promise] = {
    DiscrepancyKind.UNKNOWN_REFERENCE: _("Money with a reference that nobody knows"),
    DiscrepancyKind.AMOUNT_DIFFERS: _("Another amount than was asked for"),
    DiscrepancyKind.MISSING_AT_PROVIDER: _("Paid here, but not in the provider's statement"),
}

# While money is still to move, the agency is held open.
HOLDING = [ChargeState.OWED, ChargeState.REFUND_DUE]
