"""SMS by the gateway eSMS (ViHAT), `SendMultipleMessage_V4_post_json`, as its documentation of 2025 has it.

A `RequestId` that it took within 24 hours is not sent again (124): a repeat after an answer that was lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from lienthong.notifications.adapters.gateway import SECONDS, client, one_after_the_other, post
from lienthong.notifications.contracts import ShortText
from lienthong.notifications.ports import Accepted, Failed

PATH = "/MainService.svc/json/SendMultipleMessage_V4_post_json/"
TAKEN = frozenset({"100", "124"})
# Of this number or these words: blocked, no number, too many to it, not as registered, a foreign network.
REFUSED = frozenset({"99", "108", "120", "146", "177"})
# Of our account or our call: nothing gets through until somebody sees to it.
ACCOUNT = frozenset({"101", "102", "103", "104", "118", "140", "300", "301"})
CUSTOMER_CARE = "2"


@dataclass(frozen=True)
class EsmsSender:
    """Fulfils `TextSender`."""

    url: str
    account: str
    secret: str = field(repr=False)
    brand: str
    seconds: float = SECONDS

    def send(self, texts: Sequence[ShortText]) -> list[Accepted | Failed]:
        """Each text by a call of its own."""
        with client(self.seconds) as http:
            return one_after_the_other(texts, lambda text: self._send(http, text))

    def _send(self, http: httpx.Client, text: ShortText) -> Accepted | Failed:
        body = {
            "ApiKey": self.account,
            "SecretKey": self.secret,
            "Brandname": self.brand,
            "SmsType": CUSTOMER_CARE,
            "IsUnicode": "0" if text.text.isascii() else "1",
            "Phone": text.to,
            "Content": text.text,
            "RequestId": text.message_id,
        }
        said = post(http, self.url.rstrip("/") + PATH, body, {})
        if isinstance(said, Failed):
            return said
        code = str(said.get("CodeResult", ""))[:10]
        if code in TAKEN:
            return Accepted()
        return Failed(f"eSMS {code or '?'}", permanent=code in REFUSED, server=code in ACCOUNT)
