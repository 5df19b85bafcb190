"""The cases of resumable uploads (tus 1.0.0)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from lienthong.axis.client import TUS, UPLOAD_TYPE, AxisClient, AxisRefused
from lienthong.axis.conformance.contracts import Case, Failed
from lienthong.axis.conformance.run import Run, expect_refusal
from lienthong.axis.conformance.wire import send_raw

BYTES = {"Content-Type": UPLOAD_TYPE}


@dataclass
class _Tus:
    """Uploads of one system, call by call."""

    http: httpx.Client
    axis: AxisClient
    begun: list[str] = field(default_factory=list)

    def send(self, method: str, address: str, content: bytes = b"", **headers: str) -> httpx.Response:
        """One call, with the token and what tus demands; `Upload_Offset` names `Upload-Offset`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {**TUS, "Authorization": f"Bearer {self.axis.token()}", **named}
        return self.http.request(method, address, content=content, headers=given)

    def begin(self, length: int) -> str:
        """The address of a new upload."""
        answer = self.send("POST", "uploads", Upload_Length=str(length))
        address = answer.headers.get("Location", "")
        if answer.status_code != 201 or not address:
            raise Failed(f"{answer.status_code} {answer.text[:200]}")
        self.begun.append(str(answer.request.url.join(address)))
        return self.begun[-1]

    def write(self, address: str, content: bytes, offset: int, **headers: str) -> httpx.Response:
        """Send bytes from the offset."""
        return self.send("PATCH", address, content, Upload_Offset=str(offset), **BYTES, **headers)

    def offset(self, address: str) -> int:
        """Where the upload goes on."""
        answer = self.send("HEAD", address)
        if answer.status_code != 200 or not answer.headers.get("Upload-Offset", "").isdigit():
            raise Failed(f"HEAD: {answer.status_code}, Upload-Offset {answer.headers.get('Upload-Offset')}")
        return int(answer.headers["Upload-Offset"])

    def refuses(self, answer: httpx.Response, status: int, code: str) -> str:
        """What came, if it is the problem that must come."""
        problem = _json(answer)
        if answer.is_success or not problem:
            raise Failed(f"{answer.status_code} {answer.text[:200]}")
        return expect_refusal(AxisRefused(answer.status_code, problem), status, code)


@contextmanager
def _tus(run: Run, axis: AxisClient | None = None) -> Iterator[_Tus]:
    """Uploads of the sender or another; whatever happens, none of them is left behind."""
    with run.http() as http:
        tus = _Tus(http, axis or run.axis)
        try:
            yield tus
        finally:
            for address in tus.begun:
                tus.send("DELETE", address)


def _resumed(run: Run) -> str:
    """A packet in three requests, of which the second breaks off."""
    edxml = run.signed(run.packet())
    third = len(edxml) // 3
    with _tus(run) as tus:
        address = tus.begin(len(edxml))
        if (first := tus.write(address, edxml[:third], 0)).status_code != 204:
            raise Failed(f"{first.status_code} {first.text[:200]}")
        headers = {**TUS, **BYTES, "Upload-Offset": str(third)}
        content = edxml[third : 2 * third]
        send_raw(run, "PATCH", address, content, announced=len(edxml) - third, end=True, headers=headers)
        offset = tus.offset(address)
        if not third <= offset <= 2 * third:
            raise Failed(f"{offset} of {2 * third} bytes sent, {third} of them confirmed")
        if (last := tus.write(address, edxml[offset:], offset)).status_code != 204:
            raise Failed(f"{last.status_code} {last.text[:200]}")
        sent, again = (tus.send("POST", f"{address}/packet") for _ in range(2))
    receipt, known = _json(sent), hashlib.sha256(edxml).hexdigest()
    if (sent.status_code, receipt.get("sha256")) != (202, known):
        raise Failed(f"{sent.status_code} {sent.text[:200]}")
    if (again.status_code, _json(again)) != (200, receipt):
        raise Failed(f"the second time: {again.status_code} {again.text[:200]}")
    return f"resumed at byte {offset}; 202, then 200 with the same receipt"


def _wrong_offset(run: Run) -> str:
    with _tus(run) as tus:
        address = tus.begin(10)
        tus.write(address, b"12345", 0)
        got = tus.refuses(tus.write(address, b"12345", 4), 409, "upload-offset-wrong")
        return _still(tus, address, 5, got)


def _of_another(run: Run) -> str:
    with _tus(run) as tus, _tus(run, run.partner) as other:
        address = tus.begin(10)
        if (asked := other.send("HEAD", address)).status_code != 404:
            raise Failed(f"HEAD: {asked.status_code}")
        got = other.refuses(other.write(address, b"12345", 0), 404, "not-found")
        return _still(tus, address, 0, got)


def _too_long(run: Run) -> str:
    with _tus(run) as tus:
        most = tus.send("OPTIONS", "uploads").headers.get("Tus-Max-Size", "")
        if not most.isdigit():
            raise Failed(f"OPTIONS: Tus-Max-Size {most!r}")
        begun = tus.send("POST", "uploads", Upload_Length=str(int(most) + 1))
        got = tus.refuses(begun, 413, "packet-too-large")
        address = tus.begin(10)
        more = tus.refuses(tus.write(address, b"12345678901", 0), 413, "upload-too-long")
        return _still(tus, address, 0, f"{got}, {more}")


def _wrong_checksum(run: Run) -> str:
    checksum = base64.b64encode(hashlib.sha256(b"others").digest()).decode()
    with _tus(run) as tus:
        address = tus.begin(10)
        answer = tus.write(address, b"12345", 0, Upload_Checksum=f"sha256 {checksum}")
        return _still(tus, address, 0, tus.refuses(answer, 460, "upload-checksum-wrong"))


def _still(tus: _Tus, address: str, expected: int, got: str) -> str:
    """What came, if the upload is where it was."""
    offset = tus.offset(address)
    if offset != expected:
        raise Failed(f"{got}, but {offset} bytes are there")
    return got


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


UPLOADS = (
    Case(
        "upload-resumed",
        "Gửi từng phần, đứt giữa chừng rồi gửi tiếp",
        "An upload that breaks off and is resumed",
        "202, then 200 with the same receipt",
        _resumed,
    ),
    Case(
        "upload-offset",
        "Gửi từng phần sai vị trí",
        "Bytes of an upload at the wrong offset",
        "409 upload-offset-wrong",
        _wrong_offset,
    ),
    Case(
        "upload-of-another",
        "Phần gửi của hệ thống khác",
        "An upload of another system",
        "404 not-found",
        _of_another,
    ),
    Case(
        "upload-too-long",
        "Gửi từng phần quá dung lượng",
        "An upload that is too long",
        "413 packet-too-large, 413 upload-too-long",
        _too_long,
    ),
    Case(
        "upload-checksum",
        "Gửi từng phần sai mã kiểm tra",
        "Bytes of an upload with a wrong checksum",
        "460 upload-checksum-wrong",
        _wrong_checksum,
    ),
)
