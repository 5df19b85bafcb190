"""Registering what arrived: which book, which number, one document or a pile of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Entry, Subject, record_many
from lienthong.office import policies, queries
from lienthong.office.actions.reporting import queue_statuses
from lienthong.office.models import IncomingDocument, StatusToReport
from lienthong.office.register_models import GENERAL, Register, RegisterBook
from lienthong.office.states import REGISTER

SET_LIMIT = 100
FIRST_NAME = "Sổ đăng ký văn bản đến"


class NoSuchBook(Refusal):
    """A number is taken from a register in use at the clerk's own agency."""

    code, status = "no-such-register", 422
    sentence = _("The register chosen is not kept by your agency, or is closed. Choose one from the list.")


class TooManyAtOnce(Refusal):
    """A set is registered in one transaction, so it has an end."""

    code, status = "too-many-at-once", 422
    sentence = _(
        "%(count)s documents were chosen; at most %(limit)s are registered in one go. Choose fewer at a time."
    )


@dataclass(frozen=True)
class Registration:
    """How registering one document of a set went: its number, or what stood against it."""

    document_id: UUID
    document: IncomingDocument | None = None
    refusal: Refusal | None = None


def register_incoming(
    *, document_id: UUID, viewer: Viewer, at: datetime, book_id: int | None = None
) -> IncomingDocument:
    """Give the document the next number of its register this year (NĐ 30/2020, Đ.22). Reports 03.

    The register is `book_id`'s, else the one its agency's rules propose. The number is taken from the locked
    counter in this transaction: no gap, no double.

    Raises:
        NotFound, NotAllowed, NotNow, NotAuthentic, NoSuchBook.
    """
    (result,) = register_set(document_ids=[document_id], viewer=viewer, at=at, book_id=book_id)
    if result.document is None:
        raise result.refusal or NotFound()
    return result.document


def register_set(
    *, document_ids: Sequence[UUID], viewer: Viewer, at: datetime, book_id: int | None = None
) -> list[Registration]:
    """Register the documents in the order given, in one transaction, each as `register_incoming` does.

    What stands against one is its result and stops no other. The number of queries does not grow with the
    set. Locks are taken in order of id, documents before registers, so that two sets never wait in a ring.

    Raises:
        TooManyAtOnce, NoSuchBook.
    """
    ids = list(dict.fromkeys(document_ids))
    if len(ids) > SET_LIMIT:
        raise TooManyAtOnce(count=len(ids), limit=SET_LIMIT)
    with transaction.atomic():
        found = queries.lock_incoming(viewer, ids)
        refusals = {key: _refusal(viewer, found.get(key)) for key in ids}
        ready = [found[key] for key in ids if refusals[key] is None]
        if ready:
            _number(ready, book_id, at)
            _write(ready, viewer, at)
    return [Registration(key, None if refusals[key] else found[key], refusals[key]) for key in ids]


def propose_book(books: Collection[RegisterBook], document: IncomingDocument) -> RegisterBook:
    """The first active book whose rules fit the document, else the agency's default."""
    fitting = (book for book in books if not book.is_default and _fits(book, document))
    return next(fitting, None) or next(book for book in books if book.is_default)


def active_books(agency_id: int) -> QuerySet[RegisterBook]:
    """The agency's active books in order."""
    return RegisterBook.objects.filter(agency_id=agency_id, active=True).order_by("position", "id")


def books_in_use(agency_id: int) -> list[RegisterBook]:
    """The agency's active books in order; its first, the general register, is made when it has none."""
    active = active_books(agency_id)
    books = list(active)
    if any(book.is_default for book in books):
        return books
    first = RegisterBook(agency_id=agency_id, code=GENERAL, name=FIRST_NAME, is_default=True)
    RegisterBook.objects.bulk_create([first], ignore_conflicts=True)
    return list(active.all())


def _refusal(viewer: Viewer, document: IncomingDocument | None) -> Refusal | None:
    if document is None:
        return NotFound()
    try:
        policies.require_move(viewer, document, REGISTER)
    except Refusal as refusal:
        return refusal
    return None


def _fits(book: RegisterBook, document: IncomingDocument) -> bool:
    kinds = {name.casefold() for name in book.types}
    return (
        document.type_name.casefold() in kinds
        or document.sender_kind in book.senders
        or (book.from_urgency is not None and document.urgency >= book.from_urgency)
    )


def _number(documents: list[IncomingDocument], book_id: int | None, at: datetime) -> None:
    """Take the numbers of the year (+07:00), holding its registers until the transaction ends."""
    books = books_in_use(documents[0].agency_id)
    if book_id is not None and book_id not in {book.id for book in books}:
        raise NoSuchBook(field="book")
    chosen = [book_id or propose_book(books, document).id for document in documents]
    year = at.astimezone(VIETNAM).year
    Register.objects.bulk_create(
        [Register(book_id=key, year=year) for key in sorted(set(chosen))], ignore_conflicts=True
    )
    rows = Register.objects.filter(book_id__in=set(chosen), year=year).select_related("book")
    registers = {row.book_id: row for row in rows.order_by("id").select_for_update(of=("self",))}
    taken: Counter[int] = Counter()
    for document, key in zip(documents, chosen, strict=True):
        taken[key] += 1
        document.register = registers[key]
        document.register_number = registers[key].last_number + taken[key]
        document.registered_at = at
    for key, row in registers.items():
        row.last_number += taken[key]
    Register.objects.bulk_update(registers.values(), ["last_number"])


def _write(documents: list[IncomingDocument], viewer: Viewer, at: datetime) -> None:
    """Make the moves, record them, and queue their statuses: all in the caller's transaction."""
    for document in documents:
        document.state = REGISTER.target
    IncomingDocument.objects.bulk_update(documents, ["state", "register", "register_number", "registered_at"])
    actor, entries, statuses = viewer.actor(), [], []
    for document in documents:
        assert document.register is not None
        data = {"number": document.register_number, "register": str(document.register)}
        subject = Subject("office.incoming", str(document.id))
        entries.append(Entry(actor, "incoming.register", subject, at, data))
        statuses.append(
            StatusToReport(
                document=document,
                code=REGISTER.status,
                staff=viewer.name,
                department=viewer.post_title,
                happened_at=at,
                next_attempt_at=at,
            )
        )
    record_many(entries)
    queue_statuses(statuses)
