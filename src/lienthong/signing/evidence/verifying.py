"""What an evidence file is worth, with nothing but the file and roots to trust: no database, no network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from asn1crypto import x509 as asn1
from django.utils.functional import Promise, lazy
from pydantic import ValidationError

from lienthong.ledger.public import leads_to, leaf_of
from lienthong.signing import errors
from lienthong.signing.evidence import faults
from lienthong.signing.evidence.contracts import EvidenceVerdict, Root, StatementVerdict
from lienthong.signing.evidence.reading import (
    BatchLine,
    EvidenceFile,
    HeaderFacts,
    StatementFacts,
    StatementLine,
    believable,
    decode,
    read_evidence,
    read_model,
    why,
)
from lienthong.signing.offline import (
    Certificates,
    by_sha256,
    is_self_issued,
    require_signed_by_axis,
    require_timestamp,
)
from lienthong.signing.trust import anchors

RECEIPT = "packet-received"
FIRST = "submitted"


def verify_evidence(content: bytes, *, roots: Sequence[bytes] = ()) -> EvidenceVerdict:
    """Check every statement of an evidence file: its signature, its chain, its batch, its timestamp.

    Without `roots` (DER) those that the file brings are taken, and have to be compared by their SHA-256.

    Raises:
        EvidenceTooLarge, EvidenceUnreadable: there is nothing in it that could be checked.
    """
    file = read_evidence(content)
    certificates, damaged = _certificates(file.certificates, roots)
    batches = _Batches(file.batches, certificates)
    lines = [_read(place, line) for place, line in enumerate(file.statements)]
    found: list[StatementVerdict] = []
    for line in lines:
        fault = line.fault or _fault(line, file, certificates, batches, lines, found)
        if fault is None and damaged:
            fault = faults.CertificateDamaged(sha256=damaged)
        found.append(_verdict(line, batches, fault))
    return EvidenceVerdict(
        packet_id=file.packet.id,
        sha256=file.packet.sha256,
        complete=file.complete,
        statements=tuple(found),
        roots=tuple(Root(sha256, _name(der)) for sha256, der in certificates.roots.items()),
        roots_given=bool(roots),
    )


def verify_evidence_here(content: bytes) -> EvidenceVerdict:
    """As `verify_evidence`, with the roots that this installation trusts. One query."""
    return verify_evidence(content, roots=[root.dump() for root in anchors().roots])


@dataclass(frozen=True)
class _Line:
    """One line of the file, with what its statement says, or what keeps it from being read."""

    place: int
    line: StatementLine | None = None
    facts: StatementFacts | None = None
    by: str = ""
    at: datetime | None = None
    fault: faults.EvidenceFault | None = None

    @property
    def sequence(self) -> int:
        """Its number in the chain; 0 if unknown."""
        return self.facts.sequence if self.facts else 0


def _read(place: int, raw: Any) -> _Line:
    try:
        line = StatementLine.model_validate(raw)
    except ValidationError as error:
        return _Line(place, fault=faults.StatementUnreadable(detail=why(error)))
    try:
        line.statement.encode()
        facts, said = read_model(StatementFacts, line.statement), read_model(_Receipt, line.statement)
        if said.statement == RECEIPT:
            facts = facts.model_copy(update={"stage": FIRST, "sequence": 1, "previous": ""})
        at = believable(datetime.fromisoformat(said.received_at or facts.at))
    except ValueError as error:
        return _Line(place, line, fault=faults.StatementUnreadable(detail=why(error)))
    return _Line(place, line, facts, by=said.sender or facts.by, at=at)


class _Receipt(StatementFacts):
    """What only the hub's receipt says, which is the first statement of a chain."""

    statement: str = ""
    sender: str = ""
    received_at: str = ""


def _fault(
    line: _Line,
    file: EvidenceFile,
    certificates: Certificates,
    batches: _Batches,
    lines: Sequence[_Line],
    earlier: Sequence[StatementVerdict],
) -> faults.EvidenceFault | None:
    """The first thing against a readable statement: itself, its chain, its batch."""
    assert line.line
    assert line.facts
    try:
        require_signed_by_axis(line.line.statement.encode(), line.line.signature, certificates)
    except errors.SignatureRefusal as refusal:
        return faults.StatementSignature(detail=sentence_of(refusal))
    if (line.facts.packet_id, line.facts.sha256) != (file.packet.id, file.packet.sha256):
        return faults.StatementElsewhere()
    return _chain_fault(line, lines, earlier, complete=file.complete) or batches.fault(line.line)


def _chain_fault(
    line: _Line, lines: Sequence[_Line], earlier: Sequence[StatementVerdict], *, complete: bool
) -> faults.EvidenceFault | None:
    """Whether it follows the statement before it; where that one is itself at fault, only it is blamed."""
    assert line.facts
    before = line.sequence - 1
    above = lines[line.place - 1] if line.place else None
    if above is None:
        return None if line.sequence == 1 else faults.ChainBroken(before=before)
    if not earlier[-1].valid:
        return None
    if above.sequence == before and above.line is not None:
        follows = line.facts.previous == _sha256(above.line.statement)
    else:
        follows = not complete and 0 < above.sequence < before and bool(line.facts.previous)
    return None if follows else faults.ChainBroken(before=before)


class _Batches:
    """The file's batches by number, each judged once."""

    def __init__(self, raw: Iterable[Any], certificates: Certificates) -> None:
        self._headers: dict[int, tuple[BatchLine, HeaderFacts]] = {}
        self._faults: dict[int, faults.EvidenceFault | None] = {}
        self._stamps: dict[int, datetime] = {}
        for each in raw:
            try:
                line = BatchLine.model_validate(each)
                line.header.encode()
                header = read_model(HeaderFacts, line.header)
            except ValueError:
                continue  # whoever stands in it will be told that it is missing
            self._headers[header.batch] = (line, header)
        for number in sorted(self._headers):
            self._faults[number] = self._judge(number, certificates)

    def fault(self, line: StatementLine) -> faults.EvidenceFault | None:
        """What is against the statement's place in its batch, the batch, or its timestamp."""
        if line.batch is None:
            return None if line.pending == "batch" else _pending(line, "batch")
        if line.batch not in self._headers:
            return faults.BatchMissing(batch=line.batch)
        batch, header = self._headers[line.batch]
        wrong = self._faults[line.batch]
        if wrong is not None:
            return wrong
        leaf = leaf_of(line.statement.encode(), line.signature.encode())
        path = [bytes.fromhex(step) for step in line.path or ()]
        index = -1 if line.position is None else line.position
        if not leads_to(bytes.fromhex(header.root), leaf=leaf, index=index, size=header.size, path=path):
            return faults.PathWrong(position=index, batch=line.batch)
        found = "timestamp" if batch.timestamp is None else None
        return None if line.pending == found else _pending(line, found)

    def stamp(self, line: StatementLine | None) -> datetime | None:
        """When a timestamp service saw the statement's batch."""
        return self._stamps.get(line.batch) if line and line.batch is not None else None

    def _judge(self, number: int, certificates: Certificates) -> faults.EvidenceFault | None:
        """The signature over the header, the header before it if that is here, then the timestamp."""
        line, header = self._headers[number]
        try:
            require_signed_by_axis(line.header.encode(), line.signature, certificates)
        except errors.SignatureRefusal as refusal:
            return faults.HeaderWrong(batch=number, detail=sentence_of(refusal))
        before = self._headers.get(number - 1)
        if before and self._faults[number - 1] is None and header.previous != _sha256(before[0].header):
            return faults.HeaderWrong(batch=number, detail="")
        if line.timestamp is None and line.timestamp_sha256 is None:
            return None
        try:
            token = decode(line.timestamp or "")
            if hashlib.sha256(token).hexdigest() != line.timestamp_sha256:
                return faults.StampWrong(batch=number)
            digest = hashlib.sha256(line.header.encode()).digest()
            self._stamps[number] = believable(require_timestamp(token, digest, certificates))
        except (ValueError, errors.TimestampWrong):
            return faults.StampWrong(batch=number)
        return None


def _pending(line: StatementLine, found: str | None) -> faults.EvidenceFault:
    return faults.PendingWrong(said=line.pending or "–", found=found or "–")


def _certificates(named: Mapping[str, str], roots: Sequence[bytes]) -> tuple[Certificates, str]:
    """The certificates that are what their names say, and the name of one that is not."""
    found: dict[str, bytes] = {}
    damaged = ""
    for sha256, text in named.items():
        try:
            der = decode(text)
            asn1.Certificate.load(der, strict=True)["tbs_certificate"].native  # noqa: B018  it must be readable
        except (ValueError, TypeError, KeyError):
            der = b""
        if hashlib.sha256(der).hexdigest() == sha256:
            found[sha256] = der
        else:
            damaged = sha256[:64]
    own = {sha256: der for sha256, der in found.items() if is_self_issued(der)}
    others = {sha256: der for sha256, der in found.items() if sha256 not in own}
    return Certificates(roots=by_sha256(roots) if roots else own, others=others), damaged


def _verdict(line: _Line, batches: _Batches, fault: faults.EvidenceFault | None) -> StatementVerdict:
    found = StatementVerdict(
        place=line.place,
        sequence=line.sequence,
        stage=line.facts.stage if line.facts else "",
        by=line.by,
        at=line.at,
        timestamped_at=None if fault else batches.stamp(line.line),
        pending=(line.line.pending or "") if line.line else "",
    )
    if fault is None:
        return found
    return replace(found, fault=fault.code, reason=sentence_of(fault))


def sentence_of(refusal: faults.EvidenceFault | errors.SignatureRefusal) -> Promise:
    """The sentence of the refusal in whatever language is active when it is shown."""
    return cast(Promise, lazy(refusal.say, str)())


def _name(der: bytes) -> str:
    name = asn1.Certificate.load(der).subject.native.get("common_name")
    return name if isinstance(name, str) else "?"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
