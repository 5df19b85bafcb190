"""A secrecy mark found after a document came: its files are closed, then a clerk decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import add_working_minutes, calendar_of
from lienthong.identity.public import Viewer
from lienthong.kernel.errors import Refusal
from lienthong.kernel.jobs import enqueue
from lienthong.ledger.public import JSON, Actor, Subject, record
from lienthong.office import queries, secrecy
from lienthong.office.actions.copying import destroy_copies
from lienthong.office.actions.incoming import REASON_LIMIT, checked_text, move_document
from lienthong.office.contracts import in_both_languages
from lienthong.office.copy_models import CopyOfIncoming
from lienthong.office.mail_models import MailFile, ReceivedMail
from lienthong.office.models import IncomingDocument, IncomingFile
from lienthong.office.secret_models import SecretMark
from lienthong.office.secret_states import DESTROY, RELEASE, SecretState
from lienthong.office.states import DESTROY_UNREGISTERED, Reading
from lienthong.office.text_models import ReadText

AT_ONCE = 100
# What stands where the summary was, which may itself be secret; in the language of the registers.
GONE = "Văn bản có dấu chỉ độ mật, đã hủy tệp"
# What the sender over the axis reads.
NOT_KEPT = (
    "Văn bản có dấu chỉ độ mật nên không được tiếp nhận qua hệ thống này; các tệp đã được hủy tại nơi nhận. "
    "Đề nghị gửi theo quy định về bảo vệ bí mật nhà nước."
)
RULE = Actor(
    kind="job", id="office.destroy_overdue", name="office.destroy_overdue", source="office.destroy_overdue"
)
READER = Actor(kind="job", id="office.read_texts", name="office.read_texts", source="office.read_texts")


class WhyNotSecret(Refusal):
    """A file is opened again with a reason."""

    code, status = "secrecy-reason-missing", 422
    sentence = _("Write why the document is not secret, for instance what the words on it really are.")


def close_marked(marks: Mapping[UUID, str], *, at: datetime) -> None:
    """Close the files of the documents on which a mark was found, in the caller's transaction."""
    documents = IncomingDocument.objects.filter(pk__in=list(marks), read_text__state=Reading.MARKED)
    for document in documents.select_related("agency").order_by("pk"):
        minutes = settings.ENV.secret_decision_hours * 60
        calendar = calendar_of(document.agency_id, years=(at.year, at.year + 1))
        _row, new = SecretMark.objects.get_or_create(
            document=document,
            defaults={
                "agency_id": document.agency_id,
                "mark": marks[document.pk],
                "pages": document.pages,
                "found_at": at,
                "due_at": add_working_minutes(calendar, at, minutes),
            },
        )
        if new:
            _record(document, "secret-found", _of(READER, document), at, {"mark": marks[document.pk]})


def destroy_secret(*, document_id: UUID, viewer: Viewer, at: datetime) -> SecretMark:
    """The document is secret: let go of all that holds its content; who, when and the pages stay.

    Without a number it leaves what is to be registered, and its sender over the axis is told (02).

    Raises:
        NotFound, NotAllowed, NoMark, MarkDecided.
    """
    with transaction.atomic():
        document = queries.find_incoming(viewer, document_id, lock=True)
        mark = _held(document_id)
        secrecy.require_decides(viewer, mark, DESTROY)
        assert mark is not None
        mark.decided_by_id, mark.decided_name = viewer.official_id, viewer.name
        _destroy(document, mark, viewer.actor(), at)
    return mark


def release_marked(*, document_id: UUID, reason: str, viewer: Viewer, at: datetime) -> SecretMark:
    """The document is not secret: its files are open again, and its text is read for the search.

    Raises:
        NotFound, NotAllowed, NoMark, MarkDecided, WhyNotSecret, TextTooLong.
    """
    reason = checked_text(reason, field="reason", limit=REASON_LIMIT, missing=WhyNotSecret)
    with transaction.atomic():
        document = queries.find_incoming(viewer, document_id, lock=True)
        mark = _held(document_id)
        secrecy.require_decides(viewer, mark, RELEASE)
        assert mark is not None
        mark.state, mark.reason = RELEASE.target, reason
        mark.decided_by_id, mark.decided_name, mark.decided_at = viewer.official_id, viewer.name, at
        mark.save()
        ReadText.objects.filter(document=document).update(
            state=Reading.WAITING, attempts=0, next_attempt_at=at
        )
        enqueue("office.read_texts")
        _record(document, "secret-released", viewer.actor(), at, {"mark": mark.mark, "reason": reason})
    return mark


def destroy_overdue(*, at: datetime) -> int:
    """Destroy what nobody decided in time, where the operator set so; answers how many. One set a call."""
    if not settings.ENV.secret_destroy_overdue:
        return 0
    late = SecretMark.objects.filter(state=SecretState.FOUND, due_at__lte=at).order_by("due_at")
    return sum(_destroy_late(key, at) for key in late.values_list("pk", flat=True)[:AT_ONCE])


def _destroy_late(document_id: UUID, at: datetime) -> bool:
    with transaction.atomic():
        document = IncomingDocument.objects.select_for_update(of=("self",)).get(pk=document_id)
        mark = _held(document_id)
        if mark is None or mark.state not in DESTROY.sources:
            return False
        mark.decided_name = RULE.name
        _destroy(document, mark, _of(RULE, document), at)
    return True


def _held(document_id: UUID) -> SecretMark | None:
    return SecretMark.objects.select_for_update().filter(document=document_id).first()


def _destroy(document: IncomingDocument, mark: SecretMark, actor: Actor, at: datetime) -> None:
    files = IncomingFile.objects.filter(document=document)
    letters = MailFile.objects.filter(mail__document=document)
    copies = CopyOfIncoming.objects.filter(file__document=document)
    named = [
        document.edxml_id,
        *files.values_list("blob_id", flat=True),
        *letters.values_list("blob_id", flat=True),
        *copies.values_list("copy__pdf_id", flat=True),
    ]
    files.update(blob=None, verdict=None)
    refused = in_both_languages(_("It was secret and was destroyed here."))
    letters.update(blob=None, verdict=None, refused=refused)
    ReceivedMail.objects.filter(document=document).update(text="", subject="")
    destroy_copies(document)
    ReadText.objects.filter(document=document).delete()
    # Without a number the summary tells papers apart (`incoming_letter_once`).
    document.subject = GONE if document.code else f"{GONE} ({document.pk})"
    document.edxml, document.content = None, ""
    document.save()
    mark.state, mark.decided_at = DESTROY.target, at
    mark.save()
    enqueue("office.remove_blobs", sha256s=_once(named))
    _record(document, "secret-destroyed", actor, at, {"mark": mark.mark, "pages": mark.pages})
    if document.state in DESTROY_UNREGISTERED.sources:
        move_document(document, DESTROY_UNREGISTERED, actor, at, description=NOT_KEPT)


def _once(sha256s: Iterable[str | None]) -> list[str]:
    return sorted({sha256 for sha256 in sha256s if sha256})


def _of(actor: Actor, document: IncomingDocument) -> Actor:
    agency = {"agency_id": document.agency_id, "agency_code": document.agency.code}
    return Actor(**{**vars(actor), **agency})


def _record(document: IncomingDocument, verb: str, actor: Actor, at: datetime, data: dict[str, JSON]) -> None:
    subject = Subject("office.incoming", str(document.id))
    record(actor=actor, verb=f"incoming.{verb}", subject=subject, at=at, data=data)
