"""A Python client of the axis API: the calls of `public`, over HTTP, with the same contracts.

All calls may be repeated safely, so what fails on the way is tried again: the axis answers a packet or a
status that it already has with what it answered the first time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from lienthong.axis import standard_webhooks
from lienthong.axis.contracts import (
    AgencyPage,
    ChangePage,
    Claim,
    EncryptionCertificates,
    InboxItem,
    InboxPage,
    Lease,
    NoticePage,
    PacketState,
    Receipt,
    StatusReport,
)
from lienthong.axis.sending import Pieces, Sendable, Sending
from lienthong.axis.standard_webhooks import WebhookInvalid as WebhookInvalid

T = TypeVar("T")
PACKET_TYPE, PACKET_FIELD = "application/xml", "packet"
# Renewed this long before its end, so that no call starts with a token about to expire.
_TOKEN_MARGIN_SECONDS = 60
_RETRIED = {429, 500, 502, 503, 504}
_CHUNK = 1 << 18
_SLOWEST = 5_000_000  # bytes a second: with large packets an answer may take that much longer
# Above this a packet goes in pieces, of which none is sent twice; each piece is a request of its own, since a
# proxy on the way may hold a request back until it is complete.
UPLOAD_ABOVE, UPLOAD_PIECE = 20 * 1024 * 1024, 8 * 1024 * 1024
UPLOAD_TYPE = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}
_RESUMED = _RETRIED | {409, 423}  # of a piece: the offset is asked for, and the rest sent
_LOST = {404, 410}
_LONGEST_WAIT = 60.0
# Called with the bytes that have arrived, and of how many.
Progress = Callable[[int, int], None]
_CODES = 200  # that one call may ask encryption certificates for

_receipts, _inboxes, _changes, _states, _agencies = (
    TypeAdapter(Receipt),
    TypeAdapter(InboxPage),
    TypeAdapter(ChangePage),
    TypeAdapter(PacketState),
    TypeAdapter(AgencyPage),
)
_certificates = TypeAdapter(EncryptionCertificates)
_claims, _notices, _items = TypeAdapter(Claim), TypeAdapter(NoticePage), TypeAdapter(InboxItem)


class AxisUnreachable(Exception):
    """The axis did not answer, or only with failures of its own, after the last attempt."""


class AxisRefused(Exception):
    """The axis refused the call: `code` and `status` of its problem document, `sentences` by language."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("title") or problem.get("error") or "")
        self.field = str(problem.get("field") or "")
        self.sentences: dict[str, str] = dict(problem.get("sentences") or {})
        super().__init__(f"{status} {self.code}: {problem.get('detail', '')}")


@dataclass(frozen=True)
class WebhookReceived:
    """A webhook that was verified. `id` is the same however often it comes: act on each id once.

    `item` is what to fetch if `type` is "delivery.waiting"; other types, such as "webhook.test", have none.
    """

    id: str
    type: str
    item: InboxItem | None


class _Envelope(BaseModel):
    type: str
    data: Any = None


def _unseen(done: int, total: int) -> None:
    """Progress that nobody watches."""


def verify_webhook(headers: Mapping[str, str], body: bytes, secret: str, at: datetime) -> WebhookReceived:
    """Check a webhook's signature and time, then read it. Give the body exactly as it came.

    Raises:
        WebhookInvalid: `code` says why (see `standard_webhooks.verify`), or `body-unreadable`.
    """
    signed = standard_webhooks.verify(headers, body, secret, at)
    try:
        message = _Envelope.model_validate_json(body)
        item = _items.validate_python(message.data) if message.type == "delivery.waiting" else None
    except ValidationError as error:
        raise WebhookInvalid("body-unreadable") from error
    return WebhookReceived(signed.id, message.type, item)


class AxisClient:
    """Speaks for one connected system. Use it in a `with`, or call `close`. Not for several threads."""

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        attempts: int = 5,
        first_pause: float = 0.2,
        timeout: float = 30.0,
        upload_above: int = UPLOAD_ABOVE,
        upload_piece: int = UPLOAD_PIECE,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`base_url` is the installation's (`https://axis.example`); pauses double from `first_pause` s.

        Packets of more than `upload_above` bytes go in pieces of `upload_piece` bytes.
        """
        self._http = httpx.Client(
            base_url=f"{base_url.rstrip('/')}/axis/v1/", timeout=timeout, transport=transport
        )
        self._timeout = timeout
        self._credentials = (client_id, client_secret)
        self._attempts, self._first_pause, self._sleep = attempts, first_pause, sleep
        self._upload_above, self._upload_piece = upload_above, upload_piece
        self._token, self._token_until = "", 0.0

    def __enter__(self) -> AxisClient:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def submit_packet(self, edxml: Sendable, *, progress: Progress = _unseen) -> Receipt:
        """Send a signed packet: its bytes, its file, the path of that, or what was lifted of it.

        Only bytes are held in memory. A large one goes as a resumable upload, of which `progress` is told:
        after a failure only what the axis has not got is sent again. Raises `AxisRefused`, `AxisUnreachable`,
        as all calls do.
        """
        sending = Sending.of(edxml)
        if sending.size > self._upload_above and (upload := self._begin_upload(sending.size)):
            return self._submit_upload(upload, sending, progress)
        headers = {"Content-Type": PACKET_TYPE, "Content-Length": str(sending.size)}
        patience = self._timeout + sending.size / _SLOWEST
        return _receipt(self._call("POST", "packets", sending=sending, headers=headers, timeout=patience))

    def submit_packets(self, edxmls: Sequence[bytes]) -> list[Receipt | AxisRefused]:
        """Send up to 1,000 signed packets in one call; to each its receipt or its refusal, in their order."""
        files = [(PACKET_FIELD, (f"{place}.edxml", edxml, PACKET_TYPE)) for place, edxml in enumerate(edxmls)]
        answers = self._call("POST", "packets/bulk", files=files).json()["answers"]
        return [_bulk_answer(answer) for answer in answers]

    def inbox(self, *, after: str = "", limit: int = 50) -> InboxPage:
        """Deliveries that wait for this system, oldest first."""
        return self._read(_inboxes, "inbox", cursor=after, limit=limit)

    def claim(self, *, limit: int = 50, lease_seconds: int = 300) -> Claim:
        """Take up to `limit` deliveries for so long, alone; if the answer is lost, they are free then."""
        asked = {"limit": limit, "lease_seconds": lease_seconds}
        return _claims.validate_json(self._call("POST", "inbox/claim", json=asked).content)

    def release(self, lease: Lease) -> str:
        """Give a delivery back before its lease ends; answers its state."""
        path = f"deliveries/{lease.item.delivery_id}/release"
        return str(self._call("POST", path, json={"lease_token": str(lease.token)}).json()["state"])

    def notices(self, *, after: str = "", limit: int = 50) -> NoticePage:
        """What nobody collects, to or from the agencies of this system; begin again with `next`."""
        return self._read(_notices, "notices", cursor=after, limit=limit)

    def changes(self, *, after: str = "", limit: int = 50) -> ChangePage:
        """Changes of documents held here that wait for 15 or 16, oldest first."""
        return self._read(_changes, "changes", cursor=after, limit=limit)

    def packet_of_delivery(self, delivery_id: UUID) -> Iterator[bytes]:
        """The packet of a delivery, in chunks; a break in the middle raises `AxisUnreachable`."""
        with self._stream(f"deliveries/{delivery_id}/packet") as response:
            yield from _chunks_of(response)

    def report_status(self, delivery_id: UUID, report: StatusReport) -> str:
        """Report what was done with a delivery; answers its state."""
        answer = self._call("POST", f"deliveries/{delivery_id}/status", json=_report(report))
        return str(answer.json()["state"])

    def report_statuses(self, reports: Sequence[tuple[UUID, StatusReport]]) -> list[str | AxisRefused]:
        """Report up to 1,000 statuses in one call; to each the delivery's state or the refusal, in order."""
        body = [_report(report) | {"delivery_id": str(delivery_id)} for delivery_id, report in reports]
        answers = self._call("POST", "deliveries/statuses", json={"reports": body}).json()["answers"]
        return [
            str(one["state"]) if one["problem"] is None else AxisRefused(one["status"], one["problem"])
            for one in answers
        ]

    def packet_state(self, packet_id: UUID) -> PacketState:
        """How far a packet that this system sent has come."""
        return self._read(_states, f"packets/{packet_id}")

    def evidence(self, packet_id: UUID) -> bytes:
        """The evidence file of a packet that this system sent or received."""
        return self._call("GET", f"packets/{packet_id}/evidence").content

    def take_back(self, packet_id: UUID, *, reason: str, recipients: Sequence[str] = ()) -> PacketState:
        """Take a sent document back from the recipients named by code, or from all; answers its state."""
        body = {"reason": reason, "recipients": list(recipients)}
        return _states.validate_json(self._call("POST", f"packets/{packet_id}/take-back", json=body).content)

    def agencies(self, *, after: str = "", limit: int = 200) -> AgencyPage:
        """The agencies that can be addressed, by code."""
        return self._read(_agencies, "agencies", cursor=after, limit=limit)

    def encryption_certificates(self, codes: Sequence[str]) -> EncryptionCertificates:
        """What to encrypt for these agencies with, which have none; prove each with `encryption.believe`."""
        pages = [
            self._read(
                _certificates, "encryption-certificates", agencies=",".join(codes[start : start + _CODES])
            )
            for start in range(0, len(codes), _CODES)
        ]
        return EncryptionCertificates(
            tuple(one for page in pages for one in page.items),
            tuple(code for page in pages for code in page.missing),
            tuple(code for page in pages for code in page.unknown),
        )

    def token(self) -> str:
        """An access token that is valid for a minute at least, for calls made by other means."""
        return self._fresh_token()

    def _begin_upload(self, size: int) -> str:
        """The path of a new upload; empty if this axis knows none."""
        try:
            answer = self._call("POST", "uploads", headers={**TUS, "Upload-Length": str(size)})
        except AxisRefused as refused:
            if refused.status in (404, 405):
                return ""
            raise
        return f"uploads/{answer.headers['Location'].rstrip('/').rpartition('/')[2]}"

    def _submit_upload(self, upload: str, sending: Sending, progress: Progress) -> Receipt:
        offset, size, pieces = 0, sending.size, Pieces(sending)
        patience = self._timeout + size / _SLOWEST

        def submit() -> httpx.Response:
            return self._http.send(self._request("POST", f"{upload}/packet", timeout=patience))

        try:
            while offset < size:
                progress(offset, size)
                offset = self._send_piece(upload, pieces, offset)
            progress(size, size)
            return _receipt(_accepted(self._attempt(submit, retried=_RETRIED | {423})))
        except AxisRefused as refused:
            if refused.status in _LOST:  # it expired, or was ended there: nothing says that the packet is bad
                raise AxisUnreachable(f"the upload was lost: {refused}") from refused
            self._end_upload(upload)
            raise

    def _send_piece(self, upload: str, pieces: Pieces, offset: int) -> int:
        """Send the bytes from `offset`; after each failure, from where the axis says. Answers where it is."""
        known: int | None = offset

        def send() -> httpx.Response:
            nonlocal known
            if known is None:
                asked = self._http.send(self._request("HEAD", upload, headers=TUS))
                if not asked.is_success:
                    return asked
                known = int(asked.headers["Upload-Offset"])
                if known != offset:  # some of it arrived after all
                    return asked
            headers = {**TUS, "Content-Type": UPLOAD_TYPE, "Upload-Offset": str(known)}
            piece, known = pieces.at(known, self._upload_piece), None
            return self._http.send(self._request("PATCH", upload, headers=headers, content=piece))

        answer = self._attempt(send, retried=_RESUMED)
        return int(_accepted(answer).headers["Upload-Offset"])

    def _end_upload(self, upload: str) -> None:
        """Let the axis forget what it keeps of a refused packet; if it does not hear, time will."""
        with suppress(AxisRefused, AxisUnreachable, httpx.TransportError):
            self._call("DELETE", upload, headers=TUS)

    def _read(self, shape: TypeAdapter[T], path: str, **query: str | int) -> T:
        return shape.validate_json(self._call("GET", path, params=query).content)

    def _call(self, method: str, path: str, **request: Any) -> httpx.Response:
        response = self._attempt(lambda: self._http.send(self._request(method, path, **request)))
        return _accepted(response)

    @contextmanager
    def _stream(self, path: str) -> Iterator[httpx.Response]:
        response = self._attempt(lambda: self._http.send(self._request("GET", path), stream=True))
        try:
            if response.status_code != 200:
                response.read()
            yield _accepted(response)
        finally:
            response.close()

    def _request(self, method: str, path: str, **request: Any) -> httpx.Request:
        if "sending" in request:  # anew at each attempt
            request["content"] = request.pop("sending").chunks()
        headers = {**request.pop("headers", {}), "Authorization": f"Bearer {self._fresh_token()}"}
        return self._http.build_request(method, path, headers=headers, **request)

    def _attempt(
        self, send: Callable[[], httpx.Response], retried: Collection[int] = _RETRIED
    ) -> httpx.Response:
        """Send until there is an answer that another attempt would not change."""
        pause, told, failure = self._first_pause, 0.0, ""
        for attempt in range(self._attempts):
            if attempt:
                self._sleep(max(pause, told))
                pause, told = pause * 2, 0.0
            try:
                response = send()
            except httpx.TransportError as error:
                failure = repr(error)
                continue
            if response.status_code == 401 and self._token:
                response.close()
                self._token, failure = "", "401"
                continue
            if response.status_code not in retried:
                return response
            response.close()
            failure = str(response.status_code)
            if response.status_code == 423:  # the line before this one is not known to be dead yet
                told = min(float(response.headers.get("Retry-After", 0)), _LONGEST_WAIT)
        raise AxisUnreachable(f"{self._attempts} attempts, the last: {failure}")

    def _fresh_token(self) -> str:
        """The access token, got anew when it is near its end."""
        if not self._token or time.monotonic() > self._token_until:
            form = {"grant_type": "client_credentials"}
            answer = _accepted(self._http.post("token", data=form, auth=self._credentials)).json()
            self._token = str(answer["access_token"])
            self._token_until = time.monotonic() + int(answer["expires_in"]) - _TOKEN_MARGIN_SECONDS
        return self._token


def _receipt(response: httpx.Response) -> Receipt:
    return _receipts.validate_python(response.json() | {"repeated": response.status_code == 200})


def _report(report: StatusReport) -> dict[str, Any]:
    return asdict(report) | {"at": report.at.isoformat()}


def _bulk_answer(answer: dict[str, Any]) -> Receipt | AxisRefused:
    if answer["problem"] is not None:
        return AxisRefused(answer["status"], answer["problem"])
    return _receipts.validate_python(answer["receipt"] | {"repeated": answer["status"] == 200})


def _accepted(response: httpx.Response) -> httpx.Response:
    """The response if it is a success; else raises `AxisRefused`, or `TransportError` if the axis failed."""
    if response.is_success:
        return response
    if response.status_code in _RETRIED:
        raise httpx.ReadError(f"the axis answered {response.status_code}", request=response.request)
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    raise AxisRefused(response.status_code, problem if isinstance(problem, dict) else {})


def _chunks_of(response: httpx.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_bytes(_CHUNK)
    except httpx.TransportError as error:
        raise AxisUnreachable(repr(error)) from error
