"""Reads of feedback: an official's inbox, a sender's own, what is public."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value

from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Viewer, Visitor
from lienthong.kernel.paging import Page, page_of, soonest_page
from lienthong.kernel.plain import Plain
from lienthong.participation import policies
from lienthong.participation.codes import read_code
from lienthong.participation.contracts import FeedbackFilter
from lienthong.participation.models import Category, Competence, Feedback, Photo, Rating
from lienthong.participation.refusals import UnknownCategory, WrongCode
from lienthong.participation.states import ENDED, OPEN, READERS, State

TABS = ("open", "mine", "approve", "answered", "ended", "all")
_BY_DUE = frozenset({"open", "mine", "approve"})
_SEEN = ("category", "agency", "unit__parent__parent", "handler")
PUBLIC_PAGE = 20


def categories() -> list[Category]:
    """What feedback may be about. One query."""
    return list(Category.objects.filter(active=True))


def find_category(code: str) -> Category:
    """The category of that code; raises `UnknownCategory`."""
    found = Category.objects.filter(code=code[:40], active=True).first() if code.isprintable() else None
    if found is None:
        raise UnknownCategory(field="category")
    return found


def find_feedback(viewer: Viewer, feedback_id: UUID, *, lock: bool = False) -> Feedback:
    """The feedback if the official may read it. One query; raises `NotFound`."""
    rows = Feedback.objects.select_related(*_SEEN)
    if lock:
        rows = rows.select_for_update(of=("self",))
    feedback = rows.filter(pk=feedback_id).first()
    if feedback is None or not policies.reads(viewer, feedback):
        raise NotFound
    return feedback


def find_own(visitor: Visitor, known: Collection[UUID], feedback_id: UUID, *, lock: bool = False) -> Feedback:
    """The sender's own feedback. One query; raises `NotFound`."""
    rows = Feedback.objects.select_related(*_SEEN)
    if lock:
        rows = rows.select_for_update(of=("self",))
    feedback = rows.filter(pk=feedback_id).first()
    if feedback is None or not policies.is_sender(visitor, known, feedback):
        raise NotFound
    return feedback


def find_by_code(said: str) -> Feedback:
    """The feedback that the secret code opens; raises `WrongCode`."""
    code = read_code(said)
    feedback = Feedback.objects.filter(code=code).first() if code else None
    if feedback is None:
        raise WrongCode(field="code")
    return feedback


def inbox(viewer: Viewer, wanted: FeedbackFilter, *, cursor: str = "") -> Page[Feedback]:
    """What lies with the official's agency; what is owed with the soonest due first. One query."""
    rows = _of_agency(viewer).select_related("category", "unit", "handler").defer("answer", "public_text")
    narrowed = {
        "open": Q(state__in=sorted(OPEN)),
        "mine": Q(state__in=sorted(OPEN), handler=viewer.official_id),
        "approve": Q(state=State.DRAFTED),
        "answered": Q(state=State.ANSWERED),
        "ended": Q(state__in=sorted(ENDED)),
    }
    rows = rows.filter(narrowed.get(wanted.tab, Q()))
    if wanted.category:
        rows = rows.filter(category__code=wanted.category[:40])
    if wanted.text:
        rows = rows.annotate(plain=Plain(F("text"))).filter(plain__contains=Plain(Value(wanted.text[:100])))
    if wanted.tab in _BY_DUE:
        return soonest_page(rows, time="due_at", cursor=cursor)
    return page_of(rows, key="id", cursor=cursor)


def own_feedback(visitor: Visitor, *, cursor: str = "") -> Page[Feedback]:
    """What was sent for the party the visitor acts for, the newest first. One query."""
    rows = Feedback.objects.filter(party=visitor.for_id) if visitor.for_id else Feedback.objects.none()
    return page_of(rows.select_related("category", "agency"), key="id", cursor=cursor, size=PUBLIC_PAGE)


def published(
    *, text: str = "", category: str = "", province_id: int | None = None, unit_id: int | None = None
) -> QuerySet[Feedback]:
    """What anyone may read: answered, agreed to by its sender, and published by an official."""
    rows = Feedback.objects if province_id is None else of_province(province_id)
    rows = rows.filter(published_at__isnull=False)
    if text:
        rows = rows.filter(search_text__contains=Plain(Value(text[:100])))
    if category:
        rows = rows.filter(category__code=category[:40])
    if unit_id is not None:
        rows = rows.filter(unit=unit_id)
    return rows.select_related("category", "agency", "unit__parent__parent")


def of_province(province_id: int) -> QuerySet[Feedback]:
    """All feedback from the province, published or not; of the latter only where it stands may be told."""
    inside = Q(unit=province_id) | Q(unit__parent=province_id) | Q(unit__parent__parent=province_id)
    return Feedback.objects.filter(inside).select_related("category", "agency", "unit__parent__parent")


def public_page(rows: QuerySet[Feedback], *, cursor: str = "") -> Page[Feedback]:
    """A page of published feedback, the newest first. One query."""
    return page_of(rows.defer("text", "telephone", "email"), key="id", cursor=cursor, size=PUBLIC_PAGE)


def find_published(feedback_id: UUID) -> Feedback:
    """Published feedback. One query; raises `NotFound`."""
    found = published().filter(pk=feedback_id).first()
    if found is None:
        raise NotFound
    return found


def public_photos(ids: Collection[UUID]) -> dict[UUID, list[Photo]]:
    """The photos that may be shown, by their published feedback. One query."""
    found: dict[UUID, list[Photo]] = {}
    rows = Photo.objects.filter(feedback__in=list(ids), feedback__published_at__isnull=False, public=True)
    for photo in rows:
        found.setdefault(photo.feedback_id or UUID(int=0), []).append(photo)
    return found


def owed_ratings(viewer: Viewer, *, answered: bool = False) -> QuerySet[Rating]:
    """Low ratings of the official's agency that are owed an answer, or have one; the soonest due first."""
    rows = Rating.objects.filter(agency=viewer.agency_id, due_at__isnull=False)
    if viewer.agency_id is None or not viewer.has(*READERS):
        return Rating.objects.none()
    rows = rows.filter(answered_at__isnull=not answered).select_related("dossier", "answered_by")
    return rows.order_by("-answered_at" if answered else "due_at")


def competences_under(viewer: Viewer) -> QuerySet[Competence]:
    """Who answers for what, of the bodies at or below the official's agency. Two queries."""
    own = Agency.objects.filter(pk=viewer.agency_id or 0).values_list("path", flat=True).first()
    rows = Competence.objects.filter(agency__path__startswith=own) if own else Competence.objects.none()
    return rows.select_related("unit", "category", "agency").order_by("unit__name", "category__order")


def open_counts(viewer: Viewer, *, at: datetime) -> tuple[int, int]:
    """How much the agency still owes, and how much of it is late. One query each."""
    rows = _of_agency(viewer).filter(state__in=sorted(OPEN))
    return rows.count(), rows.filter(due_at__lt=at).count()


def _of_agency(viewer: Viewer) -> QuerySet[Feedback]:
    if viewer.agency_id is None or not viewer.has(*READERS):
        return Feedback.objects.none()
    return Feedback.objects.filter(agency=viewer.agency_id)
