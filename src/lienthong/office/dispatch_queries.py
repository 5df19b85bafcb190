"""Reads of the recipients beside the axis, for the pages of a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Viewer
from lienthong.kernel.errors import Refusal
from lienthong.kernel.remembered import Remembered
from lienthong.office import outgoing_queries, policies
from lienthong.office.dispatch_models import InsideRecipient, PaperDispatch, PaperRecipient
from lienthong.office.issued_models import IssuedChange
from lienthong.office.models import OutgoingDocument
from lienthong.office.queries import EXPORT_LIMIT


class NoLongerValid(Refusal):
    """Whoever was given a document that is withdrawn may not use it (NĐ 30/2020, Đ.18)."""

    code, status = "no-longer-valid", 410
    sentence = _(
        "%(code)s was withdrawn, so its files can no longer be opened by those it was given to. "
        "The reason, and the document that replaces it, stand on its page."
    )


@dataclass(frozen=True)
class OnPaper:
    """One who gets the document on paper, and the records of how it went, the valid one last."""

    recipient: PaperRecipient
    dispatches: tuple[PaperDispatch, ...]
    changes: tuple[IssuedChange, ...] = ()

    @property
    def last(self) -> PaperDispatch | None:
        """The record that holds of how the document itself went."""
        return self.told(None)

    def waits(self, changes: Iterable[IssuedChange], *, withdrawn: bool) -> bool:
        """Whether it is not recorded how the document went, or how one of the changes was told."""
        if self.last is None:
            return not withdrawn
        return any(self.told(change.id) is None for change in changes)

    def told(self, change_id: int | None) -> PaperDispatch | None:
        """The record that holds of how the recipient was told of a change; of none, of the dispatch."""
        return next((row for row in reversed(self.dispatches) if row.change_id == change_id), None)

    @property
    def notices(self) -> list[Notice]:
        """The changes that whoever got the paper is to be told of."""
        return [Notice(change, self.told(change.id)) for change in self.changes] if self.last else []


@dataclass(frozen=True)
class Notice:
    """A change of the document, and how a recipient on paper was told of it."""

    change: IssuedChange
    last: PaperDispatch | None


@dataclass(frozen=True)
class RecipientLine:
    """One recipient of a document for an export."""

    kind: Promise
    name: str
    state: object
    since: date | datetime | None
    note: str = ""


def inside_of(document: OutgoingDocument) -> list[InsideRecipient]:
    """The divisions and officials, and who read first: one query."""
    rows = _INSIDE(document_id=document.id)
    for row in rows:
        row.document = document
    return rows


def paper_of(document: OutgoingDocument, changes: Iterable[IssuedChange] = ()) -> list[OnPaper]:
    """Those who get paper, with what was recorded: two queries. `changes` are those of the document."""
    rows = _PAPER(document_id=document.id)
    for row in rows:
        row.document = document
    return [OnPaper(row, tuple(row.dispatches.all()), tuple(changes)) for row in rows]


def changes_of(document: OutgoingDocument) -> list[IssuedChange]:
    """What was declared of the document, oldest first: one query."""
    if document.state not in policies.ISSUED:
        return []
    rows = _CHANGES(document_id=document.id)
    for row in rows:
        row.document = document
    return rows


# Asked for on every page of an outgoing document (`kernel.remembered`).
_INSIDE = Remembered(
    lambda document_id: InsideRecipient.objects.filter(document_id=document_id).select_related(
        "division", "official", "post", "read_by"
    )
)
_PAPER = Remembered(
    lambda document_id: PaperRecipient.objects.filter(document_id=document_id).prefetch_related(
        "dispatches__recorded_by", "dispatches__change"
    )
)
_CHANGES = Remembered(
    lambda document_id: IssuedChange.objects.filter(document_id=document_id).select_related(
        "successor", "made_by"
    )
)


def readable_among(viewer: Viewer, ids: Iterable[UUID | None]) -> set[UUID]:
    """Those of the outgoing documents that the viewer may see; one query, none without any."""
    wanted = [key for key in ids if key is not None]
    return (
        set(outgoing_queries.outgoing_of(viewer).filter(id__in=wanted).values_list("id", flat=True))
        if wanted
        else set()
    )


def require_content(viewer: Viewer, document: OutgoingDocument) -> None:
    """Raise `NoLongerValid` if the document is withdrawn and the viewer only got it inside the agency."""
    if document.withdrawn_at is not None and not outgoing_queries.sees_making(viewer, document):
        raise NoLongerValid(code=document.code)


def export_recipients(document: OutgoingDocument) -> Iterator[RecipientLine]:
    """Every recipient by whatever way, with its state; at most `EXPORT_LIMIT` over the axis."""
    rows = document.recipients.select_related("agency").order_by("id")[:EXPORT_LIMIT]
    for row in rows.iterator(chunk_size=2000):
        yield RecipientLine(_("Axis"), row.agency.name, row.status_label, row.status_at, row.description)
    for inside in inside_of(document):
        state = _("Read") if inside.read_at else _("Not read yet")
        reader = inside.read_by.full_name if inside.read_by else ""
        yield RecipientLine(_("Inside the agency"), str(inside), state, inside.read_at, reader)
    for paper in paper_of(document):
        last = paper.last
        if last is None:
            yield RecipientLine(_("On paper"), str(paper.recipient), _("Not dispatched yet"), None)
        else:
            note = " ".join(filter(None, (last.carried_by, last.receipt_number)))
            yield RecipientLine(_("On paper"), str(paper.recipient), last.way_label, last.sent_on, note)
