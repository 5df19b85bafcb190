"""Entering what came on paper or by electronic mail: its scan, its facts, and whether it is here already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Value
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import refuse_secret, store_received
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.models import Blob
from lienthong.ledger.public import JSON, Entry, Subject, record_many
from lienthong.office import policies
from lienthong.office.actions.reading import order_reading
from lienthong.office.contracts import PaperFacts, StoredVerdict, in_both_languages
from lienthong.office.examining import UNSIGNED_CODES, stored_verdict
from lienthong.office.models import IncomingDocument, IncomingFile
from lienthong.office.scanning import MAX_BYTES, assemble
from lienthong.office.states import CameBy, Source
from lienthong.office.text_search import NumberKey, Plain
from lienthong.signing.public import Verdict, verify_pdf

BY_CLERK = "by-clerk"


class SeemsToBeHere(Refusal):
    """A document of this sender with this number and date is here; it may be entered again with a reason."""

    code, status = "seems-to-be-here", 409
    sentence = _(
        "A document of this sender with the same number and date came on %(arrived)s: “%(subject)s”. "
        "Look at it first. To enter this one all the same, write why."
    )


class SubjectMissing(Refusal):
    """A document is registered with its summary (NĐ 30/2020, Đ.22)."""

    code, status = "subject-missing", 422
    sentence = _("The summary is empty. Write in one sentence what the document is about.")


class SenderMissing(Refusal):
    """A document is registered with its author (NĐ 30/2020, Đ.22)."""

    code, status = "sender-missing", 422
    sentence = _("The sender is empty. Write the agency, business or person that the document comes from.")


class DatedAhead(Refusal):
    """A document that is here was made before today."""

    code, status = "dated-ahead", 422
    sentence = _("The date of the document lies ahead. Look at the paper again.")


@dataclass(frozen=True)
class KeptScan:
    """A scan in the store that no document names yet; it is removed after a day if none ever does."""

    blob_id: str
    pages: int
    advice: tuple[str, ...] = ()


def keep_scan(*, files: Sequence[tuple[str, BinaryIO]], viewer: Viewer, at: datetime) -> KeptScan:
    """Store the pages as one PDF, so that a form that is sent back need not send them again.

    Raises:
        NotAllowed; NoScan, NotAScan and the others of `scanning.assemble`.
    """
    policies.require_enters_paper(viewer)
    scan = assemble(files)
    scan.content.seek(0)
    blob = store_received(scan.content, at=at, max_bytes=2 * MAX_BYTES)
    return KeptScan(str(blob.pk), scan.pages, scan.advice)


def receive_paper(*, facts: PaperFacts, scan: KeptScan, viewer: Viewer, at: datetime) -> IncomingDocument:
    """Enter a document that came on paper or by mail; it has then arrived, and waits to be registered.

    The clerk who enters it vouches for seal and signature (NĐ 30/2020, Đ.21). A signature inside the PDF is
    verified: if it does not hold, the document can only go back.

    Raises:
        NotAllowed, SecretDocument, SubjectMissing, SenderMissing, DatedAhead, SeemsToBeHere, NotFound.
    """
    policies.require_enters_paper(viewer)
    check_facts(facts, at)
    with transaction.atomic():
        blob = Blob.objects.select_for_update().filter(pk=scan.blob_id).first()
        if blob is None:
            raise NotFound
        verdict = vouched(verify_pdf(read_blob(blob), at=at), viewer)
        document = document_of(facts, scan.pages, verdict, viewer, at)
        enter_once(document, facts)
        file_of(document, blob, verdict).save(force_insert=True)
        order_reading([document], at=at)
        record_many([entered(document, viewer, at)])
    return document


def enter_once(document: IncomingDocument, facts: PaperFacts) -> None:
    """Write the document, in the caller's transaction, unless the same is here and no reason was given.

    Two clerks at once both find nothing; the database's constraint then holds the second back until the
    first's transaction ends, and refuses it (`incoming_paper_once`, `incoming_letter_once`).

    Raises:
        SeemsToBeHere
    """
    before = same_documents(document.agency_id, facts).first()
    reason = facts.duplicate_reason.strip()
    if before is not None and not reason:
        raise here_already(before)
    document.duplicate_reason = reason if before else ""
    try:
        with transaction.atomic():
            document.save(force_insert=True)
    except IntegrityError:
        before = same_documents(document.agency_id, facts).first()
        if before is None:
            raise
        if not reason:
            raise here_already(before) from None
        document.duplicate_reason = reason
        document.save(force_insert=True)


def here_already(before: IncomingDocument) -> SeemsToBeHere:
    """The refusal that shows the one that came before."""
    arrived = before.arrived_at.astimezone(VIETNAM)
    return SeemsToBeHere(
        field="duplicate_reason", arrived=f"{arrived:%d/%m/%Y}", subject=before.subject[:200]
    )


def same_documents(agency_id: int, facts: PaperFacts) -> QuerySet[IncomingDocument]:
    """The documents here, newest first, of the same sender, date and number, or summary if without number."""
    rows = IncomingDocument.objects.filter(
        agency_id=agency_id, promulgated_on=facts.promulgated_on, number_key=NumberKey(Value(facts.code))
    )
    if not facts.code:
        return rows.filter(search_text=Plain(Value(f"{facts.subject} {facts.sender_name}"))).order_by("-id")
    same = Q(sender_plain=Plain(Value(facts.sender_name)))
    if facts.sender_code:
        same |= Q(sender_code=facts.sender_code)
    return rows.alias(sender_plain=Plain(F("sender_name"))).filter(same).order_by("-id")


def check_facts(facts: PaperFacts, at: datetime) -> None:
    """Raise what stands against the facts: SecretDocument, SubjectMissing, SenderMissing, DatedAhead."""
    refuse_secret(facts.subject, facts.code, facts.type_name)
    if not facts.subject:
        raise SubjectMissing(field="subject")
    if not facts.sender_name:
        raise SenderMissing(field="sender")
    if facts.promulgated_on and facts.promulgated_on > at.astimezone(VIETNAM).date():
        raise DatedAhead(field="promulgated_on")


def vouched(found: Verdict, viewer: Viewer) -> StoredVerdict:
    """The verdict on the signatures in the PDF, or without any the clerk's word."""
    if found.code not in UNSIGNED_CODES:
        return stored_verdict(found)
    said = format_lazy(_("{name} checked seal and signature of the paper on arrival."), name=viewer.name)
    return StoredVerdict(True, BY_CLERK, in_both_languages(said))


def file_of(document: IncomingDocument, blob: Blob, verdict: StoredVerdict) -> IncomingFile:
    """The scan as the document's file, not yet written; the clerk's word is no verdict of its own."""
    name = f"{(document.code or 'scan').replace('/', '_')}.pdf"
    signed = verdict.as_json() if verdict.code != BY_CLERK else None
    return IncomingFile(document=document, position=1, name=name, blob=blob, verdict=signed)


def entered(document: IncomingDocument, viewer: Viewer, at: datetime) -> Entry:
    """What the ledger says of the document that the viewer entered."""
    data: dict[str, JSON] = {"code": document.code, "from": document.sender_name, "pages": document.pages}
    if document.duplicate_reason:
        data["reason"] = document.duplicate_reason
    subject = Subject("office.incoming", str(document.id))
    return Entry(actor=viewer.actor(), verb="incoming.enter", subject=subject, at=at, data=data)


def document_of(
    facts: PaperFacts, pages: int | None, verdict: StoredVerdict, viewer: Viewer, at: datetime
) -> IncomingDocument:
    """The document as the clerk describes it, not yet written."""
    return IncomingDocument(
        agency_id=viewer.agency_id or 0,
        source=Source.MAIL if facts.came_by == CameBy.MAIL else Source.PAPER,
        came_by=facts.came_by,
        delivery_id=None,
        arrived_at=at,
        code=facts.code,
        type_name=facts.type_name,
        subject=facts.subject,
        promulgated_on=facts.promulgated_on,
        signer_name=facts.signer_name,
        sender_kind=facts.sender_kind,
        sender_code=facts.sender_code,
        sender_name=facts.sender_name,
        urgency=facts.urgency,
        pages=facts.pages or pages,
        authentic=verdict.valid,
        verdict=verdict.as_json(),
    )
