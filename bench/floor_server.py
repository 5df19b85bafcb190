"""The least server that keeps the axis' promise for a packet, with the axis' libraries and nothing of it.

For each packet: hash, check the enveloped RSA signature and its certificate (whose chain is remembered),
write the bytes durably, commit a row and a delivery per recipient durably, sign the receipt, answer. What is
left out is what the axis does beyond that: tokens, rules of the standard, refusals with reasons, PDF, ledger,
evidence, search, revocation. Nothing here is meant to be safe against anyone: it says what a safe server
could not go below. `bench.floor_http` starts it, with what it needs to know in the environment.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from lxml import etree

DATABASE, FOLDER, ROOT, RECEIPT = "FLOOR_DATABASE", "FLOOR_FOLDER", "FLOOR_ROOT", "FLOOR_RECEIPT"
TABLES = """
DROP TABLE IF EXISTS floor_delivery, floor_packet;
CREATE TABLE floor_packet (
    id uuid PRIMARY KEY, sender text NOT NULL, document text NOT NULL, sha256 text NOT NULL UNIQUE,
    file text NOT NULL, place bigint NOT NULL, size bigint NOT NULL,
    statement bytea NOT NULL, signature bytea NOT NULL, UNIQUE (sender, document)
);
CREATE TABLE floor_delivery (
    id uuid PRIMARY KEY, packet uuid NOT NULL REFERENCES floor_packet, recipient text NOT NULL,
    UNIQUE (packet, recipient)
);
"""
_PACKETS = """
INSERT INTO floor_packet
SELECT * FROM json_to_recordset(%s) AS given (
    id uuid, sender text, document text, sha256 text, file text, place bigint, size bigint, statement bytea,
    signature bytea
)
"""
_DELIVERIES = """
INSERT INTO floor_delivery
SELECT * FROM json_to_recordset(%s) AS given (id uuid, packet uuid, recipient text)
"""
_DSIG = "{http://www.w3.org/2000/09/xmldsig#}"
_LONG = re.compile(rb">([A-Za-z0-9+/=]{16384,})<")
_PARSER = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
_JWS, _HEADERS = jwt.PyJWS(), {"b64": False, "crit": ["b64"]}


@dataclass(frozen=True)
class Taken:
    """A packet that may be stored."""

    packet: bytes
    id: str
    sender: str
    document: str
    recipients: tuple[str, ...]
    sha256: str
    statement: bytes
    signature: bytes

    def answer(self) -> dict[str, object]:
        """The receipt."""
        said, signed = base64.b64encode(self.statement).decode(), base64.b64encode(self.signature).decode()
        return {"packet_id": self.id, "sha256": self.sha256, "statement": said, "signature": signed}


def application(environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
    """Take one packet, or the packets of a form, as the axis does at the same addresses."""
    if environ["REQUEST_METHOD"] != "POST":
        start("200 OK", [("Content-Length", "0")])
        return [b""]
    body: bytes = environ["wsgi.input"].read()
    if environ["PATH_INFO"].endswith("/bulk"):
        taken = [_take(packet) for packet in _files(body, environ["CONTENT_TYPE"])]
        _store(taken)
        status, said = "200 OK", {"answers": [{"status": 202, "receipt": one.answer()} for one in taken]}
    else:
        taken = [_take(body)]
        _store(taken)
        status, said = "202 Accepted", taken[0].answer()
    content = json.dumps(said).encode()
    start(status, [("Content-Length", str(len(content))), ("Content-Type", "application/json")])
    return [content]


def _files(body: bytes, content_type: str) -> list[bytes]:
    mark = b"--" + content_type.partition("boundary=")[2].encode()
    return [part.partition(b"\r\n\r\n")[2][:-2] for part in body.split(mark)[1:-1]]


def _take(packet: bytes) -> Taken:
    sha256, (before, text, behind) = hashlib.sha256(packet).hexdigest(), _apart(packet)
    root = etree.fromstring(before + b"0123456789" + behind, _PARSER)
    message = root.find(".//{*}MessageHeader")
    _require_signed(root, text)
    sender, document = message.findtext("{*}From/{*}OrganId"), message.findtext("{*}DocumentId")
    recipients = tuple(found.text for found in message.iterfind("{*}To/{*}OrganId"))
    found = str(uuid4())
    facts = {"packet_id": found, "document_id": document, "sender": sender, "sha256": sha256}
    facts |= {"received_at": datetime.now(UTC).isoformat(), "recipients": recipients}
    statement = json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()
    return Taken(packet, found, sender, document, recipients, sha256, statement, _sign(statement))


def _apart(packet: bytes) -> tuple[bytes, bytes, bytes]:
    """The one long run of base64, which no reading and no canonical form changes, and what is around it."""
    found = _LONG.search(packet)
    if found is None:
        raise ValueError("no enclosed file")
    return packet[: found.start(1)], found[1], packet[found.end(1) :]


def _require_signed(root: Any, text: bytes) -> None:
    """Check that the enveloped signature covers the whole, by a certificate below the root."""
    signature = root.find(f".//{_DSIG}Signature")
    info = signature.find(f"{_DSIG}SignedInfo")
    said = etree.tostring(info, method="c14n", exclusive=True)
    digest = base64.b64decode(info.findtext(f"{_DSIG}Reference/{_DSIG}DigestValue"))
    value = base64.b64decode(signature.findtext(f"{_DSIG}SignatureValue"))
    chain = tuple(found.text for found in signature.iter(f"{_DSIG}X509Certificate"))
    key, begins, ends = _trusted(chain)
    signature.getparent().remove(signature)
    before, _token, behind = etree.tostring(root, method="c14n", exclusive=True).partition(b"0123456789")
    whole = hashlib.sha256(before)
    whole.update(text)
    whole.update(behind)
    if whole.digest() != digest or not begins <= datetime.now(UTC) < ends:
        raise ValueError("the signature does not cover this content now")
    key.verify(value, said, padding.PKCS1v15(), hashes.SHA256())


@lru_cache(maxsize=64)
def _trusted(chain: tuple[str, ...]) -> tuple[rsa.RSAPublicKey, datetime, datetime]:
    """The key of a chain's first certificate, and when it may sign."""
    root = x509.load_der_x509_certificate(Path(os.environ[ROOT]).read_bytes())
    certificates = [x509.load_der_x509_certificate(base64.b64decode(text)) for text in chain]
    for lower, upper in zip(certificates, [*certificates[1:], root], strict=True):
        lower.verify_directly_issued_by(upper)
    key = certificates[0].public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return key, certificates[0].not_valid_before_utc, certificates[0].not_valid_after_utc


def _signer() -> Callable[[bytes], bytes]:
    is_rsa = os.environ.get(RECEIPT) == "rsa"
    key = rsa.generate_private_key(65537, 2048) if is_rsa else ec.generate_private_key(ec.SECP256R1())
    how = "RS256" if is_rsa else "ES256"
    return lambda said: _JWS.encode(said, key, how, headers=_HEADERS, is_payload_detached=True).encode()


_sign = _signer()


@dataclass
class _Store:
    """One file to write behind, and one connection: who comes while others commit travels with the next."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    gate: threading.Lock = field(default_factory=threading.Lock)
    waiting: list[tuple[Sequence[Taken], list[bool]]] = field(default_factory=list)
    file: int = -1
    name: str = ""
    size: int = 0
    connection: psycopg.Connection[Any] | None = None

    def put(self, packets: Sequence[Taken]) -> None:
        """Return once they are on the disk and committed."""
        done: list[bool] = []
        with self.gate:
            self.waiting.append((packets, done))
        with self.turn:
            if not done:
                with self.gate:
                    together, self.waiting = self.waiting, []
                self._write([one for part, _done in together for one in part])
                for _part, other in together:
                    other.append(True)
            if not done:
                raise RuntimeError("whoever wrote for all of this moment failed")

    def _write(self, packets: Sequence[Taken]) -> None:
        if self.connection is None:
            self._open()
            self.connection = psycopg.connect(os.environ[DATABASE], autocommit=True, prepare_threshold=0)
            self.connection.execute("SET plan_cache_mode = force_generic_plan")
        places = []
        for one in packets:
            places.append(self.size)
            self.size += os.write(self.file, one.packet)
        os.fdatasync(self.file)
        with self.connection.transaction():
            rows = [self._row(one, place) for one, place in zip(packets, places, strict=True)]
            self.connection.execute(_PACKETS, [json.dumps(rows)])
            self.connection.execute(_DELIVERIES, [json.dumps([*_deliveries(packets)])])

    def _open(self) -> None:
        self.name, folder = secrets.token_hex(8), os.environ[FOLDER]
        self.file = os.open(Path(folder, self.name), os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        names = os.open(folder, os.O_RDONLY)
        os.fsync(names)
        os.close(names)

    def _row(self, one: Taken, place: int) -> dict[str, object]:
        said = {"id": one.id, "sender": one.sender, "document": one.document, "sha256": one.sha256}
        kept = {"file": self.name, "place": place, "size": len(one.packet)}
        signed = {"statement": f"\\x{one.statement.hex()}", "signature": f"\\x{one.signature.hex()}"}
        return {**said, **kept, **signed}


def _deliveries(packets: Sequence[Taken]) -> list[dict[str, str]]:
    return [
        {"id": str(uuid4()), "packet": one.id, "recipient": recipient}
        for one in packets
        for recipient in one.recipients
    ]


_store = _Store().put
