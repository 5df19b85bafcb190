"""What a party may read: their dossiers, with what belongs to them, and the documents held of them.

Every answer is narrowed by `policies.seen_by_party`; what is another's is not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value

from lienthong.dossiers import policies
from lienthong.dossiers.codes import spellings_of
from lienthong.dossiers.models import (
    Dossier,
    DossierPaper,
    DossierResult,
    DossierTask,
    HeldDocument,
    Pause,
    Slip,
)
from lienthong.dossiers.states import DECIDED, OPEN
from lienthong.identity.public import NotFound, Visitor
from lienthong.kernel.paging import Page, page_of
from lienthong.kernel.plain import Plain

T = TypeVar("T")
MOST_WORDS, MOST_OPEN, PAGE = 8, 100, 25
_LISTED = (
    "code", "applicant_id", "applicant_name", "submitted_at", "due_at", "promised_at", "paused_at", "state",
    "agency__name",
)  # fmt: skip
_NAMED = ("procedure_name", "procedure_name_en")


@dataclass(frozen=True)
class OwnDossiers:
    """Those under way, the soonest due first (at most `MOST_OPEN`), and a page of the rest.

    With words or on a further page all of them are in the page, the newest first.
    """

    open: list[Dossier]
    page: Page[Dossier]
    more_open: bool = False


def own_dossiers(
    visitor: Visitor, *, text: str = "", cursor: str = "", everything: bool = False
) -> OwnDossiers:
    """The dossiers of the visitor and of whom they act for, each with its `procedure_name`. Two queries."""
    rows = _named(Dossier.objects.filter(policies.seen_by_party(visitor)).select_related("agency"))
    rows = rows.only(*_LISTED)
    if text.strip() or everything:
        return OwnDossiers([], page_of(_with_words(rows, text), key="id", cursor=cursor, size=PAGE))
    ended = page_of(rows.exclude(state__in=sorted(OPEN)), key="id", cursor=cursor, size=PAGE)
    if cursor:
        return OwnDossiers([], ended)
    open_ones = rows.filter(state__in=sorted(OPEN)).order_by(F("due_at").asc(nulls_last=True), "id")
    found = list(open_ones[: MOST_OPEN + 1])
    return OwnDossiers(found[:MOST_OPEN], ended, len(found) > MOST_OPEN)


def _named(rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
    names = {name: F(f"version__procedure__{name.removeprefix('procedure_')}") for name in _NAMED}
    return rows.annotate(**names)


def _with_words(rows: QuerySet[Dossier], text: str) -> QuerySet[Dossier]:
    """Those with the code, or with each word in the code, the name or the procedure."""
    codes = spellings_of(text)
    if codes:
        return rows.filter(code__in=codes)
    for word in text.split()[:MOST_WORDS]:
        said = Plain(Value(word[:100]))
        rows = rows.filter(Q(search_text__contains=said) | Q(version__procedure__search_text__contains=said))
    return rows


def find_own(visitor: Visitor, dossier_id: UUID) -> Dossier:
    """One dossier of the visitor, with what its page shows first. Raises `NotFound`. One query."""
    rows = Dossier.objects.filter(policies.seen_by_party(visitor), pk=dossier_id)
    rows = rows.select_related("version__procedure", "agency", "supplement", "hand_out")
    found = rows.defer("version__law", "version__conditions", "version__conditions_en").first()
    if found is None:
        raise NotFound
    return found


def steps_of(dossier: Dossier) -> list[DossierTask]:
    """Every step so far, in order, with the body and the division it lies with. One query."""
    rows = DossierTask.objects.filter(dossier=dossier).select_related("agency", "division")
    return list(rows.order_by("opened_at", "pk"))


def pauses_of(dossier: Dossier) -> list[Pause]:
    """The times its clock stood, in order. One query."""
    return list(Pause.objects.filter(dossier=dossier).order_by("pk"))


def slips_of(dossier: Dossier) -> list[Slip]:
    """Every slip the applicant got, the newest first. One query."""
    return list(Slip.objects.filter(dossier=dossier).order_by("-pk"))


def papers_of(dossier: Dossier) -> list[DossierPaper]:
    """What was handed in, with the files. One query."""
    return list(DossierPaper.objects.filter(dossier=dossier).select_related("held").order_by("pk"))


def results_for_party(dossier: Dossier) -> list[DossierResult]:
    """The signed results, once the dossier is decided. One query, or none."""
    if dossier.state not in DECIDED:
        return []
    rows = DossierResult.objects.filter(dossier=dossier, held__isnull=False)
    return list(rows.select_related("document", "held").order_by("pk"))


def find_own_slip(visitor: Visitor, slip_id: UUID) -> Slip:
    """A slip of a dossier of the visitor. Raises `NotFound`. One query."""
    rows = Slip.objects.select_related("blob").filter(dossier__in=_seen(visitor))
    return _found(rows.filter(pk=slip_id).first())


def find_own_paper(visitor: Visitor, paper_id: int) -> HeldDocument:
    """The file of a paper of a dossier of the visitor. Raises `NotFound`. One query."""
    rows = DossierPaper.objects.select_related("held__blob").filter(dossier__in=_seen(visitor))
    found = rows.filter(pk=paper_id, held__isnull=False).first()
    return _found(found.held if found else None)


def find_own_result(visitor: Visitor, result_id: UUID) -> DossierResult:
    """A signed result of a decided dossier of the visitor, with its file. Raises `NotFound`. One query."""
    rows = DossierResult.objects.select_related("document", "held__blob", "dossier")
    rows = rows.filter(dossier__in=_seen(visitor), dossier__state__in=sorted(DECIDED), held__isnull=False)
    return _found(rows.filter(pk=result_id).first())


def held_documents(visitor: Visitor, *, cursor: str = "") -> Page[HeldDocument]:
    """A page of the documents that are held of whom the visitor acts for, the newest first. One query."""
    rows = HeldDocument.objects.filter(policies.held_for_party(visitor))
    return page_of(rows.select_related("source"), key="id", cursor=cursor, size=PAGE)


def find_held(visitor: Visitor, held_id: UUID) -> HeldDocument:
    """A document held of whom the visitor acts for, with its file. Raises `NotFound`. One query."""
    rows = HeldDocument.objects.select_related("blob").filter(policies.held_for_party(visitor))
    return _found(rows.filter(pk=held_id).first())


def is_valid(held: HeldDocument, *, on: date) -> bool:
    """Whether the document can be used again on the day."""
    return held.valid_until is None or held.valid_until >= on


def _seen(visitor: Visitor) -> QuerySet[Dossier]:
    return Dossier.objects.filter(policies.seen_by_party(visitor))


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound
    return row
