"""What a viewer may read of incoming and outgoing documents. Every answer is narrowed to the viewer first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Count, Exists, F, Func, OuterRef, Prefetch, Q, QuerySet

from lienthong.identity.public import NotFound, Role, Viewer
from lienthong.kernel.models import Blob
from lienthong.kernel.paging import Page, page_of
from lienthong.office import policies
from lienthong.office.contracts import IncomingFilter, OutgoingFilter, Progress, RecipientCount
from lienthong.office.dispatch_models import InsideRecipient
from lienthong.office.drafting_models import ReviewTurn
from lienthong.office.models import (
    IncomingDocument,
    IncomingFile,
    OutgoingDocument,
    Recipient,
    RequestedChange,
    StatusToReport,
)
from lienthong.office.outgoing_narrowing import as_counted
from lienthong.office.same_day import same_day_rule
from lienthong.office.searching import Wording, contains, days, matching, search_page
from lienthong.office.states import (
    FINAL_CODES,
    STATUS_LABELS,
    UNRECEIVED_CODES,
    ChangeState,
    OutState,
    State,
    TurnState,
)
from lienthong.office.text_search import Plain
from lienthong.tasks.public import PARTIES, UNDER_WAY, Part, parts_of, seen_parts_of

MINE, ALL = "mine", "all"
OPEN_STATES = (State.ARRIVED, State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS)
COUNT_CAP = 99
RECIPIENT_PAGE = 100
EXPORT_LIMIT = 50_000
WITH_PARTIES = Prefetch("task__parties", PARTIES.queryset)


class Among(Func):
    """SQL `value = ANY (ARRAY(…))`: the array is made once, and an index finds its values, also beside OR."""

    template, arg_joiner = "%(expressions)s)", " = ANY ("
    output_field = BooleanField()


def incoming_of(viewer: Viewer) -> QuerySet[IncomingDocument]:
    """The incoming documents the viewer may see: all of the agency, or those where the viewer has a part."""
    if viewer.agency_id is None or not viewer.has(*policies.READERS):
        return IncomingDocument.objects.none()
    rows = IncomingDocument.objects.filter(agency_id=viewer.agency_id)
    return rows if policies.reads_all(viewer) else rows.filter(_part_of(viewer))


def find_incoming(viewer: Viewer, document_id: UUID, *, lock: bool = False) -> IncomingDocument:
    """One incoming document with its task and parties; with `lock` it is held until the transaction ends.

    Raises:
        NotFound: there is none, or the viewer may not see it.
    """
    if lock:
        # Before reading: a join would still show the task as it was when the wait for the lock began.
        own = IncomingDocument.objects.filter(id=document_id, agency_id=viewer.agency_id or 0)
        list(own.select_for_update().values_list("pk"))
    rows = incoming_of(viewer).select_related("task__given_by", "register__book")
    rows = rows.prefetch_related(WITH_PARTIES)
    try:
        return rows.get(id=document_id)
    except IncomingDocument.DoesNotExist as error:
        raise NotFound from error


def lock_incoming(viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, IncomingDocument]:
    """Those of the documents that the viewer may see, held in order of id until the transaction ends."""
    rows = incoming_of(viewer).filter(id__in=ids).order_by("id")
    return {row.id: row for row in rows.defer("content").select_for_update(of=("self",))}


def list_incoming(
    viewer: Viewer, wanted: IncomingFilter, *, at: datetime, cursor: str = ""
) -> Page[IncomingDocument]:
    """A page of the list, with the changes that wait for an answer: three queries whatever its length.

    What waits for the viewer comes oldest first.
    """
    rows = (
        filter_incoming(viewer, wanted, at=at)
        .select_related("task")
        .prefetch_related(
            WITH_PARTIES,
            Prefetch("changes", RequestedChange.objects.filter(state=ChangeState.PENDING)),
        )
    )
    rows = rows.defer("verdict", "content")
    if Wording(wanted.text).words:
        own = IncomingDocument.objects.filter(agency_id=viewer.agency_id or 0)
        within = _narrowed(own, viewer, wanted, at=at)
        return search_page(
            rows, viewer.agency_id or 0, wanted.text, within=within, cursor=cursor, content=True
        )
    return page_of(rows, key="+id" if wanted.tab == MINE else "id", cursor=cursor)


def filter_incoming(viewer: Viewer, wanted: IncomingFilter, *, at: datetime) -> QuerySet[IncomingDocument]:
    """The viewer's incoming documents narrowed to what is wanted, but for its text; unordered."""
    return _narrowed(incoming_of(viewer), viewer, wanted, at=at)


def _narrowed(
    rows: QuerySet[IncomingDocument], viewer: Viewer, wanted: IncomingFilter, *, at: datetime
) -> QuerySet[IncomingDocument]:
    if wanted.tab == MINE:
        rows = rows.filter(_waits_for(viewer))
    elif wanted.tab in list(State):
        rows = rows.filter(state=wanted.tab)
    if wanted.urgency is not None:
        rows = rows.filter(urgency=wanted.urgency)
    if wanted.overdue:
        rows = rows.filter(due_at__lt=at, state__in=OPEN_STATES)
    if wanted.unproven:
        rows = rows.filter(authentic=False)
    if wanted.late and viewer.agency_id is not None:
        before = same_day_rule(viewer.agency_id, at=at).late_before
        rows = rows.filter(state=State.ARRIVED, arrived_at__lt=before)
    if wanted.sender:
        rows = rows.filter(contains("search_text", wanted.sender))
    if wanted.signer:
        rows = rows.alias(signer_plain=Plain(F("signer_name"))).filter(
            contains("signer_plain", wanted.signer)
        )
    if wanted.register is not None:
        rows = rows.filter(register__book_id=wanted.register)
    return rows.filter(days("arrived_at", wanted.since, wanted.until))


def _part_of(viewer: Viewer) -> Q:
    """Those with a part anywhere in the document's tasks; of a reply, in the tasks it answers."""
    parts = seen_parts_of(viewer)
    # Without the first condition PostgreSQL gathers all of the viewer's parts once more, for no reply at all.
    return Q(Exists(parts.filter(task__root=OuterRef("task_id")))) | Q(
        Exists(parts.filter(task__root=OuterRef("answers_task__root_id"))), answers_task__isnull=False
    )


def _waits_for(viewer: Viewer) -> Q:
    """What is the viewer's turn.

    The clerk's arrivals and the changes asked for, the leader's undirected ones, the lead's own work.
    """
    leads = parts_of(viewer).filter(part=Part.LEAD, task__state__in=sorted(UNDER_WAY))
    waits = Q(Among(F("task_id"), ArraySubquery(leads.values("task_id"))))
    waits &= Q(state__in=[State.ASSIGNED, State.IN_PROGRESS])
    if viewer.has(Role.CLERK):
        asked = RequestedChange.objects.filter(state=ChangeState.PENDING, document__agency=viewer.agency_id)
        waits |= Q(state=State.ARRIVED) | Q(Among(F("id"), ArraySubquery(asked.values("document_id"))))
    if viewer.has(Role.LEADER):
        waits |= Q(state=State.REGISTERED)
    return waits


def count_waiting(viewer: Viewer) -> int:
    """How many documents wait for the viewer, counted up to 99 and never further."""
    return len(incoming_of(viewer).filter(_waits_for(viewer)).values_list("pk")[: COUNT_CAP + 1])


def neighbour_waiting(viewer: Viewer, document_id: UUID) -> UUID | None:
    """The next document that waits for the viewer, so that a clerk goes through a pile without the list."""
    waiting = incoming_of(viewer).filter(_waits_for(viewer)).exclude(id=document_id).order_by("id")
    after = waiting.filter(id__gt=document_id).values_list("id", flat=True).first()
    return after or waiting.values_list("id", flat=True).first()


def files_of(document: IncomingDocument) -> list[IncomingFile]:
    """The attachments in their order, with their blobs."""
    return list(document.files.select_related("blob"))


def find_file(viewer: Viewer, document_id: UUID, position: int) -> IncomingFile:
    """An attachment of a document the viewer may see; raises `NotFound`."""
    visible = incoming_of(viewer).filter(id=document_id)
    files = IncomingFile.objects.filter(document__in=visible, position=position, blob__isnull=False)
    file = files.select_related("blob").first()
    if file is None:
        raise NotFound
    return file


def find_product(viewer: Viewer, document_id: UUID) -> IncomingDocument:
    """A finished document that has a product file; raises `NotFound`."""
    document = (
        incoming_of(viewer).filter(id=document_id, product__isnull=False).select_related("product").first()
    )
    if document is None:
        raise NotFound
    return document


def replacement_of(viewer: Viewer, change: RequestedChange) -> IncomingDocument | None:
    """The document that is to take the place of the one asked for, if it has arrived and may be seen."""
    if change.kind != "replace":
        return None
    return incoming_of(viewer).filter(delivery_id=change.asking_delivery_id).first()


def statuses_of(document: IncomingDocument) -> list[StatusToReport]:
    """What the axis was told of the document, or is still to be told, oldest first."""
    return list(document.statuses.order_by("id"))


def export_incoming(viewer: Viewer, wanted: IncomingFilter, *, at: datetime) -> Iterator[IncomingDocument]:
    """The filtered list in the order of the register, for an export; at most `EXPORT_LIMIT` rows."""
    rows = filter_incoming(viewer, wanted, at=at).order_by(
        "register__year", "register_id", "register_number", "id"
    )
    rows = rows.select_related("register", "task").defer("verdict", "content")
    found = rows.prefetch_related(WITH_PARTIES)[:EXPORT_LIMIT]
    return found.iterator(chunk_size=2000)


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
    rows = outgoing_of(viewer).select_related("document", "prepared_by", "prepared_post", "agency")
    if lock:
        # Held before it is read: whoever held it until now may have put another official document in.
        list(outgoing_of(viewer).select_for_update(of=("self",)).filter(id=document_id).values_list("id"))
    try:
        return rows.get(id=document_id)
    except OutgoingDocument.DoesNotExist as error:
        raise NotFound from error


def filter_outgoing(viewer: Viewer, wanted: OutgoingFilter) -> QuerySet[OutgoingDocument]:
    """The viewer's outgoing documents narrowed to what is wanted, unordered."""
    return _sent_as(outgoing_of(viewer), wanted)


def _sent_as(rows: QuerySet[OutgoingDocument], wanted: OutgoingFilter) -> QuerySet[OutgoingDocument]:
    if wanted.tab in list(OutState):
        rows = rows.filter(state=wanted.tab)
    return as_counted(rows.filter(days("issued_at", wanted.since, wanted.until)), wanted)


def list_outgoing(viewer: Viewer, wanted: OutgoingFilter, *, cursor: str = "") -> Page[OutgoingDocument]:
    """A page of outgoing documents, newest first, each with the `progress` of its recipients."""
    rows = filter_outgoing(viewer, wanted).select_related("document", "prepared_by")
    if Wording(wanted.text).words:
        own = OutgoingDocument.objects.filter(agency_id=viewer.agency_id or 0)
        within = _sent_as(own, wanted)
        page = search_page(rows, viewer.agency_id or 0, wanted.text, within=within, cursor=cursor)
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
    counted = document.recipients.order_by("status").values_list("status").annotate(number=Count("id"))
    found: dict[str, int] = dict(counted)
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
    rows = document.recipients.select_related("agency")
    if status is not None:
        rows = rows.filter(status=status)
    return page_of(rows, key="+id", cursor=cursor, size=RECIPIENT_PAGE)


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
    found = filter_outgoing(viewer, wanted).filter(matching(wanted.text))
    rows = found.select_related("document__signer").order_by("id")
    return rows.annotate(recipient_count=Count("recipients"))[:EXPORT_LIMIT].iterator(chunk_size=2000)
