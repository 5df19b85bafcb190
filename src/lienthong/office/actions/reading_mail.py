"""Reading the agencies' mailboxes: each mail once, whoever else reads, and wherever a worker is killed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency, find_agencies
from lienthong.documents.public import NotScannedNow, check_word, store_received
from lienthong.kernel.blobs import EmptyFile, ExecutableRefused
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import LANGUAGES, Refusal
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.media_types import DOCX, HEAD, PDF, executable_kind, sniff
from lienthong.ledger.public import JSON, Actor, Entry, Subject, record_many
from lienthong.office.adapters.imap import configured_mailboxes, open_imap
from lienthong.office.examining import stored_verdict
from lienthong.office.mail_models import Mailbox, MailFile, ReceivedMail
from lienthong.office.mail_ports import (
    ListedMail,
    MailboxPort,
    MailboxSettings,
    MailboxUnavailable,
    OpenMailbox,
)
from lienthong.office.mail_reading import HEAD_BYTES, MOST_BYTES, Attached, ReadMail, read_mail
from lienthong.office.scanning import PHOTOS
from lienthong.signing.public import verify_pdf

logger = logging.getLogger(__name__)
PER_RUN = 50
KEPT = frozenset({PDF, DOCX}) | PHOTOS
READER = Actor(
    kind="job", id="office.read_mailboxes", name="office.read_mailboxes", source="office.read_mailboxes"
)


class NotTakenFromMail(Refusal):
    """A file of a kind that is not taken in from mails."""

    code, status = "not-taken-from-mail", 415
    sentence = _(
        "Not kept: from mails PDF, DOCX, JPEG, PNG and HEIC files are taken in, and this is %(kind)s. "
        "Open it in the mailbox if you know the sender, or ask for a PDF."
    )


def read_mailboxes(
    *, at: datetime, boxes: Sequence[MailboxSettings] | None = None, opened: OpenMailbox = open_imap
) -> int:
    """Take in what waits in every agency's mailbox, each mail once; answers how many were new.

    A mailbox that cannot be read is left for the next call, and its row says why; the others go on.

    Raises:
        MailboxesMisconfigured
    """
    boxes = configured_mailboxes() if boxes is None else boxes
    agencies = find_agencies([box.agency for box in boxes], on=at.astimezone(VIETNAM).date())
    new = 0
    for box in boxes:
        agency = agencies.get(box.agency)
        if agency is None:
            logger.error("the mailbox of %s is not read: there is no such agency", box.agency)
            continue
        row = Mailbox.objects.get_or_create(agency=agency)[0]
        try:
            with opened(box) as mailbox:
                new += _read_box(mailbox, row, agency, at)
        except MailboxUnavailable as error:
            logger.warning("the mailbox of %s waits: %s", box.agency, error)
            _note_failure(row, str(error), at)
        except Exception as error:  # what one mail brings about must not keep the other agencies from theirs
            logger.exception("the mailbox of %s waits", box.agency)
            _note_failure(row, type(error).__name__, at)
        else:
            Mailbox.objects.filter(pk=row.pk).update(read_at=at, error="", failing_since=None)
    return new


def _note_failure(row: Mailbox, error: str, at: datetime) -> None:
    Mailbox.objects.filter(pk=row.pk).update(error=error[:300], failing_since=row.failing_since or at)


def _read_box(mailbox: MailboxPort, row: Mailbox, agency: Agency, at: datetime) -> int:
    """What is here already is marked first: a worker that was killed may have left it unmarked."""
    validity, new = mailbox.validity(), 0
    if validity != row.uid_validity:
        row.uid_validity, row.last_uid = validity, 0
        row.save(update_fields=["uid_validity", "last_uid"])
    last = row.last_uid
    mailbox.finish(up_to=last)
    for listed in mailbox.waiting(after=last, limit=PER_RUN):
        new += _take_in(mailbox, listed, row, agency, at)
        last = listed.uid
    if last > row.last_uid:
        mailbox.finish(up_to=last)
    return new


def _take_in(mailbox: MailboxPort, listed: ListedMail, row: Mailbox, agency: Agency, at: datetime) -> bool:
    """Fetch one mail and write it with how far the mailbox was read: both or neither; was it new?"""
    whole = listed.size <= MOST_BYTES
    raw = mailbox.fetch(listed.uid, most=MOST_BYTES if whole else HEAD_BYTES)
    read = read_mail(raw, whole=whole) if raw else None
    files = [_file(position, attached, at) for position, attached in enumerate(read.files, 1)] if read else []
    with transaction.atomic():
        held = Mailbox.objects.select_for_update().get(pk=row.pk)
        if held.uid_validity != row.uid_validity or held.last_uid >= listed.uid:
            return False
        new = read is not None and _write(read, files, listed, held, agency, at)
        held.last_uid = listed.uid
        held.save(update_fields=["last_uid"])
    return new


def _write(
    read: ReadMail,
    files: Sequence[MailFile],
    listed: ListedMail,
    box: Mailbox,
    agency: Agency,
    at: datetime,
) -> bool:
    known = ReceivedMail.objects.filter(agency=agency, fingerprint=read.fingerprint)
    if known.exists():
        return False
    mail = ReceivedMail.objects.create(
        id=uuid7(),
        agency=agency,
        uid_validity=box.uid_validity,
        uid=listed.uid,
        message_id=read.message_id,
        fingerprint=read.fingerprint,
        sender_address=read.sender_address,
        sender_name=read.sender_name,
        subject=read.subject,
        text=read.text,
        sent_at=read.sent_at,
        received_at=at,
        size=listed.size,
        problem=read.problem,
    )
    for file in files:
        file.mail = mail
    MailFile.objects.bulk_create(files)
    actor = Actor(**{**vars(READER), "agency_id": agency.pk, "agency_code": agency.code})
    data: dict[str, JSON] = {"from": read.sender_address, "files": len(files)}
    record_many([Entry(actor, "mail.receive", Subject("office.mail", str(mail.id)), at, data)])
    return True


def _file(position: int, attached: Attached, at: datetime) -> MailFile:
    """What becomes of an attachment, before anything is written."""
    file = MailFile(position=position, name=attached.name, size=len(attached.content))
    try:
        kind = _kind(attached.content)
        if kind == DOCX:
            check_word(attached.content)
        if kind == PDF:
            file.verdict = stored_verdict(verify_pdf(attached.content, at=at)).as_json()
        file.blob = store_received([attached.content], at=at, max_bytes=MOST_BYTES, allow=KEPT)
    except NotScannedNow as refusal:
        raise MailboxUnavailable(refusal.say("en")) from refusal
    except Refusal as refusal:
        file.refused = {language: refusal.say(language) for language in LANGUAGES}
    return file


def _kind(content: bytes) -> str:
    if not content:
        raise EmptyFile
    kind = sniff(content[:HEAD])
    if program := executable_kind(content[:HEAD]):
        raise ExecutableRefused(kind=program)
    if kind not in KEPT:
        raise NotTakenFromMail(kind=kind)
    return kind
