"""What a viewer may read of incoming and outgoing documents. Every answer is narrowed to the viewer first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import partial, reduce
from operator import or_
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, OuterRef, Prefetch, Q, QuerySet, Subquery

from lienthong.identity.public import NotFound, Role, Viewer
from lienthong.kernel.paging import PAGE_SIZE, Page, page_of, page_read
from lienthong.kernel.remembered import Remembered
from lienthong.kernel.statements import Columns
from lienthong.office import policies, secrecy
from lienthong.office.contracts import IncomingFilter
from lienthong.office.models import (
    IncomingDocument,
    IncomingFile,
    RequestedChange,
    StatusToReport,
)
from lienthong.office.same_day import same_day_rule
from lienthong.office.searching import Wording, contains, days, of_agency, search_page
from lienthong.office.secret_models import SecretMark
from lienthong.office.secret_states import SecretState
from lienthong.office.states import (
    ChangeState,
    State,
)
from lienthong.office.text_models import ReadText
from lienthong.office.text_search import Plain
from lienthong.tasks.public import (
    PARTIES,
    UNDER_WAY,
    Part,
    hold_parties,
    lead_name,
    part_in_tree,
    parts_of,
)

MINE, ALL = "mine", "all"
OPEN_STATES = (State.ARRIVED, State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS)
COUNT_CAP = 99
EXPORT_LIMIT = 50_000
# The columns of a row of the list.
LISTED = (
    "agency_id", "state", "code", "subject", "sender_code", "sender_name", "arrived_at", "authentic",
    "urgency", "register_number", "due_at",
)  # fmt: skip
# What every page of a document asks, as fixed statements (ADR 0029).
_STATUSES, _MARKS = Columns(StatusToReport), Columns(SecretMark)
_READINGS = Columns(ReadText, "document_id", "agency_id", "state", "by_ocr")
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
    for document in _WHOLE(viewer=viewer, document_id=document_id):
        if document.task is not None:
            hold_parties(document.task)
        return document
    raise NotFound


def lock_incoming(viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, IncomingDocument]:
    """Those of the documents that the viewer may see, held in order of id until the transaction ends."""
    rows = incoming_of(viewer).filter(id__in=ids).select_related("secret_mark").order_by("id")
    return {row.id: row for row in rows.defer("content").select_for_update(of=("self",))}


def list_incoming(
    viewer: Viewer, wanted: IncomingFilter, *, at: datetime, cursor: str = ""
) -> Page[IncomingDocument]:
    """A page of the list: one query whatever its length, and a search up to five.

    What waits for the viewer comes oldest first. Each document has the `lead_name` of its task, and in
    `asked` the kind of the change that waits for an answer.
    """
    if wanted == IncomingFilter(tab=wanted.tab):
        tab = wanted.tab if wanted.tab in {MINE, *State} else ALL
        # In a tuple it belongs to the query's form; so do the way and the beginning.
        read = partial(_LISTED, viewer=viewer, tab=(tab,))
        return page_read(lambda after: read(after=after), key=_ID, cursor=cursor)
    rows = _as_listed(filter_incoming(viewer, wanted, at=at))
    if Wording(wanted.text).words:
        own = IncomingDocument.objects.filter(of_agency(viewer.agency_id or 0))
        within = _narrowed(own, viewer, wanted, at=at)
        texts = ReadText.objects.filter(of_agency(viewer.agency_id or 0))
        if wanted != IncomingFilter(tab=ALL, text=wanted.text):
            texts = texts.filter(document__in=within.values("pk"))
        return search_page(
            rows, viewer.agency_id or 0, wanted.text, within=within, cursor=cursor, texts=texts
        )
    return page_of(rows, key="+id" if wanted.tab == MINE else "id", cursor=cursor)


def _as_listed(rows: QuerySet[IncomingDocument]) -> QuerySet[IncomingDocument]:
    """With the columns that a row of the list shows."""
    pending = RequestedChange.objects.filter(document=OuterRef("pk"), state=ChangeState.PENDING)
    rows = rows.only(*LISTED)
    return rows.annotate(lead_name=lead_name("task_id"), asked=Subquery(pending.values("kind")[:1]))


def _tab_of(viewer: Viewer, tab: tuple[str], after: UUID | None) -> QuerySet[IncomingDocument]:
    """A page of a tab, after that document if one is named, and one row more."""
    ascending = tab == (MINE,)
    rows = _as_listed(_in_tab(incoming_of(viewer), viewer, tab[0]))
    if after is not None:
        rows = rows.filter(id__gt=after) if ascending else rows.filter(id__lt=after)
    return rows.order_by("id" if ascending else "-id")[: PAGE_SIZE + 1]


def _in_tab(rows: QuerySet[IncomingDocument], viewer: Viewer, tab: str) -> QuerySet[IncomingDocument]:
    if tab == MINE:
        return rows.filter(_waits_for(viewer))
    return rows.filter(state=tab) if tab in list(State) else rows


def filter_incoming(viewer: Viewer, wanted: IncomingFilter, *, at: datetime) -> QuerySet[IncomingDocument]:
    """The viewer's incoming documents narrowed to what is wanted, but for its text; unordered."""
    return _narrowed(incoming_of(viewer), viewer, wanted, at=at)


def _narrowed(
    rows: QuerySet[IncomingDocument], viewer: Viewer, wanted: IncomingFilter, *, at: datetime
) -> QuerySet[IncomingDocument]:
    rows = _in_tab(rows, viewer, wanted.tab)
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
    replies = part_in_tree(viewer, "answers_task__root_id")
    # Without the first condition PostgreSQL gathers all of the viewer's parts once more, for no reply at all.
    return part_in_tree(viewer, "task_id") | (Q(answers_task__isnull=False) & replies)


def _waits_for(viewer: Viewer) -> Q:
    """What is the viewer's turn, by any of its reasons."""
    return reduce(or_, _turns_of(viewer))


def _turns_of(viewer: Viewer) -> list[Q]:
    """Why a document is the viewer's turn, each reason along an index of its own.

    The lead's own work, the clerk's arrivals, the changes asked for and the secrecy marks found, the
    leader's undirected ones.
    """
    # The agency, whose tasks under way are few, spares looking each of the viewer's parts up.
    under_way = Q(task__agency=viewer.agency_id or 0, task__state__in=sorted(UNDER_WAY))
    leads = ArraySubquery(parts_of(viewer).filter(under_way, part=Part.LEAD).values("task_id"))
    turns = [Q(Among(F("task_id"), leads), state__in=[State.ASSIGNED, State.IN_PROGRESS])]
    if viewer.has(Role.CLERK):
        asked = RequestedChange.objects.filter(state=ChangeState.PENDING, document__agency=viewer.agency_id)
        marked = SecretMark.objects.filter(state=SecretState.FOUND, agency=viewer.agency_id)
        turns += [
            Q(state=State.ARRIVED),
            Q(Among(F("id"), ArraySubquery(asked.values("document_id")))),
            Q(Among(F("id"), ArraySubquery(marked.values("document_id")))),
        ]
    if viewer.has(Role.LEADER):
        turns.append(Q(state=State.REGISTERED))
    return turns


def count_waiting(viewer: Viewer) -> int:
    """How many documents wait for the viewer, counted up to 99 and never further."""
    return len(incoming_of(viewer).filter(_waits_for(viewer)).values_list("pk")[: COUNT_CAP + 1])


def neighbour_waiting(viewer: Viewer, document_id: UUID) -> UUID | None:
    """The next document that waits for the viewer, so that a clerk goes through a pile without the list.

    After the last comes the first. The first by each reason is found along that reason's index: with an "or"
    PostgreSQL would walk over all that is long finished.
    """
    for after in (True, False):
        if found := _NEXT(viewer=viewer, document_id=document_id, after=after):
            return min(found)
    return None


def _next_waiting(viewer: Viewer, document_id: UUID, *, after: bool) -> QuerySet[IncomingDocument, UUID]:
    """The first by each reason after the document, or else from the first one on."""
    others = incoming_of(viewer).filter(**{"id__gt" if after else "id__lt": document_id})
    ids = others.order_by("id").values_list("id", flat=True)
    first, *more = (ids.filter(turn)[:1] for turn in _turns_of(viewer))
    return first.union(*more)


def files_of(document: IncomingDocument) -> list[IncomingFile]:
    """The attachments in their order, with their blobs."""
    files = _FILES(document_id=document.id)
    for file in files:
        file.document = document
    return files


def find_file(viewer: Viewer, document_id: UUID, position: int) -> IncomingFile:
    """An attachment of a document the viewer may see; raises `NotFound`, `FileClosed`."""
    visible = incoming_of(viewer).filter(id=document_id)
    files = IncomingFile.objects.filter(document__in=visible, position=position, blob__isnull=False)
    file = files.select_related("blob").first()
    if file is None:
        raise NotFound
    secrecy.require_open(viewer, document_id)
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
    return _STATUSES.where(order="id", document_id=document.pk)


def reading_of(document: IncomingDocument) -> ReadText | None:
    """How far the reading of its file has come, without the text."""
    found = _READINGS.where(document_id=document.pk)
    return found[0] if found else None


def mark_of(document: IncomingDocument) -> SecretMark | None:
    """The secrecy mark that was found on it."""
    found = _MARKS.where(document_id=document.pk)
    return found[0] if found else None


def export_incoming(viewer: Viewer, wanted: IncomingFilter, *, at: datetime) -> Iterator[IncomingDocument]:
    """The filtered list in the order of the register, for an export; at most `EXPORT_LIMIT` rows."""
    rows = filter_incoming(viewer, wanted, at=at).order_by(
        "register__year", "register_id", "register_number", "id"
    )
    rows = rows.select_related("register", "task").defer("verdict", "content")
    found = rows.prefetch_related(WITH_PARTIES)[:EXPORT_LIMIT]
    return found.iterator(chunk_size=2000)


def _whole(viewer: Viewer, document_id: UUID) -> QuerySet[IncomingDocument]:
    """The document with what its page and policies read, but for the parties of its task."""
    rows = incoming_of(viewer).filter(id=document_id)
    return rows.select_related("task__given_by", "register__book", "secret_mark")


# What lists and pages ask is written as SQL once for each kind of viewer (`kernel.remembered`).
_WHOLE, _LISTED, _NEXT = Remembered(_whole), Remembered(_tab_of), Remembered(_next_waiting)
_FILES = Remembered(
    lambda document_id: IncomingFile.objects.filter(document_id=document_id).select_related("blob")
)
_ID = IncomingDocument._meta.get_field("id")
