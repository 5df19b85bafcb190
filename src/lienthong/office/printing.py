"""Registers as the law has them (NĐ 30/2020/NĐ-CP, annex IV), row by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef

from lienthong.documents.public import TYPES, Row
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.office import outgoing_queries, queries
from lienthong.office.models import IncomingDocument, OutgoingDocument, Recipient
from lienthong.office.searching import days

NAMED = 3  # recipients named one by one

# The registers are official forms: their words are Vietnamese in every language of the interface.
INCOMING = {
    "Ngày đến": 8,
    "Số đến": 6,
    "Tác giả": 16,
    "Số, ký hiệu": 13,
    "Ngày tháng": 8,
    "Tên loại và trích yếu nội dung": 32,
    "Đơn vị hoặc người nhận": 14,
    "Ngày chuyển": 8,
    "Ký nhận": 8,
    "Ghi chú": 10,
}
OUTGOING = {
    "Số, ký hiệu": 13,
    "Ngày tháng": 8,
    "Tên loại và trích yếu nội dung": 34,
    "Người ký": 14,
    "Nơi nhận": 24,
    "Đơn vị, người nhận bản lưu": 14,
    "Số lượng bản": 7,
    "Ghi chú": 10,
}


def incoming_rows(viewer: Viewer, *, book_id: int, since: date, until: date) -> Iterator[Row]:
    """The rows of a register of incoming documents that the viewer may see, in the order of their numbers."""
    registered = queries.incoming_of(viewer).filter(
        days("registered_at", since, until), register__book_id=book_id
    )
    rows = registered.defer("verdict", "content").select_related("task")
    rows = rows.prefetch_related(queries.WITH_PARTIES)
    for document in rows.order_by("register__year", "register_number").iterator(chunk_size=2000):
        yield _incoming_row(document)


def outgoing_rows(viewer: Viewer, *, since: date, until: date) -> Iterator[Row]:
    """The rows of the register of outgoing documents that the viewer may see, in the order of their issue."""
    named = Recipient.objects.filter(document=OuterRef("pk")).order_by("id").values("agency__name")[:NAMED]
    issued = outgoing_queries.outgoing_of(viewer).filter(
        days("issued_at", since, until), issued_at__isnull=False
    )
    rows = issued.annotate(named=ArraySubquery(named), copies=Count("recipients"))
    rows = rows.select_related("document__signer", "prepared_post__division", "prepared_by")
    for document in rows.order_by("issued_at", "id").iterator(chunk_size=2000):
        yield _outgoing_row(document)


def _incoming_row(document: IncomingDocument) -> Row:
    task = document.task
    return (
        _day(document.registered_at),
        document.register_number or "",
        document.sender_name or document.sender_code,
        document.code,
        _day(document.promulgated_on),
        _described(document.type_name, document.subject),
        task.lead.name if task else "",
        _day(task.given_at) if task else "",
        "",
        "Đã thu hồi" if document.withdrawn_at else "",
    )


def _outgoing_row(document: OutgoingDocument) -> Row:
    official, post = document.document, document.prepared_post
    named, copies = document.named, document.copies  # type: ignore[attr-defined]
    others = f"; và {copies - len(named)} nơi khác" if copies > len(named) else ""
    division = post.division if post else None
    return (
        document.code,
        _day(document.issued_at),
        _described(TYPES[official.type].name_vi if official.type in TYPES else "", document.subject),
        official.signer.full_name if official.signer else "",
        "; ".join(named) + others,
        division.name if division else document.prepared_by.full_name,
        copies,
        "Đã thu hồi" if document.withdrawn_at else "",
    )


def _described(kind: str, subject: str) -> str:
    return " – ".join(filter(None, (kind, subject)))


def _day(moment: datetime | date | None) -> str:
    if isinstance(moment, datetime):
        moment = moment.astimezone(VIETNAM).date()
    return f"{moment:%d/%m/%Y}" if moment else ""
