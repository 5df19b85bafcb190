"""What a viewer may read of the agency's registers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery

from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.statements import Columns
from lienthong.office import policies, queries
from lienthong.office.models import IncomingDocument
from lienthong.office.register_models import Register, RegisterBook
from lienthong.office.same_day import SameDay
from lienthong.office.states import State

COUNT_CAP = 999
_BOOKS = Columns(RegisterBook, "id", "agency_id", "name")


class Counted(Subquery):
    """SQL `SELECT count(*) FROM (…)`: how many rows a query of its own would give."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


@dataclass(frozen=True)
class ClerkFigures:
    """How far the clerk has come; each figure is counted up to `COUNT_CAP`."""

    arrived_today: int
    registered_today: int
    unregistered: int
    late: int
    unlawful: int


def late_arrivals(viewer: Viewer, before: datetime) -> QuerySet[IncomingDocument]:
    """What arrived before then and is neither registered nor returned."""
    return queries.incoming_of(viewer).filter(state=State.ARRIVED, arrived_at__lt=before)


def clerk_figures(viewer: Viewer, rule: SameDay, *, at: datetime) -> ClerkFigures:
    """The day's figures: five short counts in one query, each by an index and with an end."""
    day = at.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    seen = queries.incoming_of(viewer)
    counted = [
        seen.filter(arrived_at__gte=day),
        seen.filter(registered_at__gte=day),
        seen.filter(state=State.ARRIVED),
        late_arrivals(viewer, rule.late_before),
        late_arrivals(viewer, rule.unlawful_before),
    ]
    figures = [Counted(rows.order_by().values("pk")[: COUNT_CAP + 1]) for rows in counted]
    return ClerkFigures(*Agency.objects.values_list(*figures).get(pk=viewer.agency_id or 0))


def books_to_choose(viewer: Viewer) -> list[RegisterBook]:
    """`books_of`, as every list of documents offers them: a fixed statement (ADR 0029)."""
    if not _sees_books(viewer):
        return []
    return _BOOKS.where(order="active DESC, position, id", agency_id=viewer.agency_id)


def _sees_books(viewer: Viewer) -> bool:
    return viewer.agency_id is not None and viewer.has(*(policies.READ_ALL | policies.BOOK_KEEPERS))


def books_of(viewer: Viewer) -> QuerySet[RegisterBook]:
    """The registers of the viewer's agency, closed ones too, for those who may see all its documents."""
    if not _sees_books(viewer):
        return RegisterBook.objects.none()
    return RegisterBook.objects.filter(agency_id=viewer.agency_id or 0).order_by("-active", "position", "id")


def books_with_last_number(viewer: Viewer, *, at: datetime) -> list[RegisterBook]:
    """`books_of`, each with this year's `last_number` (none if the year has no document yet). One query."""
    year = at.astimezone(VIETNAM).year
    this_year = Register.objects.filter(book=OuterRef("pk"), year=year).values("last_number")
    return list(books_of(viewer).annotate(last_number=Subquery(this_year)))


def find_book(viewer: Viewer, book_id: int) -> RegisterBook:
    """A register of the viewer's agency; raises `NotFound`."""
    book = books_of(viewer).filter(id=book_id).first()
    if book is None:
        raise NotFound
    return book
