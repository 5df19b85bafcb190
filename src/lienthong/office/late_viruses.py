"""Whom the office tells that a virus was found in a file it had already taken in."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Role, officials_acting
from lienthong.ledger.public import Subject
from lienthong.notifications.public import Kind, Way, notify, register_kind
from lienthong.office.mail_models import ReceivedMail
from lienthong.office.models import IncomingDocument
from lienthong.tasks.public import tell_of_virus

SUBJECT_LENGTH = 200
PAGES = {
    IncomingDocument: ("office.incoming", "office:incoming_detail"),
    ReceivedMail: ("office.mail", "office:mail"),
}
VIRUS_FOUND = register_kind(
    Kind(
        "office.virus-found",
        _("A virus is found later in a document that was received"),
        _(
            "The virus %(virus)s was found in a file received before, which opens no more. Do not open "
            "copies; have the computers checked on which it was opened, and ask the sender for a clean "
            "file: %(subject)s"
        ),
        Way.MAIL,
    )
)


def tell_of_late_virus(*, sha256: str, virus: str, at: datetime) -> None:
    """Tell the clerks of every agency that received the file, and all who work on a document that has it.

    In the caller's transaction. Rare, and in the worker: two queries for each document and each mail with it.
    """
    documents = list(IncomingDocument.objects.filter(files__blob=sha256).distinct())
    mails = list(ReceivedMail.objects.filter(files__blob=sha256, document=None).distinct())
    rows: list[IncomingDocument | ReceivedMail] = [*documents, *mails]
    for row in rows:
        kind, page = PAGES[type(row)]
        notify(
            recipients=officials_acting(at=at, agency_id=row.agency_id, roles={Role.CLERK}),
            kind=VIRUS_FOUND.code,
            subject=Subject(kind, str(row.pk)),
            key=sha256,
            params={"virus": virus, "subject": " ".join(row.subject.split())[:SUBJECT_LENGTH]},
            link=reverse(page, args=[row.pk]),
            urgent=True,
            at=at,
        )
    tell_of_virus([row.task_id for row in documents if row.task_id is not None], at=at)
