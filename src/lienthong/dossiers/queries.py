"""What a viewer may read of dossiers. Every answer is narrowed to the viewer first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lienthong.directory.public import Agency
from lienthong.dossiers import policies
from lienthong.dossiers.codes import spellings_of
from lienthong.dossiers.contracts import DossierFilter
from lienthong.dossiers.foreign import pinned_process
from lienthong.dossiers.frequency import with_words
from lienthong.dossiers.models import (
    ApologyDraft,
    CompetentBody,
    Dossier,
    DossierGuest,
    DossierPaper,
    DossierParty,
    DossierResult,
    DossierTask,
    HeldDocument,
    Slip,
)
from lienthong.dossiers.refusals import PartNotOffered
from lienthong.dossiers.reusing import infected
from lienthong.dossiers.states import (
    OPEN,
    RESULT_MADE,
    UNDER_WAY,
    DossierState,
    PartyRole,
    TaskKind,
    TaskState,
)
from lienthong.dossiers.whole import Whole, read_tasks, read_whole
from lienthong.identity.public import NotFound, Party, Role, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import Page, page_of
from lienthong.kernel.plain import Plain
from lienthong.procedures.public import (
    Channel,
    LinkedPart,
    Process,
    ServiceField,
    ServiceOffer,
    Step,
    Transition,
    process_of,
)

MOST_WORDS, MOST_AT_ONCE, MOST_OFFERS, MOST_HELD, MOST_TO_LINK = 8, 100, 200, 50, 20
# What a row of a list shows; whole versions with their law would be most of the work of reading a page.
_PROCEDURE = ("version__process_id", "version__procedure__name", "version__procedure__name_en")
_SHOWN = (
    "code", "agency_id", "root_id", "applicant_name", "summary", "submitted_at", "due_at", "paused_at",
    "state", "outcome", "timing", *_PROCEDURE,
)  # fmt: skip
_NAMED = ("procedure_name", "procedure_name_en")
_LISTED = ("code", "root_id", "applicant_name", "submitted_at", "due_at", "paused_at", "state", "timing")
# Each takes some 0.1 s, and the agency's number series is held until the last is signed (ADR 0047).
MOST_TO_SIGN = 20


def dossiers_of(viewer: Viewer) -> QuerySet[Dossier]:
    """The dossiers the viewer may see: those of the agency, and those that had a step in it."""
    if viewer.agency_id is None or not viewer.has(*policies.READERS):
        return Dossier.objects.none()
    here = DossierGuest.objects.filter(agency_id=viewer.agency_id, dossier=OuterRef("pk"))
    return Dossier.objects.filter(Q(agency_id=viewer.agency_id) | Exists(here))


def find_dossier(viewer: Viewer, dossier_id: UUID) -> Dossier:
    """One dossier with what its page shows first. Raises `NotFound`. One query."""
    return find_whole(viewer, dossier_id).dossier


def find_whole(viewer: Viewer, dossier_id: UUID) -> Whole:
    """As `find_dossier`, with what else there is of it to be read. Those of `dossiers_of`; `NotFound`."""
    found = None
    if viewer.agency_id is not None and viewer.has(*policies.READERS):
        found = read_whole(dossier_id, agency_id=viewer.agency_id)
    if found is None:
        raise NotFound
    return found


def list_dossiers(viewer: Viewer, wanted: DossierFilter, *, at: datetime, cursor: str = "") -> Page[Dossier]:
    """A page of the dossiers the viewer may see, newest first, each with its `procedure_name`.

    Two queries, and one more to tell how frequent words are.

    The agency's own and those it was a guest of are found each by an index; an "or" would be walked.
    """
    if viewer.agency_id is None or not viewer.has(*policies.READERS):
        return Page([], "")
    rows = Dossier.objects.all()
    codes = spellings_of(wanted.text)
    if codes:
        rows = rows.filter(code__in=codes)
    if wanted.state.isascii() and wanted.state.isdigit() and int(wanted.state) in list(DossierState):
        rows = rows.filter(state=int(wanted.state))
    if wanted.procedure:
        rows = rows.filter(version__procedure__code=wanted.procedure)
    if wanted.timing == "late":
        rows = rows.filter(state__in=sorted(UNDER_WAY), due_at__lt=at)
    # In the column's type: for a plain literal, an integer, no GIN index serves.
    own = rows.filter(agency_id=Cast(Value(viewer.agency_id), BigIntegerField()))
    guests = DossierGuest.objects.filter(agency_id=viewer.agency_id)
    others = rows.filter(pk__in=guests.values("dossier"))
    words = [] if codes else wanted.text.split()[:MOST_WORDS]
    for word in words:
        others = others.filter(search_text__contains=Plain(Value(word[:100])))
    if words:
        own = with_words(own, words, agency_id=viewer.agency_id)
    return page_of(_listed(own), _listed(others), key="id", cursor=cursor)


def _listed(rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """With what a row of the list shows, and no more."""
    named = {name: F(f"version__procedure__{name.removeprefix('procedure_')}") for name in _NAMED}
    return rows.only(*_LISTED).annotate(**named)


def process_for(dossier: Dossier) -> Process:
    """The process the dossier is pinned to."""
    return pinned_process(dossier)


def step_name(task: DossierTask) -> str:
    """What the step is called, in the reader's language."""
    if task.question:
        return _("Opinion: %(question)s") % {"question": task.question[:200]}
    step = process_for(task.dossier).step.get(task.step)
    if step is None:
        return task.step
    return said_in(step) or step.key


def said_in(named: Step | Transition) -> str:
    """The name in the reader's language."""
    return (get_language() == "en" and named.name_en) or named.name


def offers_at_counter(viewer: Viewer, text: str) -> list[ServiceOffer]:
    """What the viewer's agency offers at the counter now, by name. One query."""
    rows = _with_words(_at_counter(viewer), text)
    return list(rows.order_by("version__procedure__field__name", "version__procedure__name")[:MOST_OFFERS])


def find_offer(viewer: Viewer, offer_id: int) -> ServiceOffer:
    """An offer of the viewer's agency at the counter. Raises `NotFound`."""
    found = _at_counter(viewer).filter(pk=offer_id).first()
    if found is None:
        raise NotFound
    return found


def _at_counter(viewer: Viewer) -> QuerySet[ServiceOffer]:
    rows = ServiceOffer.objects.filter(
        agency_id=viewer.agency_id or 0, channel=Channel.COUNTER, ended_at=None
    )
    return rows.select_related("agency", "version__procedure__field", "version__form", "version__process")


def _with_words(rows: QuerySet[ServiceOffer], text: str) -> QuerySet[ServiceOffer]:
    for word in text.split()[:MOST_WORDS]:
        rows = rows.filter(version__procedure__search_text__contains=Plain(Value(word[:100])))
    return rows


def find_offers(viewer: Viewer, offer_ids: Collection[str]) -> list[ServiceOffer]:
    """Offers of the viewer's agency at the counter, in the order named. Raises `NotFound`. One query."""
    wanted = list(dict.fromkeys(int(one) for one in offer_ids if one.isascii() and one.isdigit()))
    if len(wanted) < len(set(offer_ids)) or any(one >= 1 << 63 for one in wanted):
        raise NotFound
    found = {row.pk: row for row in _at_counter(viewer).filter(pk__in=wanted)} if wanted else {}
    if len(found) < len(wanted):
        raise NotFound
    return [found[key] for key in wanted]


def offers_to_link(viewer: Viewer, offer: ServiceOffer, text: str) -> list[ServiceOffer]:
    """What can go with the offer in one application, by name; a group goes alone. One query, or none."""
    if not text.strip():
        return []
    rows = _at_counter(viewer).exclude(version__procedure=offer.version.procedure_id)
    rows = rows.exclude(Exists(LinkedPart.objects.filter(whole=OuterRef("version__procedure"))))
    return list(_with_words(rows, text).order_by("version__procedure__name", "pk")[:MOST_TO_LINK])


def groups_of(viewer: Viewer, offer: ServiceOffer) -> list[ServiceOffer]:
    """The groups of linked procedures, offered at the viewer's counter, that the procedure is one of.

    One query.
    """
    wholes = LinkedPart.objects.filter(part=offer.version.procedure_id).values("whole")
    rows = _at_counter(viewer).filter(version__procedure__in=wholes).order_by("version__procedure__name")
    return [one for one in rows[:MOST_TO_LINK] if _is_group(one)]


def parts_of(viewer: Viewer, offer: ServiceOffer) -> list[ServiceOffer]:
    """What is received with a group of linked procedures, in its order; nothing with a single one.

    Raises:
        PartNotOffered: the viewer's agency does not offer one of them at its counter.
    """
    if not _is_group(offer):
        return []
    rows = LinkedPart.objects.filter(whole=offer.version.procedure_id).select_related("part")
    parts = {row.part_id: row.part.name for row in rows}
    offers = _at_counter(viewer).filter(version__procedure__in=parts).order_by("pk")
    found = {one.version.procedure_id: one for one in offers}
    missing = [name for key, name in parts.items() if key not in found]
    if missing:
        raise PartNotOffered(procedure=offer.version.procedure.name, parts="; ".join(missing))
    return [found[key] for key in parts]


def _is_group(offer: ServiceOffer) -> bool:
    process_id = offer.version.process_id
    return process_id is not None and process_of(process_id).waits_for_parts


def linked_of(viewer: Viewer, dossier: Dossier) -> list[Dossier]:
    """The other dossiers of the same application that the viewer may see, the root first. One query."""
    rows = dossiers_of(viewer).filter(root=dossier.root_id).exclude(pk=dossier.pk)
    return list(rows.select_related("version__procedure").only(*_SHOWN).order_by("pk")[:MOST_AT_ONCE])


def open_with(viewer: Viewer, dossier: Dossier) -> list[Dossier]:
    """Those of the application that are not decided yet, so that its results wait. One query."""
    return [one for one in linked_of(viewer, dossier) if one.state in OPEN]


def find_applicant(viewer: Viewer, party_id: str) -> Party | None:
    """The party chosen at the counter, for who receives dossiers."""
    try:
        key = UUID(party_id)
    except ValueError:
        return None
    return Party.objects.filter(pk=key).first() if policies.receives(viewer) else None


def held_of(viewer: Viewer, party: Party | None, *, on: date) -> list[HeldDocument]:
    """What the party gave or got before, valid on the day, newest first, for who receives.

    Without what a virus was found in. Two queries at most.
    """
    if party is None or not policies.receives(viewer):
        return []
    rows = HeldDocument.objects.filter(Q(valid_until=None) | Q(valid_until__gte=on), party=party)
    found = list(rows.order_by("-pk")[:MOST_HELD])
    bad = infected({row.blob_id for row in found})
    return [row for row in found if row.blob_id not in bad]


def latest_answers(viewer: Viewer, party: Party | None) -> dict[str, Any]:
    """What the party last answered to the viewer's agency, for who receives. One query."""
    if party is None or viewer.agency_id is None or not policies.receives(viewer):
        return {}
    rows = Dossier.objects.filter(applicant=party, agency_id=viewer.agency_id).order_by("-pk")
    return rows.values_list("application__answers", flat=True).first() or {}


def latest_answers_of(party_id: UUID) -> tuple[dict[str, Any], date | None]:
    """What the party last answered to whatever agency, for itself to see, and the day. One query."""
    rows = Dossier.objects.filter(applicant=party_id, foreign=False).order_by("-pk")
    found = rows.values_list("application__answers", "submitted_at").first()
    return (found[0] or {}, found[1].astimezone(VIETNAM).date()) if found else ({}, None)


def find_task(viewer: Viewer, task_id: UUID) -> DossierTask:
    """A step that lies with the viewer's agency, opinions left out. Raises `NotFound`."""
    rows = DossierTask.objects.select_related("dossier__version__procedure", "agency")
    rows = rows.filter(agency_id=viewer.agency_id or 0).exclude(role="")
    found = rows.exclude(kind=TaskKind.OPINION).filter(pk=task_id).first()
    if found is None:
        raise NotFound
    return found


def tasks_of(dossier: Dossier) -> list[DossierTask]:
    """Every step of the dossier so far, in order. One query."""
    tasks = read_tasks(dossier.pk)
    for task in tasks:
        task.dossier = dossier
    return tasks


def apology_drafts(viewer: Viewer, *, at: datetime) -> list[ApologyDraft]:
    """The apologies drafted for the agency that can still be made, the soonest due first. One query."""
    if not viewer.has(Role.LEADER):
        return []
    rows = ApologyDraft.objects.filter(
        dossier__agency_id=viewer.agency_id or 0,
        dossier__state__in=sorted(UNDER_WAY),
        dossier__due_at__isnull=False,
        settled_at=None,
        due_at__gte=at,
    )
    return list(rows.select_related("dossier__version__procedure").order_by("due_at", "pk")[:MOST_AT_ONCE])


def find_slip(viewer: Viewer, slip_id: UUID) -> Slip:
    """A slip of a dossier the viewer may see. Raises `NotFound`."""
    rows = Slip.objects.select_related("blob").filter(dossier__in=dossiers_of(viewer))
    found = rows.filter(pk=slip_id).first()
    if found is None:
        raise NotFound
    return found


def find_paper(viewer: Viewer, paper_id: int) -> DossierPaper:
    """A paper, with its file, of a dossier the viewer may see. Raises `NotFound`."""
    rows = DossierPaper.objects.select_related("held__blob").filter(dossier__in=dossiers_of(viewer))
    found = rows.filter(pk=paper_id, held__isnull=False).first()
    if found is None:
        raise NotFound
    return found


def find_result(viewer: Viewer, result_id: UUID) -> DossierResult:
    """A result of a dossier the viewer may see, with its document and file. Raises `NotFound`."""
    rows = DossierResult.objects.select_related(
        "document__pdf",
        "document__uploaded",
        "document__signer",
        "document__drafted_by",
        "held__blob",
        "agency",
    )
    found = rows.filter(pk=result_id, dossier__in=dossiers_of(viewer)).first()
    if found is None:
        raise NotFound
    return found


def results_of(dossier: Dossier) -> list[DossierResult]:
    """The results of the dossier, drafts too. One query."""
    rows = DossierResult.objects.filter(dossier=dossier)
    return list(rows.select_related("document__signer", "document__drafted_by", "agency").order_by("pk"))


def parties_of(dossier: Dossier) -> list[DossierParty]:
    """The applicant, then who acts for them. One query."""
    rows = DossierParty.objects.filter(dossier=dossier).select_related("party").order_by("pk")
    return sorted(rows, key=lambda row: row.role != PartyRole.APPLICANT)


def ready_to_sign(viewer: Viewer) -> list[DossierResult]:
    """The drafts of the viewer's agency that wait for a leader, the oldest first, at most a page of them.

    They wait once a step of the dossier lies with a leader of the agency, or it is decided. One query.
    """
    if not policies.signs(viewer):
        return []
    with_leader = DossierTask.objects.filter(
        dossier=OuterRef("dossier"), agency_id=viewer.agency_id or 0, state=TaskState.OPEN, role=Role.LEADER
    )
    rows = DossierResult.objects.filter(
        agency_id=viewer.agency_id or 0, held=None, dossier__state__in=sorted(RESULT_MADE)
    ).filter(Q(Exists(with_leader)) | Q(dossier__state=DossierState.FINISHED))
    rows = rows.select_related("document__drafted_by", "dossier__version__procedure")
    return list(rows.order_by("id")[:MOST_TO_SIGN])


def bodies_below(province_id: int, *, on: datetime) -> QuerySet[Agency]:
    """The agencies right below the province that can answer for a field, by name."""
    valid = Agency.objects.valid(on.astimezone(VIETNAM).date())
    return valid.filter(parent_id=province_id, kind="department").order_by("name")


def competence_of(province_id: int) -> list[tuple[ServiceField, int | None]]:
    """Every service field with the body that answers for it in the province. Two queries."""
    known = dict(CompetentBody.objects.filter(province=province_id).values_list("field", "agency_id"))
    return [(field, known.get(field.code)) for field in ServiceField.objects.order_by("name")]
