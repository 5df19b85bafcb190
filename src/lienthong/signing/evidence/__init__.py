"""The evidence file: what an axis attests of a packet, to be checked by anyone, anywhere, offline."""

from lienthong.signing.evidence.contracts import STAGES, EvidenceVerdict, Root, StatementVerdict
from lienthong.signing.evidence.faults import EvidenceTooLarge, EvidenceUnreadable
from lienthong.signing.evidence.reading import MAX_BYTES, looks_like_evidence, read_roots
from lienthong.signing.evidence.verifying import verify_evidence, verify_evidence_here
from lienthong.signing.evidence.writing import write_evidence

__all__ = [
    "MAX_BYTES",
    "STAGES",
    "EvidenceTooLarge",
    "EvidenceUnreadable",
    "EvidenceVerdict",
    "Root",
    "StatementVerdict",
    "looks_like_evidence",
    "read_roots",
    "verify_evidence",
    "verify_evidence_here",
    "write_evidence",
]
