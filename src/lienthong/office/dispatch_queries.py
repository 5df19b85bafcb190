"""Reads of the recipients beside the axis, for the pages of a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.office.dispatch_models import InsideRecipient, PaperDispatch, PaperRecipient
from lienthong.office.models import OutgoingDocument
from lienthong.office.queries import EXPORT_LIMIT


@dataclass(frozen=True)
class OnPaper:
    """One who gets the document on paper, and the records of how it went, the valid one last."""

    recipient: PaperRecipient
    dispatches: tuple[PaperDispatch, ...]

    @property
    def last(self) -> PaperDispatch | None:
        """The record that holds."""
        return self.dispatches[-1] if self.dispatches else None


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
    return list(document.inside.select_related("division", "official", "post", "read_by"))


def paper_of(document: OutgoingDocument) -> list[OnPaper]:
    """Those who get paper, with what was recorded: two queries."""
    rows = document.paper.prefetch_related("dispatches__recorded_by")
    return [OnPaper(row, tuple(row.dispatches.all())) for row in rows]


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
