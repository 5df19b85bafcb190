"""What a viewer may read of outgoing documents and their recipients, each answer narrowed to the viewer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from lienthong.directory.public import Official, PostHolding
from lienthong.identity.public import NotFound, Role, Viewer
from lienthong.kernel.models import Blob
from lienthong.kernel.paging import Page, page_of, page_read
from lienthong.kernel.remembered import Remembered
from lienthong.office import policies
from lienthong.office.contracts import OutgoingFilter, Progress, RecipientCount
from lienthong.office.dispatch_models import InsideRecipient
from lienthong.office.drafting_models import ReviewTurn
from lienthong.office.models import (
    OutgoingDocument,
    Recipient,
)
from lienthong.office.outgoing_narrowing import UNNAMED, as_counted
from lienthong.office.searching import Wording, contains, days, matching, of_agency, search_page
from lienthong.office.states import (
    FINAL_CODES,
    STATUS_LABELS,
    UNRECEIVED_CODES,
    OutState,
    TurnState,
)
from lienthong.office.text_models import IssuedText
from lienthong.office.text_search import Plain

MINE, ALL, ON_PAPER = "mine", "all", "paper"
RECIPIENT_PAGE = 100
EXPORT_LIMIT = 50_000


def outgoing_of(viewer: Viewer) -> QuerySet[OutgoingDocument]:
    """The outgoing documents the viewer may see: all of the agency, or those with a part of the viewer.

    Once issued, also those given to the viewer or the viewer's division.
    """
    if viewer.agency_id is None or not viewer.has(*policies.READERS) or policies.reads_all(viewer):
        return drafted_of(viewer)
    given = Exists(named_inside(viewer).filter(document=OuterRef("pk")))
    rows = OutgoingDocument.objects.filter(agency_id=viewer.agency_id)
    return rows.filter(_made_by(viewer) | Q(given, state__in=sorted(policies.ISSUED)))


def named_inside(viewer: Viewer) -> QuerySet[InsideRecipient]:
    """Where the viewer is a recipient inside the agency: in person, in a post acted for, as of a division."""
    named = Q(official_id=viewer.official_id or 0)
    if viewer.acting_for:
        named |= Q(post_id=viewer.post_id)
    if viewer.division_id is not None:
        named |= Q(division_id=viewer.division_id)
    return InsideRecipient.objects.filter(named)


def drafted_of(viewer: Viewer) -> QuerySet[OutgoingDocument]:
    """The documents whose making the viewer may see too, with its versions and opinions."""
    if viewer.agency_id is None or not viewer.has(*policies.READERS):
        return OutgoingDocument.objects.none()
    rows = OutgoingDocument.objects.filter(agency_id=viewer.agency_id)
    if policies.reads_all(viewer):
        return rows
    return rows.filter(_made_by(viewer))


def _made_by(viewer: Viewer) -> Q:
    asked = ReviewTurn.objects.filter(review__outgoing=OuterRef("pk"), post_id=viewer.post_id or 0)
    made = Q(prepared_by_id=viewer.official_id) | Q(Exists(asked.exclude(state=TurnState.AHEAD)))
    if viewer.division_id is not None and viewer.has(Role.HEAD):
        made |= Q(prepared_post__division_id=viewer.division_id)
    return made


def find_drafted(viewer: Viewer, document_id: UUID) -> OutgoingDocument:
    """One outgoing document whose making the viewer may see; raises `NotFound`."""
    document = find_outgoing(viewer, document_id)
    if not sees_making(viewer, document):
        raise NotFound
    return document


def sees_making(viewer: Viewer, document: OutgoingDocument) -> bool:
    """Whether the viewer may see how the document came about. At most one query."""
    return policies.reads_all(viewer) or drafted_of(viewer).filter(id=document.id).exists()


def find_outgoing(viewer: Viewer, document_id: UUID, *, lock: bool = False) -> OutgoingDocument:
    """One outgoing document with its official document, held with `lock`; raises `NotFound`."""
    if lock:
        # Held before it is read: whoever held it until now may have put another official document in.
        list(outgoing_of(viewer).select_for_update(of=("self",)).filter(id=document_id).values_list("id"))
    for document in _WHOLE(viewer=viewer, document_id=document_id):
        return document
    raise NotFound


def _whole(viewer: Viewer, document_id: UUID) -> QuerySet[OutgoingDocument]:
    rows = outgoing_of(viewer).filter(id=document_id)
    return rows.select_related("document", "prepared_by", "prepared_post", "agency")


def filter_outgoing(viewer: Viewer, wanted: OutgoingFilter) -> QuerySet[OutgoingDocument]:
    """The viewer's outgoing documents narrowed to what is wanted, unordered."""
    return _sent_as(outgoing_of(viewer), viewer, wanted)


def _sent_as(
    rows: QuerySet[OutgoingDocument], viewer: Viewer, wanted: OutgoingFilter
) -> QuerySet[OutgoingDocument]:
    if wanted.tab in list(OutState):
        rows = rows.filter(state=wanted.tab)
    elif wanted.tab == ON_PAPER:
        rows = rows.filter(paper_waits_since__isnull=False)
    if wanted.signer == UNNAMED:
        rows = rows.filter(document__signer=None)
    elif wanted.signer:
        rows = rows.filter(document__signer__in=_named(viewer, wanted.signer))
    return as_counted(rows.filter(days("issued_at", wanted.since, wanted.until)), wanted)


def _named(viewer: Viewer, name: str) -> list[int]:
    """The agency's people of this very name, else those with these words in it; few, whatever the list."""
    held = PostHolding.objects.filter(post__agency_id=viewer.agency_id or 0)
    found = Official.objects.alias(plain_name=Plain(F("full_name"))).filter(
        contains("plain_name", name), id__in=held.values("official_id")
    )
    names = dict(found.values_list("id", "full_name"))
    return [one for one, full_name in names.items() if full_name == name] or list(names)


def list_outgoing(viewer: Viewer, wanted: OutgoingFilter, *, cursor: str = "") -> Page[OutgoingDocument]:
    """A page of outgoing documents, newest first, each with the `progress` of its recipients."""
    rows = filter_outgoing(viewer, wanted).select_related("document", "prepared_by")
    if Wording(wanted.text).words:
        own = OutgoingDocument.objects.filter(of_agency(viewer.agency_id or 0))
        within = _sent_as(own, viewer, wanted)
        texts = IssuedText.objects.filter(of_agency(viewer.agency_id or 0))
        if wanted != OutgoingFilter(text=wanted.text):
            texts = texts.filter(document__in=within.values("pk"))
        page = search_page(
            rows, viewer.agency_id or 0, wanted.text, within=within, cursor=cursor, texts=texts
        )
    else:
        page = page_of(rows, key="id", cursor=cursor)
    counts = {
        row["document_id"]: row
        for row in Recipient.objects.filter(document__in=[row.id for row in page.rows])
        .values("document_id")
        .annotate(
            total=Count("id"),
            received=Count("id", filter=~Q(status__in=UNRECEIVED_CODES)),
            finished=Count("id", filter=Q(status="06")),
            returned=Count("id", filter=Q(status="02")),
        )
    }
    for row in page.rows:
        row.progress = counts.get(row.id, {"total": 0})  # type: ignore[attr-defined]
    return page


def progress_of(document: OutgoingDocument) -> Progress:
    """How many recipients stand at each status: one grouped query."""
    found: dict[str, int] = dict(_COUNTED(document_id=document.id))
    total = sum(found.values())
    counts = tuple(
        RecipientCount(code, str(label), found[code], round(100 * found[code] / total))
        for code, label in STATUS_LABELS.items()
        if code in found
    )
    registered = sum(found.get(code, 0) for code in ("03", "04", "05", "06"))
    return Progress(
        total=total,
        received=total - sum(found.get(code, 0) for code in UNRECEIVED_CODES),
        registered=registered,
        finished=found.get("06", 0),
        returned=found.get("02", 0),
        counts=counts,
    )


def list_recipients(
    document: OutgoingDocument, *, status: str | None = None, cursor: str = ""
) -> Page[Recipient]:
    """A page of the document's recipients with their agencies, optionally of one status."""
    if status is not None:
        rows = document.recipients.select_related("agency").filter(status=status)
        return page_of(rows, key="+id", cursor=cursor, size=RECIPIENT_PAGE)
    read = partial(_RECIPIENTS, document_id=document.id)
    page = page_read(lambda after: read(after=after), key=_ID, cursor=cursor, size=RECIPIENT_PAGE)
    for row in page.rows:
        row.document = document
    return page


def _recipients(document_id: UUID, after: int | None) -> QuerySet[Recipient]:
    rows = Recipient.objects.filter(document_id=document_id).select_related("agency")
    rows = rows if after is None else rows.filter(id__gt=after)
    return rows.order_by("id")[: RECIPIENT_PAGE + 1]


def _counted(document_id: UUID) -> QuerySet[Recipient, Any]:
    rows = Recipient.objects.filter(document_id=document_id).order_by("status")
    return rows.values_list("status").annotate(number=Count("id"))


# What pages ask is written as SQL once for each kind of viewer (`kernel.remembered`).
_WHOLE, _RECIPIENTS, _COUNTED = Remembered(_whole), Remembered(_recipients), Remembered(_counted)
_ID = Recipient._meta.get_field("id")


def takeable_from(document: OutgoingDocument, *, limit: int) -> list[Recipient]:
    """The recipients who may still hold the document, by name; at most `limit`."""
    rows = document.recipients.exclude(status__in=FINAL_CODES - {"06"}).select_related("agency")
    return list(rows.order_by("agency__name", "id")[:limit])


def pdf_of(document: OutgoingDocument) -> tuple[Blob, str]:
    """The issued PDF, or of a draft the one uploaded, with its file name; raises `NotFound`."""
    blob = document.document.pdf or document.document.uploaded
    if blob is None:
        raise NotFound
    return blob, f"{(document.code or 'draft').replace('/', '_')}.pdf"


def export_outgoing(viewer: Viewer, wanted: OutgoingFilter) -> Iterator[OutgoingDocument]:
    """The filtered list, oldest first, each with `recipient_count`; at most `EXPORT_LIMIT` rows."""
    text = matching(wanted.text, agency_id=viewer.agency_id or 0, content=IssuedText)
    found = filter_outgoing(viewer, wanted).filter(text)
    rows = found.select_related("document__signer").order_by("id")
    return rows.annotate(recipient_count=Count("recipients"))[:EXPORT_LIMIT].iterator(chunk_size=2000)
