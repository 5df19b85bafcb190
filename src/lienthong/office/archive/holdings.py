"""What a package of a work file holds: documents as described, their files, what happened."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.models import Blob
from lienthong.ledger.public import Actor, Event, timeline, timelines
from lienthong.office.archive import queries
from lienthong.office.archive.models import WorkFile, WorkFileItem
from lienthong.office.archive.states import destroyed_note
from lienthong.office.contracts import StoredVerdict
from lienthong.office.models import IncomingDocument, OutgoingDocument
from lienthong.tasks.public import Task

NAME_LIMIT = 80
SUFFIXES = {"application/pdf": "pdf", "text/plain": "txt", "application/xml": "xml", "text/xml": "xml"}

# What the ledger calls it, and the word for it among the events of PREMIS, of all that matters to an archive.
EVENT_TYPES: Mapping[str, str] = {
    "incoming.collect": "receipt",
    "incoming.register": "registration",
    "incoming.finish": "completion of work",
    "incoming.withdraw": "deletion",
    "outgoing.issue": "digital signature generation",
    "outgoing.send": "dispatch",
    "outgoing.take-back": "recall",
    "outgoing.revoke": "recall",
    "task.give": "assignment",
    "task.finish": "completion of work",
    "task.complete": "completion of work",
    "task.report": "completion of work",
    "task.accept": "acceptance",
    "task.cancel": "cancellation",
    "work-file.open": "creation",
    "work-file.close": "closing",
    "work-file.reopen": "reopening",
    "work-file.hand-in": "transfer",
    "work-file.return": "return",
    "work-file.accept": "accession",
}
VALIDATION = "digital signature validation"


@dataclass(frozen=True)
class Part:
    """One stored file of the package: where it lies in it, what it is, and what it was called."""

    path: str
    use: str
    name: str
    blob: Blob


@dataclass(frozen=True)
class Act:
    """Something that happened: its own id, a word for it, when (ISO 8601), who, and how it ended."""

    id: str
    type: str
    at: str
    actor: Actor
    detail: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Holding:
    """A document of the file with its files and acts; `destroyed`: why only the description is left."""

    position: int
    kind: str
    id: str
    code: str
    type_name: str
    subject: str
    author: str
    day: date | None
    signer: str
    pages: int | None
    destroyed: str
    parts: tuple[Part, ...]
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class Holdings:
    """All that a package is made of, in order."""

    file: WorkFile
    parts: tuple[Part, ...]
    acts: tuple[Act, ...]
    documents: tuple[Holding, ...]

    def all_parts(self) -> Iterator[Part]:
        """Every stored file, in the order of the package."""
        yield from self.parts
        for document in self.documents:
            yield from document.parts


def holdings_of(file: WorkFile) -> Holdings:
    """Gather it. A fixed number of queries; no content is read, since blobs know size and SHA-256."""
    items = list(queries.items_in(file))
    incoming = timelines("office.incoming", [str(row.incoming_id) for row in items if row.incoming_id])
    outgoing = timelines("office.outgoing", [str(row.outgoing_id) for row in items if row.outgoing_id])
    tasks = timelines("tasks.task", [str(row.task_id) for row in items if row.task_id])
    own = [
        Part(f"{use}.pdf", use, f"{use}.pdf", blob)
        for use, blob in (("cover", file.cover), ("contents", file.contents))
        if blob
    ]
    return Holdings(
        file=file,
        parts=tuple(own),
        acts=_acts(timeline(file.as_subject())),
        documents=tuple(
            _incoming(row, row.incoming, incoming.get(str(row.incoming_id), []))
            if row.incoming
            else _task(row, row.task, tasks.get(str(row.task_id), []))
            if row.task
            else _outgoing(row, file, outgoing.get(str(row.outgoing_id), []))
            for row in items
        ),
    )


def _incoming(row: WorkFileItem, document: IncomingDocument, events: Sequence[Event]) -> Holding:
    mark = getattr(document, "secret_mark", None)
    stored = []
    if mark is None or not mark.waits:  # what may be secret does not leave before a clerk has decided
        stored.append(("packet", "packet.edxml", document.edxml))
        stored += [("attachment", found.name, found.blob) for found in document.files.all()]
    stored.append(("product", document.product_name, document.product))
    acts = [*_acts(events), *_validation(document, events)]
    return Holding(
        position=row.position,
        kind="incoming",
        id=str(document.id),
        code=document.code,
        type_name=document.type_name,
        subject=document.subject,
        author=document.sender_name or document.sender_code,
        day=document.promulgated_on,
        signer=document.signer_name,
        pages=row.pages,
        destroyed=destroyed_note(document.state, secret=document.destroyed_as_secret),
        parts=_parts(row.position, stored),
        acts=tuple(sorted(acts, key=lambda act: act.at)),
    )


def _outgoing(row: WorkFileItem, file: WorkFile, events: Sequence[Event]) -> Holding:
    document: OutgoingDocument | None = row.outgoing
    assert document is not None
    official = document.document
    name = f"{document.code}.pdf"
    return Holding(
        position=row.position,
        kind="outgoing",
        id=str(document.id),
        code=document.code,
        type_name=official.document_type.name_vi,
        subject=document.subject,
        author=file.agency.name,
        day=official.promulgated_on,
        signer=official.signer.full_name if official.signer else "",
        pages=row.pages,
        destroyed="",
        parts=_parts(
            row.position, [("document", name, official.pdf), ("packet", "packet.edxml", document.edxml)]
        ),
        acts=_acts(events),
    )


def _task(row: WorkFileItem, task: Task, events: Sequence[Event]) -> Holding:
    """A task: its course as PDF, and its product."""
    return Holding(
        position=row.position,
        kind="task",
        id=str(task.id),
        code="",
        type_name="Nhiệm vụ",
        subject=task.work,
        author=task.given_by.full_name,
        day=(task.closed_at or task.given_at).astimezone(VIETNAM).date(),
        signer="",
        pages=row.pages,
        destroyed="",
        parts=_parts(
            row.position,
            [("course", "nhiem-vu.pdf", row.course), ("product", task.product_name, task.product)],
        ),
        acts=_acts(events),
    )


def _parts(position: int, stored: Sequence[tuple[str, str, Blob | None]]) -> tuple[Part, ...]:
    """Those that are there, numbered, so that no two names meet and no name leads anywhere else."""
    there = [(use, name, blob) for use, name, blob in stored if blob is not None]
    return tuple(
        Part(f"documents/{position:05d}/{number:02d}-{safe_name(name, blob.media_type)}", use, name, blob)
        for number, (use, name, blob) in enumerate(there, 1)
    )


def safe_name(name: str, media_type: str) -> str:
    """A file's name in letters that every system takes: no folders, no marks, no dot in front."""
    plain = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", plain).strip("-")
    stem, dot, suffix = plain.rpartition(".")
    if not dot or not suffix.isalnum() or len(suffix) > 8:
        stem, suffix = plain, SUFFIXES.get(media_type, "")
    stem = stem.strip("-.")[:NAME_LIMIT].rstrip("-.") or "file"
    return f"{stem}.{suffix}" if suffix else stem


def _acts(events: Sequence[Event]) -> tuple[Act, ...]:
    return tuple(
        Act(
            id=str(event.id),
            type=EVENT_TYPES[event.verb],
            at=_moment(event.at),
            actor=event.actor,
            detail=_detail(event),
        )
        for event in events
        if event.verb in EVENT_TYPES
    )


def _detail(event: Event) -> str:
    """What the ledger noted that an archive may want to know: a number, a reason."""
    words = [f"{name}: {event.data[name]}" for name in ("number", "code", "reason") if event.data.get(name)]
    return "; ".join(words)


def _validation(document: IncomingDocument, events: Sequence[Event]) -> Iterator[Act]:
    """The verdict on the packet's signature, which was given when it was received, by the same job."""
    received = next((event for event in events if event.verb == "incoming.collect"), None)
    verdict = StoredVerdict.from_json(document.verdict) if document.verdict else None
    if verdict is None:
        return
    actor = received.actor if received else Actor(kind="job", id="", name="office.collect_inbox")
    yield Act(
        id=f"{document.id}-validation",
        type=VALIDATION,
        at=_moment(document.arrived_at),
        actor=actor,
        detail=verdict.sentences.get("vi", ""),
        outcome="valid" if verdict.valid else f"invalid: {verdict.code}",
    )


def _moment(at: datetime) -> str:
    """In one form, so that the same content has the same bytes whatever zone the database answers in."""
    return at.astimezone(VIETNAM).isoformat()
