"""Entering many documents on paper at once: each answered as it would be alone, all written as a set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import BinaryIO

from django.db import IntegrityError, transaction

from lienthong.directory.public import UnknownAgency, find_agencies
from lienthong.documents.public import store_received_all
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.jobs import enqueue
from lienthong.kernel.models import Blob
from lienthong.kernel.statements import as_json, fetch, insert_rows
from lienthong.ledger.public import record_many
from lienthong.office import policies
from lienthong.office.actions.paper import (
    KeptScan,
    check_facts,
    document_of,
    entered,
    file_of,
    here_already,
    receive_paper,
    vouched,
)
from lienthong.office.actions.reading import orders_to_read
from lienthong.office.contracts import PaperFacts, StoredVerdict
from lienthong.office.models import IncomingDocument
from lienthong.office.scanning import MAX_BYTES, assemble
from lienthong.office.text_search import NumberKey
from lienthong.signing.public import verify_pdfs

# As `paper.same_documents` finds them: the newest for each of the facts, along the index of the numbers.
_KEY = NumberKey.template % {"expressions": "given.code"}
_SAME = f"""
    WITH given AS (
        SELECT * FROM json_to_recordset(%s) AS given
            (place int, code text, day date, subject text, sender_name text, sender_code text)
    )
    SELECT given.place, found.subject, found.arrived_at FROM given CROSS JOIN LATERAL (
        SELECT d.subject, d.arrived_at FROM office_incomingdocument d
        WHERE given.code <> '' AND d.agency_id = %s AND d.promulgated_on IS NOT DISTINCT FROM given.day
            AND d.number_key = {_KEY}
            AND (plain(d.sender_name) = plain(given.sender_name)
                OR given.sender_code <> '' AND d.sender_code = given.sender_code)
        ORDER BY d.id DESC LIMIT 1
    ) found
    UNION ALL
    SELECT given.place, found.subject, found.arrived_at FROM given CROSS JOIN LATERAL (
        SELECT d.subject, d.arrived_at FROM office_incomingdocument d
        WHERE given.code = '' AND d.agency_id = %s AND d.promulgated_on IS NOT DISTINCT FROM given.day
            AND d.number_key = '' AND d.search_text = plain(given.subject || ' ' || given.sender_name)
        ORDER BY d.id DESC LIMIT 1
    ) found
"""  # noqa: S608


@dataclass(frozen=True)
class Paper:
    """A document to enter: the name and content of its scan, and what is said of it.

    With a `sender_code` the sender's name is the directory's.
    """

    name: str
    content: BinaryIO
    facts: PaperFacts


@dataclass(frozen=True)
class _Stored:
    """A paper that nothing stands against so far."""

    facts: PaperFacts
    scan: KeptScan
    blob: Blob
    verdict: StoredVerdict


Answer = IncomingDocument | Refusal


def enter_papers(*, papers: Sequence[Paper], viewer: Viewer, at: datetime) -> list[Answer]:
    """Enter each paper, or answer why not, in their order; a dozen queries, whatever their number.

    Each is as good as `receive_paper` had been called for it. What was stored of one that is refused is
    removed with the next night's garbage.

    Raises:
        NotAllowed
    """
    policies.require_enters_paper(viewer)
    answers: dict[int, Answer] = {}
    stored = _store(_addressed(papers, at), answers, viewer, at)
    try:
        with transaction.atomic():
            answers |= _write(stored, viewer, at)
    except IntegrityError:
        # The same paper twice among these, or somebody was faster: one by one it shows which.
        answers |= {place: _alone(one, viewer, at) for place, one in stored.items()}
    return [answers[place] for place in range(len(papers))]


def _addressed(papers: Sequence[Paper], at: datetime) -> list[Paper | Refusal]:
    """The papers with their sender's name; one query."""
    codes = {paper.facts.sender_code for paper in papers} - {""}
    known = find_agencies(codes, on=at.astimezone(VIETNAM).date()) if codes else {}

    def addressed(paper: Paper) -> Paper | Refusal:
        code = paper.facts.sender_code
        if not code:
            return paper
        if code not in known:
            return UnknownAgency(field="sender_code", code=code)
        named = replace(paper.facts, sender_code=known[code].code, sender_name=known[code].name)
        return replace(paper, facts=named)

    return [addressed(paper) for paper in papers]


def _store(
    papers: Sequence[Paper | Refusal], answers: dict[int, Answer], viewer: Viewer, at: datetime
) -> dict[int, _Stored]:
    """Look at each scan and store those that are good; the others' refusals are put into the answers."""
    good: dict[int, tuple[Paper, BinaryIO, KeptScan]] = {}
    for place, paper in enumerate(papers):
        try:
            if isinstance(paper, Refusal):
                raise paper
            check_facts(paper.facts, at)
            scan = assemble([(paper.name, paper.content)])
            good[place] = paper, scan.content, KeptScan("", scan.pages, scan.advice)
        except Refusal as refusal:
            answers[place] = refusal
    contents = [content for _paper, content, _scan in good.values()]
    blobs = store_received_all(contents, at=at, max_bytes=2 * MAX_BYTES)
    answers |= {place: blob for place, blob in zip(good, blobs, strict=True) if isinstance(blob, Refusal)}
    kept = {place: blob for place, blob in zip(good, blobs, strict=True) if isinstance(blob, Blob)}
    verdicts = verify_pdfs(
        {str(blob.pk): partial(_read, good[place][1]) for place, blob in kept.items()}, at=at
    )
    found = dict[int, _Stored]()
    for place, blob in kept.items():
        paper, _content, looked_at = good[place]
        verdict = vouched(verdicts[str(blob.pk)], viewer)
        found[place] = _Stored(paper.facts, replace(looked_at, blob_id=str(blob.pk)), blob, verdict)
    return found


def _read(content: BinaryIO) -> bytes:
    content.seek(0)
    return content.read()


def _write(stored: dict[int, _Stored], viewer: Viewer, at: datetime) -> dict[int, Answer]:
    """Write those that are not here yet, or are entered again with a reason; in the caller's transaction."""
    before = _same({place: one.facts for place, one in stored.items()}, viewer.agency_id or 0)
    answers, rows = dict[int, Answer](), list[IncomingDocument]()
    files = []
    for place, one in stored.items():
        reason = one.facts.duplicate_reason.strip()
        if place in before and not reason:
            answers[place] = here_already(before[place])
            continue
        document = document_of(one.facts, one.scan.pages, one.verdict, viewer, at)
        document.duplicate_reason = reason if place in before else ""
        answers[place] = document
        rows.append(document)
        files.append(file_of(document, one.blob, one.verdict))
    if rows:
        insert_rows([*rows, *files, *orders_to_read(rows, at=at)])
        record_many([entered(document, viewer, at) for document in rows])
        enqueue("office.read_texts")
    return answers


def _same(facts: dict[int, PaperFacts], agency_id: int) -> dict[int, IncomingDocument]:
    """The newest document here that seems to be the same, by the place of the facts; one query."""
    if not facts:
        return {}
    given = as_json(
        [
            {
                "place": place,
                "code": one.code,
                "day": one.promulgated_on,
                "subject": one.subject,
                "sender_name": one.sender_name,
                "sender_code": one.sender_code,
            }
            for place, one in facts.items()
        ]
    )
    rows = fetch(_SAME, given, agency_id, agency_id)
    return {place: IncomingDocument(subject=subject, arrived_at=arrived) for place, subject, arrived in rows}


def _alone(one: _Stored, viewer: Viewer, at: datetime) -> Answer:
    try:
        return receive_paper(facts=one.facts, scan=one.scan, viewer=viewer, at=at)
    except Refusal as refusal:
        return refusal
