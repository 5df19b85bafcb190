"""Checking a file that anyone brings: its signatures, and whether it is a document issued here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from lienthong.documents.adapters.signing import verify_with_keys
from lienthong.documents.contracts import RecordedFacts
from lienthong.documents.ports import Verifier
from lienthong.documents.queries import recorded_facts
from lienthong.kernel.blobs import EmptyFile, FileTooLarge
from lienthong.kernel.errors import Refusal
from lienthong.kernel.media_types import HEAD, PDF, XML, sniff
from lienthong.signing.public import EvidenceVerdict, Verdict, looks_like_evidence, verify_evidence_here

MAX_BYTES = 60 * 1024 * 1024
MAX_EVIDENCE_BYTES = 8 * 1024 * 1024
CHECKS_A_MINUTE = 30


class NotVerifiable(Refusal):
    """The file is neither a PDF nor an edXML packet."""

    code, status = "not-verifiable", 415
    sentence = _(
        "Only PDF files and packets (.edxml) can be verified; this file is of type %(media_type)s. "
        "Choose the signed file itself, not a picture or a copy of its text."
    )


class FileMissing(Refusal):
    """The request has no file, or a damaged document identifier beside it."""

    code, status = "file-missing", 422
    sentence = _("No file was received. Choose the signed file and send it again.")


class TooManyChecks(Refusal):
    """Too many files were checked from one address."""

    code, status = "too-many-checks", 429
    sentence = _("More than %(most)s files were checked from your address in a minute. Wait a minute.")


@dataclass(frozen=True)
class Verification:
    """What was found out about a file.

    `recorded` is the issued document with this very content, if there is one. `expected` is the document the
    asker came for (by its QR code), and `matches` whether the file is that one, None if none was asked for.
    """

    verdict: Verdict
    sha256: str
    recorded: RecordedFacts | None
    expected: RecordedFacts | None
    matches: bool | None


def verify_file(
    file: BinaryIO,
    *,
    size: int,
    at: datetime,
    asker: str,
    document_id: UUID | None = None,
    check: Verifier = verify_with_keys,
) -> Verification:
    """Check the signatures of a PDF or packet and compare its hash with what is recorded.

    `asker` is the address that asks; more than 30 files a minute from one are refused.

    Raises:
        TooManyChecks, EmptyFile, FileTooLarge (over 60 MB), NotVerifiable
    """
    _count(asker, at)
    if not size:
        raise EmptyFile(field="file")
    if size > MAX_BYTES:
        raise FileTooLarge(field="file", megabytes=MAX_BYTES // 1024 // 1024)
    content = file.read(MAX_BYTES + 1)
    media_type = sniff(content[:HEAD])
    if media_type not in {PDF, XML}:
        raise NotVerifiable(field="file", media_type=media_type)
    sha256 = hashlib.sha256(content).hexdigest()
    expected = recorded_facts(document_id=document_id) if document_id else None
    return Verification(
        verdict=check(content, packet=media_type == XML, at=at),
        sha256=sha256,
        recorded=recorded_facts(sha256=sha256),
        expected=expected,
        matches=None if expected is None else expected.sha256 == sha256,
    )


def verify_evidence_file(file: BinaryIO, *, size: int, at: datetime, asker: str) -> EvidenceVerdict | None:
    """What an evidence file is worth, statement by statement; None if the file does not claim to be one.

    Raises:
        TooManyChecks, FileTooLarge (over 8 MB; `lienthong verify` takes more), EvidenceUnreadable
    """
    head = file.read(HEAD)
    file.seek(0)
    if not looks_like_evidence(head):
        return None
    _count(asker, at)
    if size > MAX_EVIDENCE_BYTES:
        raise FileTooLarge(field="file", megabytes=MAX_EVIDENCE_BYTES // 1024 // 1024)
    return verify_evidence_here(file.read(MAX_EVIDENCE_BYTES))


def _count(asker: str, at: datetime) -> None:
    """Count this check; refuse when the address has used up its minute."""
    key = f"verify:{hashlib.sha256(asker.encode()).hexdigest()[:32]}:{int(at.timestamp()) // 60}"
    used = cache.get_or_set(key, 0, timeout=120) or 0
    if used >= CHECKS_A_MINUTE:
        raise TooManyChecks(most=CHECKS_A_MINUTE)
    cache.set(key, used + 1, timeout=120)
