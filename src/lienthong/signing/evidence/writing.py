"""Writing an evidence file, with every certificate that checking it will need."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Sequence

from asn1crypto import x509 as asn1

from lienthong.ledger.public import Batch, ProvenStatement
from lienthong.signing.evidence.reading import FORMAT
from lienthong.signing.models import Certificate
from lienthong.signing.offline import by_sha256, embedded_certificates
from lienthong.signing.statements import certificate_named
from lienthong.signing.trust import anchors


def write_evidence(
    *,
    packet_id: str,
    sha256: str,
    complete: bool,
    statements: Sequence[ProvenStatement],
    batches: Sequence[Batch],
) -> bytes:
    """The file, JSON in UTF-8, one statement, batch and certificate a line. Two queries.

    `batches` are those of the statements; `complete` says that no statement of the packet was left out.
    """
    stamped = {batch.number for batch in batches if batch.token is not None}
    signatures = [found.statement.signature for found in statements] + [batch.signature for batch in batches]
    tokens = [batch.token for batch in batches if batch.token is not None]
    parts = [
        f'{{"format": {_text(FORMAT)}',
        f'"complete": {_text(complete)}',
        f'"packet": {_text({"id": packet_id, "sha256": sha256})}',
        f'"certificates": {{\n{_certificates(signatures, tokens)}\n}}',
        f'"statements": [\n{_lines(_statement(found, stamped) for found in statements)}\n]',
        f'"batches": [\n{_lines(map(_batch, batches))}\n]}}',
    ]
    return (",\n".join(parts) + "\n").encode()


def _statement(found: ProvenStatement, stamped: set[int]) -> dict[str, object]:
    proof = found.proof
    pending = "batch" if proof is None else None if proof.batch in stamped else "timestamp"
    return {
        "statement": found.statement.statement.decode(),
        "signature": found.statement.signature.decode(),
        "batch": proof and proof.batch,
        "position": proof and proof.position,
        "path": proof and [step.hex() for step in proof.path],
        "pending": pending,
    }


def _batch(batch: Batch) -> dict[str, object]:
    token = batch.token
    return {
        "header": batch.header.decode(),
        "signature": batch.signature.decode(),
        "timestamp": b64encode(token).decode() if token is not None else None,
        "timestamp_sha256": hashlib.sha256(token).hexdigest() if token is not None else None,
    }


def _certificates(signatures: Iterable[bytes], tokens: Iterable[bytes]) -> str:
    """Those of the signers and of the timestamp services, with all above them up to their roots."""
    named = {certificate_named(signature) for signature in signatures}
    signers = Certificate.objects.filter(sha256__in=named).values_list("der", flat=True)
    found = by_sha256(bytes(der) for der in signers)
    for token in tokens:
        found |= by_sha256(embedded_certificates(token))
    trusted = anchors()
    above = by_sha256(each.dump() for each in (*trusted.roots, *trusted.others))
    wanted = list(found.values())
    while wanted:
        certificate = asn1.Certificate.load(wanted.pop())
        for sha256, der in above.items():
            if sha256 not in found and asn1.Certificate.load(der).subject == certificate.issuer:
                found[sha256] = der
                wanted.append(der)
    return ",\n".join(
        f"{_text(sha256)}: {_text(b64encode(found[sha256]).decode())}" for sha256 in sorted(found)
    )


def _lines(items: Iterable[dict[str, object]]) -> str:
    return ",\n".join(map(_text, items))


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
