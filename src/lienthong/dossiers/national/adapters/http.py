"""The portal over HTTP: a login, then each call a POST with the session."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from lienthong.dossiers.national import wire
from lienthong.dossiers.national.contracts import DossierRecord, PortalAccess, Progress
from lienthong.dossiers.national.ports import PortalAway, PortalRefused

MOST_ANSWER = 1024 * 1024


@dataclass
class HttpNational:
    """Fulfils `NationalPort`. The session is kept until the portal refuses a call made with it.

    Portals differ in the code that says "log in again", so any refusal of a session from before `at` is
    answered with one new login; what is refused in a session of this moment is refused for what it says.
    """

    access: PortalAccess
    seconds: float = 30.0
    _session: str = field(default="", repr=False)
    _since: datetime | None = None

    def tell_records(self, records: Sequence[DossierRecord], *, at: datetime) -> None:
        """`DongBoHoSoMC`."""
        self._tell(wire.RECORDS, [wire.record_as_data(one, self.access) for one in records], at)

    def tell_progress(self, steps: Sequence[Progress], *, at: datetime) -> None:
        """`CapNhatTienDoHoSoMC`."""
        self._tell(wire.PROGRESS, [wire.progress_as_data(one) for one in steps], at)

    def _tell(self, service: str, items: list[dict[str, Any]], at: datetime) -> None:
        if not self._session:
            self._log_in(at)
        try:
            self._call(service, items)
        except PortalRefused:
            if self._since == at:
                raise
            self._log_in(at)
            self._call(service, items)

    def _log_in(self, at: datetime) -> None:
        said = {"username": self.access.user, "password": self.access.password}
        self._session = ""
        self._session = wire.read_session(self._post("/login", said))
        self._since = at

    def _call(self, service: str, items: list[dict[str, Any]]) -> None:
        said = {"session": self._session, "madonvi": self.access.unit, "service": service, "data": items}
        wire.read_answer(self._post("/", said))

    def _post(self, path: str, said: Mapping[str, object]) -> bytes:
        """The body of the answer, within `seconds` and `MOST_ANSWER`; raises `PortalAway`."""
        until = time.monotonic() + self.seconds
        body = json.dumps(said, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "Accept-Encoding": "identity"}
        address = self.access.url.rstrip("/") + path
        try:
            with httpx.stream("POST", address, content=body, headers=headers, timeout=self.seconds) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise PortalAway("http", str(answer.status_code))
                return _bounded(answer, until)
        except httpx.TimeoutException as error:
            raise PortalAway("slow") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PortalAway("unreachable", type(error).__name__) from error


def _bounded(answer: httpx.Response, until: float) -> bytes:
    found = bytearray()
    for piece in answer.iter_raw():
        found += piece
        if len(found) > MOST_ANSWER:
            raise PortalAway("too-large")
        if time.monotonic() > until:
            raise PortalAway("slow")
    return bytes(found)
