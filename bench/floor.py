"""The least that a packet costs: what the libraries named in the ADRs take for it, and nothing of our own.

CPU, not wall time, and the lowest of several rounds, so that what else the machine does shows little. Each
line of the floor is the bare call, which nobody could leave out; checks, rows and refusals come on top.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TypeVar

import jwt
import obstore
import pybase64
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from lxml import etree
from obstore.store import LocalStore
from pyhanko.pdf_utils.reader import PdfFileReader

from bench.axis import BULK, SIZES, Ground, bulk_call, signed_packets
from bench.harness import console
from bench.load import send_all
from bench.processes import cpu_seconds, postmaster
from lienthong.axis.actions.submission import submit_packets
from lienthong.axis.public import Receipt, system_of
from lienthong.config.cli import serving
from lienthong.kernel.clock import now
from lienthong.kernel.lifting import lift

T = TypeVar("T")
SETS, ROUNDS, CALLS = 8, 5, 20


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds of one packet for one of the things that must be done."""

    name: str
    cpu: float


def run(port: int, ground: Ground) -> None:
    """Print the floor, and what a packet of 100 KB takes now, in sets of 50."""
    packets, _signing = signed_packets(ground, BULK * SETS, SIZES["100 KB"])
    python, postgresql = _product(ground, packets)
    _show("The floor", [*_http(port, packets[:BULK]), *_libraries(packets[:BULK]), postgresql])
    _show("The product behind the web (no HTTP)", [python, postgresql])


def _show(title: str, costs: Sequence[Cost]) -> None:
    whole = sum(cost.cpu for cost in costs)
    console.print(f"{title}: ms of CPU a packet of 100 KB, in sets of {BULK}")
    for cost in costs:
        console.print(f"  {cost.cpu:6.3f}  {cost.name}")
    console.print(f"  {whole:6.3f}  together: at most {2000 / whole:,.0f} a second on two cores")


def _http(port: int, packets: Sequence[bytes]) -> list[Cost]:
    """Granian with a view that only reads the body, and the load generator."""
    where = ["--interface", "wsgi", "--host", serving.LOOPBACK, "--port", str(port), "--log-level", "warning"]
    size = ["--workers", "2", "--blocking-threads", "4"]
    process = subprocess.Popen([sys.executable, "-m", "granian", *where, *size, "bench.noop:application"])
    try:
        serving.wait_for_page(port)
        began, url = cpu_seconds(process.pid), f"http://{serving.LOOPBACK}:{port}"
        calls = [bulk_call({}, list(packets))] * CALLS
        figure = send_all("", url, calls, lambda status, _answer: status == 200, clients=4)
        spent = cpu_seconds(process.pid) - began
    finally:
        process.terminate()
        process.wait(timeout=20)
    return [
        Cost("HTTP (Granian, a view that only reads)", spent / len(packets) / CALLS * 1000),
        Cost("the load generator", (figure.client or 0) * 1000),
    ]


def _libraries(packets: Sequence[bytes]) -> list[Cost]:
    lifted = [lift([packet]) for packet in packets]
    files = [one.runs[0].content.read() for one in lifted]
    texts, trees = [*map(pybase64.b64encode, files)], [etree.fromstring(one.skeleton) for one in lifted]
    hashed = [*packets, *texts, *files]
    said = [json.dumps({name: secrets.token_hex(20) for name in "abcdefg"}).encode() for _ in packets]
    with TemporaryDirectory() as folder:
        return [
            _cost("SHA-256 of the packet, of its canonical form, of its file", _hash, hashed),
            _cost("base64 decoded, and encoded for the canonical form", _decode_and_encode, texts),
            _cost("XML to a tree (lxml)", lambda one: etree.fromstring(one.skeleton), lifted),
            _cost("exclusive C14N of the tree (lxml)", _canonical, trees),
            _cost("RSA-2048 verified", _verifier(), packets),
            _cost("PDF opened as far as its pages (pyHanko)", _open_pdf, files),
            _cost("receipt and statement signed (PyJWT, P-256)", _signer(), [*said, *said]),
            _cost("file written and named (obstore), without its share of a sync", _writer(folder), files),
        ]


def _cost(name: str, work: Callable[[T], object], things: Sequence[T]) -> Cost:
    """Of all things in the round that took least, by the packet, of which there are `BULK`."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for thing in things:
            work(thing)
        rounds.append(time.process_time() - began)
    return Cost(name, min(rounds) / BULK * 1000)


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _decode_and_encode(text: bytes) -> bytes:
    return pybase64.b64encode(pybase64.b64decode(text, validate=True))


def _canonical(tree: etree._Element) -> bytes:
    return etree.tostring(tree, method="c14n", exclusive=True)


def _open_pdf(file: bytes) -> object:
    return PdfFileReader(io.BytesIO(file), strict=False).root["/Pages"]["/Kids"]


def _verifier() -> Callable[[bytes], None]:
    key, data = rsa.generate_private_key(65537, 2048), b"SignedInfo"
    how = padding.PKCS1v15(), hashes.SHA256()
    public, signature = key.public_key(), key.sign(data, *how)
    return lambda _packet: public.verify(signature, data, *how)


def _signer() -> Callable[[bytes], str]:
    key, headers = ec.generate_private_key(ec.SECP256R1()), {"b64": False, "crit": ["b64"], "iat": 1}
    jws = jwt.PyJWS()
    return lambda said: jws.encode(said, key, "ES256", headers=headers, is_payload_detached=True)


def _writer(folder: str) -> Callable[[bytes], None]:
    store = LocalStore(folder)

    def write(file: bytes) -> None:
        name = secrets.token_hex(16)
        obstore.put(store, f"incoming/{name}", file)
        obstore.rename(store, f"incoming/{name}", f"{name[:2]}/{name[2:4]}/{name}")

    return write


def _product(ground: Ground, packets: Sequence[bytes]) -> tuple[Cost, Cost]:
    """What `submit_packets` takes now, in this process and in PostgreSQL."""
    system, database, rounds = system_of(ground.credentials.client_id), postmaster(), list[float]()
    submit_packets(packets[:BULK], system=system, at=now())  # the statements are planned on their first uses
    began, packets = cpu_seconds(database), packets[BULK:]
    for start in range(0, len(packets), BULK):
        before = time.process_time()
        answers = submit_packets(packets[start : start + BULK], system=system, at=now())
        rounds.append(time.process_time() - before)
        assert all(isinstance(answer, Receipt) for answer in answers)
    postgresql = (cpu_seconds(database) - began) / len(packets) * 1000
    python = min(rounds) / BULK * 1000
    return Cost("Python: all of `submit_packets`", python), Cost("PostgreSQL: rows, commit", postgresql)
