"""What the clerk does with a mail: take it over for registering, set it aside, or take that back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Viewer
from lienthong.kernel.blobs import open_blob, store_blob
from lienthong.kernel.errors import Refusal
from lienthong.kernel.media_types import PDF
from lienthong.kernel.models import Blob
from lienthong.ledger.public import JSON, Subject, record
from lienthong.office import mail_queries, policies
from lienthong.office.actions.incoming import REASON_LIMIT, checked_text
from lienthong.office.actions.paper import BY_CLERK, check_facts, document_of, enter_once
from lienthong.office.actions.reading import order_reading
from lienthong.office.contracts import PaperFacts, StoredVerdict, in_both_languages
from lienthong.office.examining import UNSIGNED_CODES
from lienthong.office.mail_models import MailFile, ReceivedMail
from lienthong.office.mail_states import MAIL_STATE_LABELS, MailState
from lienthong.office.models import IncomingDocument, IncomingFile
from lienthong.office.scanning import MAX_BYTES, PHOTOS, assemble, spooled


class MailDecided(Refusal):
    """Someone decided on the mail meanwhile."""

    code, status = "mail-decided", 409
    sentence = _("The mail is no longer where it was: %(state)s. Reload the page to see what happened.")


class NoFileChosen(Refusal):
    """A document has at least one file."""

    code, status = "no-file-chosen", 422
    sentence = _(
        "No file was chosen. Tick the files that are the document. If the mail's own text is the document, "
        "print it and enter it from paper; if it is no document, set it aside."
    )


class AsideReasonMissing(Refusal):
    """A mail is set aside with a reason, so that a colleague understands it."""

    code, status = "aside-reason-missing", 422
    sentence = _("The mail was not set aside: write why in a few words, such as “advertising”.")


def take_mail(
    *, mail_id: UUID, positions: Collection[int], facts: PaperFacts, viewer: Viewer, at: datetime
) -> IncomingDocument:
    """Make the mail an incoming document of the files at these positions; it then waits to be registered.

    PDFs stay as they came, byte for byte; photos become one PDF. The clerk vouches for the sender, for a mail
    proves nothing; a signature in a PDF that does not hold makes the document one that can only go back.

    Raises:
        NotFound, NotAllowed, MailDecided, NoFileChosen, what `enter_once` and `check_facts` refuse, and of
        files BrokenScan, LockedScan, TooManyPages.
    """
    policies.require_enters_paper(viewer)
    check_facts(facts, at)
    with transaction.atomic():
        mail = _held(viewer, mail_id, MailState.WAITING)
        chosen = [file for file in mail.files.select_related("blob") if file.position in set(positions)]
        files, pages = _document_files([file for file in chosen if file.blob], at)
        verdict = _verdict(files, viewer)
        document = document_of(facts, pages, verdict, viewer, at)
        enter_once(document, facts)
        for position, file in enumerate(files, start=1):
            file.document, file.position = document, position
        IncomingFile.objects.bulk_create(files)
        _decide(mail, MailState.TAKEN, viewer, at, document=document)
        order_reading([document], at=at)
        data: dict[str, JSON] = {"code": document.code, "from": mail.sender_address, "mail": str(mail.id)}
        if document.duplicate_reason:
            data["reason"] = document.duplicate_reason
        subject = Subject("office.incoming", str(document.id))
        record(actor=viewer.actor(), verb="incoming.mail", subject=subject, at=at, data=data)
    return document


def set_mail_aside(*, mail_id: UUID, reason: str, viewer: Viewer, at: datetime) -> ReceivedMail:
    """Put the mail away with a reason; it stays to be read and can be brought back.

    Raises:
        NotFound, NotAllowed, MailDecided, AsideReasonMissing, TextTooLong.
    """
    policies.require_enters_paper(viewer)
    reason = checked_text(reason, field="reason", limit=REASON_LIMIT, missing=AsideReasonMissing)
    with transaction.atomic():
        mail = _held(viewer, mail_id, MailState.WAITING)
        _decide(mail, MailState.ASIDE, viewer, at, reason=reason)
    return mail


def bring_mail_back(*, mail_id: UUID, viewer: Viewer, at: datetime) -> ReceivedMail:
    """Have a mail that was set aside wait again.

    Raises:
        NotFound, NotAllowed, MailDecided.
    """
    policies.require_enters_paper(viewer)
    with transaction.atomic():
        mail = _held(viewer, mail_id, MailState.ASIDE)
        _decide(mail, MailState.WAITING, viewer, at)
    return mail


def _held(viewer: Viewer, mail_id: UUID, state: MailState) -> ReceivedMail:
    mail = mail_queries.find_mail(viewer, mail_id, lock=True)
    if mail.state != state:
        raise MailDecided(state=MAIL_STATE_LABELS[mail.state])
    return mail


def _decide(
    mail: ReceivedMail,
    state: MailState,
    viewer: Viewer,
    at: datetime,
    *,
    reason: str = "",
    document: IncomingDocument | None = None,
) -> None:
    mail.state, mail.reason, mail.document = state, reason, document
    mail.decided_by_id, mail.decided_at = viewer.official_id, at
    mail.save()
    data: dict[str, JSON] = {"reason": reason} if reason else {}
    subject = Subject("office.mail", str(mail.id))
    record(actor=viewer.actor(), verb=f"mail.{state}", subject=subject, at=at, data=data)


def _document_files(chosen: list[MailFile], at: datetime) -> tuple[list[IncomingFile], int | None]:
    """The files of the document, PDFs first, and the pages they have; photos joined to one PDF."""
    kinds = {file.position: file.blob.media_type if file.blob else "" for file in chosen}
    pdfs = [file for file in chosen if kinds[file.position] == PDF]
    photos = [file for file in chosen if kinds[file.position] in PHOTOS]
    others = [file for file in chosen if file not in pdfs and file not in photos]
    if not chosen:
        raise NoFileChosen(field="chosen")
    pages, files = 0, list[IncomingFile]()
    for file in pdfs:
        assert file.blob is not None
        pages += assemble([(file.name, spooled(open_blob(file.blob)))]).pages
        files.append(IncomingFile(name=file.name, blob=file.blob, verdict=_signed(file)))
    if photos:
        scan = assemble([(file.name, spooled(open_blob(file.blob))) for file in photos if file.blob])
        made: Blob = store_blob(scan.content, at=at, max_bytes=2 * MAX_BYTES)
        pages += scan.pages
        files.append(IncomingFile(name=f"{photos[0].name.rpartition('.')[0] or 'scan'}.pdf", blob=made))
    files += [IncomingFile(name=file.name, blob=file.blob) for file in others]
    return files, pages or None


def _signed(file: MailFile) -> object:
    """The verdict of a PDF that is signed; of any other the clerk's word holds."""
    unsigned = file.verdict is None or file.verdict["code"] in UNSIGNED_CODES
    return None if unsigned else file.verdict


def _verdict(files: list[IncomingFile], viewer: Viewer) -> StoredVerdict:
    """The signature that does not hold, else one that does, else the clerk's word."""
    found = [StoredVerdict.from_json(file.verdict) for file in files if file.verdict]
    if found:
        return min(found, key=lambda verdict: verdict.valid)
    said = format_lazy(
        _("It came by mail, which proves nothing; {name} checked with the sender that it is theirs."),
        name=viewer.name,
    )
    return StoredVerdict(True, BY_CLERK, in_both_languages(said))
