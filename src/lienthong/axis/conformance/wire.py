"""The cases below HTTP: bodies that are not as long as they say."""

from __future__ import annotations

import http.client
import socket
from urllib.parse import urlsplit

from lienthong.axis.client import PACKET_TYPE
from lienthong.axis.conformance.contracts import Case, Failed
from lienthong.axis.conformance.run import Run, accepted

SECONDS = 10.0
NO_ANSWER = 0


def _cut(run: Run) -> str:
    """Half the body, and the end of the stream."""
    edxml = run.signed(run.packet())
    return _judge(run, edxml, _post(run, edxml[: len(edxml) // 2], announced=len(edxml), end=True))


def _longer(run: Run) -> str:
    """The whole body, with half of its length announced."""
    edxml = run.signed(run.packet())
    return _judge(run, edxml, _post(run, edxml, announced=len(edxml) // 2, end=False))


def _judge(run: Run, edxml: bytes, status: int) -> str:
    """Refused or hung up on; then the whole packet is a new one."""
    got = "hung up" if status == NO_ANSWER else str(status)
    if status != NO_ANSWER and not 400 <= status < 500:
        raise Failed(got)
    if accepted(run.axis, edxml).repeated:
        raise Failed(f"{got}, but the packet had been stored")
    return f"{got}, nothing stored"


def _post(run: Run, body: bytes, *, announced: int, end: bool) -> int:
    """Send these bytes as a packet of the announced length; the status of the answer, if one comes."""
    url, headers = f"{run.url}/axis/v1/packets", {"Content-Type": PACKET_TYPE}
    return send_raw(run, "POST", url, body, announced=announced, end=end, headers=headers)


def send_raw(
    run: Run, method: str, url: str, body: bytes, *, announced: int, end: bool, headers: dict[str, str]
) -> int:
    """Send these bytes with an announced length of their own; the status of the answer, if one comes."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    line = kind(address.netloc, timeout=SECONDS)
    given = {
        "Authorization": f"Bearer {run.axis.token()}",
        "Content-Length": str(announced),
        "Connection": "close",
    }
    try:
        line.putrequest(method, address.path)
        for name, value in {**given, **headers}.items():
            line.putheader(name, value)
        line.endheaders()
        line.send(body)
        if end:
            line.sock.shutdown(socket.SHUT_WR)
        return line.getresponse().status
    except (http.client.HTTPException, OSError):
        return NO_ANSWER
    finally:
        line.close()


WIRE = (
    Case(
        "body-cut",
        "Nội dung bị cắt giữa chừng",
        "A body cut in the middle",
        "4xx or hung up; nothing stored",
        _cut,
    ),
    Case(
        "body-longer",
        "Nội dung dài hơn đã báo",
        "A body longer than announced",
        "4xx or hung up; nothing stored",
        _longer,
    ),
)
