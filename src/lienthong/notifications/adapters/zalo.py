"""Zalo by its notification service (ZNS), `POST /message/template`, as zalo.cloud documents it.

Zalo knows a repeat by no key: `tracking_id` only names the message in its reports. An answer that was lost
can therefore bring a message twice, which is less than not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from lienthong.notifications.adapters.gateway import SECONDS, client, one_after_the_other, post
from lienthong.notifications.contracts import ShortText
from lienthong.notifications.ports import Accepted, Failed

PATH = "/message/template"
# Of this person or this template: no such number or account, an old app, not wanted, wrong values.
REFUSED = frozenset({-108, -109, -110, -111, -112, -114, -117, -118, -119, -131, -132, -139})
# Of our application: wrong, not activated, no money, the token is over, no permission.
ACCOUNT = frozenset({-101, -102, -103, -104, -105, -106, -115, -124, -125, -126})


@dataclass(frozen=True)
class ZaloSender:
    """Fulfils `TextSender`."""

    url: str
    token: str = field(repr=False)
    seconds: float = SECONDS

    def send(self, texts: Sequence[ShortText]) -> list[Accepted | Failed]:
        """Each text by a call of its own."""
        with client(self.seconds) as http:
            return one_after_the_other(texts, lambda text: self._send(http, text))

    def _send(self, http: httpx.Client, text: ShortText) -> Accepted | Failed:
        if not text.template:
            return Failed("no template is registered at Zalo", permanent=True)
        body = {
            "phone": text.to,
            "template_id": text.template,
            "template_data": dict(text.values),
            "tracking_id": text.message_id,
        }
        said = post(http, self.url.rstrip("/") + PATH, body, {"access_token": self.token})
        if isinstance(said, Failed):
            return said
        code = said.get("error")
        if code == 0:
            return Accepted()
        if not isinstance(code, int):
            return Failed("Zalo ?")
        return Failed(f"Zalo {code}", permanent=code in REFUSED, server=code in ACCOUNT)
