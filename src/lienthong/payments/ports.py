"""What a payment provider must do, whoever it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from lienthong.payments.contracts import Notice, Order


class PaymentPort(Protocol):
    """A provider. What it tells by callback it also tells in its statement; either may come twice or late."""

    def start(self, order: Order, *, at: datetime) -> tuple[str, str]:
        """The text of a QR code and the address to go to, one of them empty. Nobody is called for it."""
        ...

    def read_callback(self, headers: Mapping[str, str], body: bytes, *, at: datetime) -> Notice:
        """What a callback says; raises `BadSignature`, `BadCallback`."""
        ...

    def statement(self, *, since: datetime, until: datetime, at: datetime) -> Iterable[Notice]:
        """Everything paid in the period; raises `ProviderAway`."""
        ...
