"""Plain values of `payments`: what is charged, what a page shows, how a payment starts; and its events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from lienthong.payments.states import (
    ATTEMPT_COLORS,
    ATTEMPT_LABELS,
    CHARGE_COLORS,
    CHARGE_LABELS,
    PROVIDER_LABELS,
)

MOST_AMOUNT = 10**12  # đồng


@dataclass(frozen=True)
class Reduction:
    """What is not asked for of a fee: `share` percent, which are `amount` đồng, why, and by which law."""

    share: int
    amount: int
    reason: str
    law: str


@dataclass(frozen=True)
class ChargeLine:
    """A fee of a subject: `key` is its own within the subject, `amount` in whole đồng, `law` its basis.

    `amount` is the full one; the reduction is taken off it, and stays on record. Of 100 percent nothing is
    owed.
    """

    key: str
    name: str
    name_en: str
    amount: int
    law: str
    reduction: Reduction | None = None


@dataclass(frozen=True)
class PaymentCounts:
    """How many payments came in, and how many of them otherwise than in cash."""

    all: int = 0
    cashless: int = 0


@dataclass(frozen=True)
class Bill:
    """What one subject owes: `subject_code` and `payer_name` are what people read."""

    agency_id: int
    subject_id: UUID
    subject_code: str
    payer_name: str
    lines: tuple[ChargeLine, ...]
    due_at: datetime | None = None


@dataclass(frozen=True)
class ChargeView:
    """A charge as others see it. `amount` is owed or was paid; `tariff` was it before the reduction.

    `share` is the reduction in percent, with its reason and its law.
    """

    id: UUID
    subject_id: UUID
    key: str
    name: str
    name_en: str
    amount: int
    tariff: int
    law: str
    share: int
    exempt_reason: str
    exempt_law: str
    state: str
    due_at: datetime | None
    paid_at: datetime | None
    provider: str
    receipt: str
    payment_id: UUID | None = None

    @property
    def way(self) -> object:
        """How it was paid, in the reader's language; empty while it is not."""
        return PROVIDER_LABELS.get(self.provider, "")

    @property
    def state_label(self) -> object:
        """The state in the reader's language."""
        return CHARGE_LABELS[self.state]

    @property
    def state_color(self) -> str:
        """The colour of the state's tag."""
        return CHARGE_COLORS.get(self.state, "neutral")


@dataclass(frozen=True)
class AttemptView:
    """One try to pay, as the payer sees it: what became of it, and while it waits how to go on."""

    id: UUID
    provider: str
    reference: str
    amount: int
    state: str
    note: str
    started_at: datetime
    expires_at: datetime
    waits: bool
    qr_svg: str = ""
    url: str = ""

    @property
    def way(self) -> object:
        """The way of paying, in the reader's language."""
        return PROVIDER_LABELS[self.provider]

    @property
    def state_label(self) -> object:
        """What became of it, in the reader's language."""
        return ATTEMPT_LABELS[self.state]

    @property
    def state_color(self) -> str:
        """The colour of the state's tag."""
        return ATTEMPT_COLORS.get(self.state, "neutral")


@dataclass(frozen=True)
class Receipt:
    """Cash that was taken: the number runs from 1 without a gap per agency and year."""

    payment_id: UUID
    number: int
    year: int
    amount: int

    @property
    def code(self) -> str:
        """As it is printed: "0000012/2026"."""
        return f"{self.number:07d}/{self.year}"


@dataclass(frozen=True)
class PaymentStart:
    """How the payer goes on: a QR code to scan (`qr_text`, `qr_svg`) or an address to go to (`url`)."""

    attempt_id: UUID
    reference: str
    provider: str
    amount: int
    expires_at: datetime
    qr_text: str = ""
    qr_svg: str = ""
    url: str = ""


@dataclass(frozen=True)
class ProviderAccount:
    """Where an agency's money goes: a bank account, or the merchant's name at a payment page."""

    bank_bin: str = ""
    account_number: str = ""
    account_name: str = ""
    merchant: str = ""


@dataclass(frozen=True)
class Order:
    """What a provider is asked to collect; `reference` comes back with the money."""

    reference: str
    amount: int
    description: str
    account: ProviderAccount
    return_url: str
    notify_url: str
    expires_at: datetime


class Outcome(StrEnum):
    """What a provider says of an order."""

    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True)
class Notice:
    """What a provider says happened: `transaction` is its own number of the money, `event` of the message."""

    event: str
    reference: str
    outcome: Outcome
    amount: int
    transaction: str
    paid_at: datetime
    note: str = ""


@dataclass(frozen=True)
class Told:
    """What became of the notices of one statement or callback, as numbers and as one answer for each."""

    answers: tuple[str, ...]

    def count(self, answer: str) -> int:
        """How many were answered so."""
        return self.answers.count(answer)


SETTLED, ALREADY, FAILED, REFUND, DIFFERS, UNKNOWN = (
    "settled",
    "already-known",
    "failed",
    "refund-due",
    "amount-differs",
    "unknown-reference",
)


@dataclass(frozen=True)
class ChargeFilter:
    """What the list of fees is narrowed to; `tab` is "owed", "paid", "refund" or "all"."""

    tab: str = "owed"
    text: str = ""


@dataclass(frozen=True)
class ChargesSettled:
    """Nothing is owed any more for the subject; `charge_ids` are those that the last act settled."""

    subject_id: UUID
    charge_ids: tuple[UUID, ...]
    at: datetime


@dataclass(frozen=True)
class SubjectsSettled:
    """Of all that one act settled, the subjects that owe nothing any more: for who works in sets."""

    subject_ids: tuple[UUID, ...]
    at: datetime


@dataclass(frozen=True)
class PaymentFailed:
    """A provider said that an attempt failed; what was owed is still owed."""

    subject_id: UUID
    charge_ids: tuple[UUID, ...]
    attempt_id: UUID
    reason: str
    at: datetime


@dataclass(frozen=True)
class RefundSettled:
    """Money has gone back."""

    subject_id: UUID
    refund_id: UUID
    amount: int
    at: datetime
