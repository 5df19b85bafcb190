"""Printing the book of dossiers: written as a file, and recorded, since whoever has it has what is in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import BinaryIO

from django.db import transaction

from lienthong.documents.public import WRITERS, Printed
from lienthong.dossiers.facts.book import COLUMNS, TITLE, book_rows, booked_dossiers
from lienthong.identity.public import Viewer
from lienthong.ledger.public import JSON, Subject, record


def print_book(*, since: date, until: date, form: str, viewer: Viewer, at: datetime) -> BinaryIO:
    """Form 07 of the viewer's agency for the period as "pdf" or "xlsx".

    Raises:
        NotAllowed, TooManyRows
    """
    with transaction.atomic():
        printed = Printed(TITLE, viewer.agency_name, since, until, COLUMNS, at)
        rows = book_rows(booked_dossiers(viewer, since=since, until=until, at=at))
        file, count = WRITERS[form](printed, rows)
        data: dict[str, JSON] = {
            "since": since.isoformat(),
            "until": until.isoformat(),
            "form": form,
            "rows": count,
        }
        subject = Subject("dossiers.book", viewer.agency_code)
        record(actor=viewer.actor(), verb="dossier-book.print", subject=subject, at=at, data=data)
    return file
