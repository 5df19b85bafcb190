"""The registers an agency keeps: opened, renamed, put in order, closed."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, Subject, record
from lienthong.office import policies
from lienthong.office.actions.registering import books_in_use
from lienthong.office.contracts import BookSettings
from lienthong.office.register_models import RegisterBook

MOST_BOOKS = 50
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")


class BadBookCode(Refusal):
    """A register's code stands in addresses and file names."""

    code, status = "bad-register-code", 422
    sentence = _("The code has up to 20 small letters a–z, digits and hyphens, such as “petitions”.")


class BookCodeTaken(Refusal):
    """A code names one register of the agency."""

    code, status = "register-code-taken", 409
    sentence = _("The agency keeps a register with the code “%(code)s” already. Choose another code.")


class DefaultStaysOpen(Refusal):
    """What no rule fits goes into the default register, so that one is never closed."""

    code, status = "default-register-stays", 409
    sentence = _("The default register cannot be closed: it takes what no rule fits.")


class TooManyBooks(Refusal):
    """An agency keeps a limited number of registers."""

    code, status = "too-many-registers", 409
    sentence = _("The agency keeps %(limit)s registers already. Rename one instead of adding another.")


def open_book(*, code: str, settings: BookSettings, viewer: Viewer, at: datetime) -> RegisterBook:
    """Keep one more register; its numbers run from 1 each year.

    Raises:
        NotAllowed, BadBookCode, BookCodeTaken, TooManyBooks.
    """
    policies.require_keeps_books(viewer)
    agency_id = viewer.agency_id or 0
    if not CODE.fullmatch(code):
        raise BadBookCode(field="code")
    with transaction.atomic():
        books_in_use(agency_id)
        if RegisterBook.objects.filter(agency_id=agency_id).count() >= MOST_BOOKS:
            raise TooManyBooks(limit=MOST_BOOKS)
        book = RegisterBook(agency_id=agency_id, code=code)
        _set(book, settings)
        try:
            with transaction.atomic():
                book.save()
        except IntegrityError as error:
            raise BookCodeTaken(field="code", code=code) from error
        _record("register.open", book, viewer, at)
    return book


def change_book(*, book_id: int, settings: BookSettings, viewer: Viewer, at: datetime) -> RegisterBook:
    """Change a register's name, order, rules, and whether it is in use; its numbers stay as they are.

    Raises:
        NotAllowed, NotFound, DefaultStaysOpen.
    """
    policies.require_keeps_books(viewer)
    with transaction.atomic():
        rows = RegisterBook.objects.select_for_update().filter(agency_id=viewer.agency_id or 0, id=book_id)
        book = rows.first()
        if book is None:
            raise NotFound
        if book.is_default and not settings.active:
            raise DefaultStaysOpen(field="active")
        _set(book, settings)
        book.save()
        _record("register.change", book, viewer, at)
    return book


def _set(book: RegisterBook, settings: BookSettings) -> None:
    book.name = settings.name
    book.active = settings.active
    book.position = settings.position
    book.types = list(settings.types)
    book.senders = list(settings.senders)
    book.from_urgency = settings.from_urgency


def _record(verb: str, book: RegisterBook, viewer: Viewer, at: datetime) -> None:
    data: dict[str, JSON] = {"name": book.name, "code": book.code, "active": book.active}
    record(
        actor=viewer.actor(), verb=verb, subject=Subject("office.register", str(book.id)), at=at, data=data
    )
