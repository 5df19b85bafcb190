"""What a viewer may read of the agency's registers."""

from __future__ import annotations

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.office import policies
from lienthong.office.register_models import Register, RegisterBook


def books_of(viewer: Viewer) -> QuerySet[RegisterBook]:
    """The registers of the viewer's agency, closed ones too, for those who may see all its documents."""
    if viewer.agency_id is None or not viewer.has(*(policies.READ_ALL | policies.BOOK_KEEPERS)):
        return RegisterBook.objects.none()
    return RegisterBook.objects.filter(agency_id=viewer.agency_id).order_by("-active", "position", "id")


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
