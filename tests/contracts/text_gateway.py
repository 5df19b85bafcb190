"""A gateway for SMS (as eSMS) and Zalo (as ZNS) in a process of its own; numbers say what goes wrong.

Prints its port. `GET /got` answers what reached telephones. eSMS knows a repeated RequestId, Zalo none.
"""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET, TOKEN = "khoa-thu", "the-thu"
BLOCKED, BUSY, NO_MONEY, SLOW, BROKEN, LARGE, MOVED, LOST = (f"8490000000{n}" for n in range(1, 9))
ESMS = {BLOCKED: "99", BUSY: "150", NO_MONEY: "103"}
ZALO = {BLOCKED: -118, BUSY: -133, NO_MONEY: -115}
got: list[dict[str, object]] = []
known: set[str] = set()


class Gateway(BaseHTTPRequestHandler):
    """Answers as the two gateways do."""

    def do_GET(self) -> None:
        """What reached telephones."""
        self._answer(200, got)

    def do_POST(self) -> None:
        """One text."""
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        number = said.get("Phone") or said.get("phone")
        if number == SLOW:
            time.sleep(3)
        if number == BROKEN:
            return self._answer(500, "no")
        if number == LARGE:
            return self._answer(200, "x" * 200_000)
        if number == MOVED:
            self.send_response(302)
            self.send_header("Location", "/got")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        return self._sms(said) if "Phone" in said else self._zalo(said)

    def _sms(self, said: dict[str, str]) -> None:
        if (said["ApiKey"], said["SecretKey"], said["SmsType"]) != ("tai-khoan", SECRET, "2"):
            return self._answer(200, {"CodeResult": "101"})
        if said["Phone"] in ESMS:
            return self._answer(200, {"CodeResult": ESMS[said["Phone"]]})
        if said["RequestId"] in known:
            return self._answer(200, {"CodeResult": "124"})
        known.add(said["RequestId"])
        got.append({"to": said["Phone"], "text": said["Content"], "unicode": said["IsUnicode"]})
        if said["Phone"] == LOST:
            self.connection.close()
            return None
        return self._answer(200, {"CodeResult": "100", "SMSID": "1"})

    def _zalo(self, said: dict[str, object]) -> None:
        if self.headers["access_token"] != TOKEN:
            return self._answer(200, {"error": -124, "message": "Access token invalid"})
        if said["phone"] in ZALO:
            return self._answer(200, {"error": ZALO[str(said["phone"])], "message": "no"})
        got.append({"to": said["phone"], "template": said["template_id"], "values": said["template_data"]})
        return self._answer(200, {"error": 0, "message": "Success", "data": {"msg_id": "1"}})

    def _answer(self, status: int, said: object) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    print(server.server_address[1], flush=True)
    server.serve_forever()
