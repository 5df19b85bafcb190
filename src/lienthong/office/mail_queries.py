"""What a clerk may read of the agency's mailbox."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from lienthong.identity.public import NotFound, Role, Viewer
from lienthong.kernel.paging import Page, page_of
from lienthong.office.mail_models import Mailbox, MailFile, ReceivedMail
from lienthong.office.mail_states import MailState


def mails_of(viewer: Viewer) -> QuerySet[ReceivedMail]:
    """The mails of the viewer's agency: the clerk's, who alone receives what comes (NĐ 30/2020, Đ.21)."""
    if viewer.agency_id is None or not viewer.has(Role.CLERK):
        return ReceivedMail.objects.none()
    return ReceivedMail.objects.filter(agency=viewer.agency_id)


def list_mails(viewer: Viewer, *, state: str, cursor: str = "") -> Page[ReceivedMail]:
    """A page of mails in this state, those that wait the oldest first; with how many files each has."""
    rows = mails_of(viewer).filter(state=state).defer("text").select_related("decided_by")
    rows = rows.annotate(
        kept=Count("files", filter=Q(files__refused__isnull=True, files__isnull=False)),
        refused=Count("files", filter=Q(files__refused__isnull=False)),
    )
    return page_of(rows, key="+id" if state == MailState.WAITING else "id", cursor=cursor)


def find_mail(viewer: Viewer, mail_id: UUID, *, lock: bool = False) -> ReceivedMail:
    """One mail; raises `NotFound`."""
    rows = mails_of(viewer)
    if lock:
        rows = rows.select_for_update(of=("self",))
    mail = rows.filter(pk=mail_id).first()
    if mail is None:
        raise NotFound
    return mail


def find_mail_file(viewer: Viewer, mail_id: UUID, position: int) -> MailFile:
    """A file that was kept; raises `NotFound`."""
    files = MailFile.objects.filter(mail__in=mails_of(viewer).filter(pk=mail_id), position=position)
    file = files.exclude(blob=None).select_related("blob").first()
    if file is None:
        raise NotFound
    return file


def mailbox_of(viewer: Viewer) -> Mailbox | None:
    """How far the agency's mailbox was read; none if there is none."""
    return Mailbox.objects.filter(agency=viewer.agency_id).first() if viewer.agency_id else None
