"""A transfer to the agency's bank account by VietQR: the bank may call back; its statement is uploaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lienthong.payments.contracts import Notice, Order
from lienthong.payments.gateway import read_notice
from lienthong.payments.signatures import require_signed
from lienthong.payments.vietqr import transfer_text


@dataclass(frozen=True)
class BankTransfer:
    """Fulfils `PaymentPort`. Without a secret no bank calls back, and statements alone settle."""

    secret: str = field(default="", repr=False)

    def start(self, order: Order, *, at: datetime) -> tuple[str, str]:
        """The text of a VietQR code with the reference as the transfer's note."""
        text = transfer_text(
            bank_bin=order.account.bank_bin,
            account=order.account.account_number,
            amount=order.amount,
            words=order.reference,
            name=order.account.account_name,
        )
        return text, ""

    def read_callback(self, headers: Mapping[str, str], body: bytes, *, at: datetime) -> Notice:
        """The notice of a bank that was given the secret."""
        require_signed(headers, body, secret=self.secret, at=at)
        return read_notice(body)

    def statement(self, *, since: datetime, until: datetime, at: datetime) -> list[Notice]:
        """Nothing over the net: banks differ too much, so a person uploads the statement."""
        return []
