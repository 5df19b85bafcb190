"""Printing a register: written as a file, and recorded, since whoever has it has what is in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency
from lienthong.documents.public import WRITERS, Printed
from lienthong.identity.public import NotAllowed, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, Subject, record
from lienthong.office import policies
from lienthong.office.printing import INCOMING, OUTGOING, incoming_rows, outgoing_rows
from lienthong.office.register_queries import find_book


class PeriodReversed(Refusal):
    """A period begins before it ends."""

    code, status = "period-reversed", 422
    sentence = _("The last day lies before the first. Choose the days again.")


def print_register(
    *, book_id: int | None, since: date, until: date, form: str, viewer: Viewer, at: datetime
) -> BinaryIO:
    """The register (`book_id`; None: of outgoing documents) of the period as "pdf" or "xlsx".

    Raises:
        NotAllowed, NotFound, PeriodReversed, TooManyRows.
    """
    if viewer.agency_id is None or not policies.reads_all(viewer):
        raise NotAllowed
    if until < since:
        raise PeriodReversed(field="until")
    agency = Agency.objects.get(id=viewer.agency_id)
    with transaction.atomic():
        if book_id is None:
            printed = Printed("Sổ đăng ký văn bản đi", agency.name, since, until, OUTGOING, at)
            rows = outgoing_rows(viewer, since=since, until=until)
        else:
            name = find_book(viewer, book_id).name
            printed = Printed(name, agency.name, since, until, INCOMING, at)
            rows = incoming_rows(viewer, book_id=book_id, since=since, until=until)
        file, count = WRITERS[form](printed, rows)
        data: dict[str, JSON] = {
            "name": printed.title,
            "since": since.isoformat(),
            "until": until.isoformat(),
            "form": form,
            "rows": count,
        }
        subject = Subject("office.register", str(book_id or f"outgoing-{agency.code}"))
        record(actor=viewer.actor(), verb="register.print", subject=subject, at=at, data=data)
    return file
