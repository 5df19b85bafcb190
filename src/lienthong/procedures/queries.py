"""What may be read of the catalogue.

What is in force by every official, drafts by the agency that publishes them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Value

from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.paging import Page, page_of
from lienthong.kernel.plain import Plain
from lienthong.procedures import policies
from lienthong.procedures.contracts import OfferCounts, ProcedureFilter
from lienthong.procedures.models import (
    FeeRule,
    OfferFee,
    PaperSample,
    Procedure,
    ProcedureVersion,
    RequiredPaper,
    ServiceField,
    ServiceOffer,
)
from lienthong.procedures.states import VersionState

MOST_HISTORY = 200
IN_FORCE = Prefetch(
    "versions",
    ProcedureVersion.objects.filter(state__in=[VersionState.PUBLISHED, VersionState.DRAFT]).order_by("state"),
    to_attr="current",
)
# Of constants. A procedure at an agency is one service, whatever its channels.
OFFER_COUNTS = f"""
    WITH offered AS (
        SELECT agency_id, version_id, bool_or(channel LIKE 'online-%%') AS online
        FROM {ServiceOffer._meta.db_table}
        WHERE agency_id = ANY(%s) AND offered_at < %s AND (ended_at IS NULL OR ended_at >= %s)
        GROUP BY 1, 2
    ),
    told AS (
        SELECT id, procedure_id, law <> '[]' AND limit_minutes IS NOT NULL
            AND EXISTS (SELECT FROM {RequiredPaper._meta.db_table} paper WHERE paper.version_id = version.id)
            AND NOT EXISTS (
                SELECT FROM {FeeRule._meta.db_table} fee WHERE fee.version_id = version.id AND fee.law = ''
            ) AS whole
        FROM {ProcedureVersion._meta.db_table} version WHERE id IN (SELECT version_id FROM offered)
    ),
    services AS (
        SELECT agency_id, procedure_id, bool_or(online) AS online, bool_and(whole) AS whole
        FROM offered JOIN told ON told.id = offered.version_id GROUP BY 1, 2
    )
    SELECT agency_id, count(*), count(*) FILTER (WHERE online), count(*) FILTER (WHERE whole)
    FROM services GROUP BY 1
"""  # noqa: S608


def procedures_of(viewer: Viewer) -> QuerySet[Procedure]:
    """The procedures the viewer may see: those once published, and those of the viewer's own agency."""
    if viewer.official_id is None:
        return Procedure.objects.none()
    published = ProcedureVersion.objects.exclude(state=VersionState.DRAFT).values("procedure_id")
    return Procedure.objects.filter(Q(pk__in=published) | Q(authority_id=viewer.agency_id))


def list_procedures(viewer: Viewer, wanted: ProcedureFilter, *, cursor: str = "") -> Page[Procedure]:
    """A page of the catalogue, newest first. Two queries."""
    return page_of(_filtered(viewer, wanted), key="id", cursor=cursor)


def every_procedure(viewer: Viewer, wanted: ProcedureFilter) -> Iterator[tuple[Procedure, list[str]]]:
    """The whole catalogue as it is narrowed, by code, each with the states of its current versions."""
    for procedure in _filtered(viewer, wanted).order_by("code").iterator(chunk_size=1_000):
        current: list[ProcedureVersion] = getattr(procedure, "current")  # noqa: B009
        yield procedure, [str(version.state_label) for version in current]


def _filtered(viewer: Viewer, wanted: ProcedureFilter) -> QuerySet[Procedure]:
    rows = procedures_of(viewer).select_related("field", "authority").prefetch_related(IN_FORCE)
    for word in wanted.text.split()[:8]:
        rows = rows.filter(search_text__contains=Plain(Value(word[:100])))
    if wanted.field:
        rows = rows.filter(field__code=wanted.field)
    if wanted.level:
        rows = rows.filter(level=wanted.level)
    if wanted.audience:
        rows = rows.filter(audience__in=[wanted.audience, "both"])
    if wanted.state:
        of_state = ProcedureVersion.objects.filter(state=wanted.state)
        if wanted.state == VersionState.DRAFT:
            of_state = of_state.filter(procedure__authority_id=viewer.agency_id)
        rows = rows.filter(pk__in=of_state.values("procedure_id"))
    return rows


def find_procedure(viewer: Viewer, procedure_id: UUID) -> Procedure:
    """One procedure. Raises `NotFound`."""
    found = procedures_of(viewer).select_related("field", "authority").filter(pk=procedure_id).first()
    if found is None:
        raise NotFound
    return found


def find_by_code(code: str) -> Procedure:
    """The procedure of a national code. Raises `NotFound`."""
    found = Procedure.objects.select_related("authority").filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def version_in_force(code: str) -> ProcedureVersion:
    """The version in force of the procedure of a national code. Raises `NotFound`."""
    rows = ProcedureVersion.objects.select_related("procedure__field", "form", "process")
    found = rows.filter(procedure__code=code, state=VersionState.PUBLISHED).first()
    if found is None:
        raise NotFound
    return found


def find_version(viewer: Viewer, version_id: UUID) -> ProcedureVersion:
    """One version with its form and process; a draft only by the agency that publishes it. Raises
    `NotFound`.
    """
    version = (
        ProcedureVersion.objects.select_related(
            "procedure__authority", "procedure__field", "form", "process", "drafted_by", "published_by"
        )
        .prefetch_related("papers", "fees", "exemptions", "results")
        .filter(pk=version_id)
        .first()
    )
    if version is None or viewer.official_id is None:
        raise NotFound
    if version.state == VersionState.DRAFT and not policies.sees_drafts(viewer, version.procedure):
        raise NotFound
    return version


def find_sample(viewer: Viewer, sample_id: int) -> PaperSample:
    """One sample with its file; of a draft only by the agency that publishes it. Raises `NotFound`."""
    rows = PaperSample.objects.select_related("blob", "version__procedure")
    sample = rows.filter(pk=sample_id).first()
    if sample is None or viewer.official_id is None:
        raise NotFound
    version = sample.version
    if version.state == VersionState.DRAFT and not policies.sees_drafts(viewer, version.procedure):
        raise NotFound
    return sample


def find_published_sample(sample_id: int) -> PaperSample:
    """One sample with its file, for anyone: what was published is public. Raises `NotFound`."""
    rows = PaperSample.objects.select_related("blob").exclude(version__state=VersionState.DRAFT)
    sample = rows.filter(pk=sample_id).first()
    if sample is None:
        raise NotFound
    return sample


def shown_version(viewer: Viewer, procedure: Procedure) -> ProcedureVersion | None:
    """The version that a procedure's page opens with: the one in force, else the last the viewer may see."""
    versions = versions_of(viewer, procedure)
    found = next((one for one in versions if one.state == VersionState.PUBLISHED), None) or next(
        iter(versions), None
    )
    return find_version(viewer, found.pk) if found else None


def versions_of(viewer: Viewer, procedure: Procedure) -> list[ProcedureVersion]:
    """The versions the viewer may see, newest first."""
    rows = procedure.versions.order_by("-number")
    if not policies.sees_drafts(viewer, procedure):
        rows = rows.exclude(state=VersionState.DRAFT)
    return list(rows)


def offers_of(version: ProcedureVersion) -> dict[str, int]:
    """How many agencies offer the version, by channel. One query."""
    rows = ServiceOffer.objects.filter(version=version, ended_at=None)
    return dict(rows.values_list("channel").annotate(Count("id")).order_by("channel"))


def offer_counts(agency_ids: Collection[int], *, at: datetime) -> dict[int, OfferCounts]:
    """What each agency offers at that time; without an entry, nothing. One query.

    Told whole is a version with its law, papers and time limit, whose fees, if any, all name their law.
    """
    with connection.cursor() as cursor:
        cursor.execute(OFFER_COUNTS, [list(agency_ids), at, at])
        return {agency_id: OfferCounts(*counts) for agency_id, *counts in cursor.fetchall()}


def service_fields() -> list[ServiceField]:
    """The fields that procedures belong to."""
    return list(ServiceField.objects.all())


def offered_with_fees(viewer: Viewer, *, cursor: str = "") -> Page[ProcedureVersion]:
    """Versions in force that have fees and that the viewer's agency or one below it offers. Two queries."""
    rows = ProcedureVersion.objects.filter(
        Exists(_offers_below(viewer).filter(version=OuterRef("pk"))),
        Exists(FeeRule.objects.filter(version=OuterRef("pk"))),
        state=VersionState.PUBLISHED,
    )
    return page_of(rows.select_related("procedure__field").prefetch_related("fees"), key="id", cursor=cursor)


def find_offered(viewer: Viewer, procedure_id: UUID) -> tuple[Procedure, ProcedureVersion]:
    """A procedure, and its version in force that the viewer's agency or one below offers; or `NotFound`."""
    rows = ProcedureVersion.objects.filter(procedure=procedure_id, state=VersionState.PUBLISHED)
    offered = rows.filter(Exists(_offers_below(viewer).filter(version=OuterRef("pk"))))
    version = offered.select_related("procedure__field", "procedure__authority").first()
    if version is None:
        raise NotFound
    return version.procedure, version


def offer_fees_of(viewer: Viewer, procedure: Procedure) -> list[OfferFee]:
    """What the viewer's agency and those above it set for the procedure's fees, newest first. Two queries."""
    agency = _agency_of(viewer)
    if agency is None:
        return []
    ids = [int(key) for key in agency.path.strip("/").split("/")]
    rows = OfferFee.objects.filter(procedure=procedure, agency__in=ids)
    return list(rows.select_related("agency", "set_by").order_by("-valid_from", "-id")[:MOST_HISTORY])


def _offers_below(viewer: Viewer) -> QuerySet[ServiceOffer]:
    """What the viewer's agency and those below it offer now."""
    agency = _agency_of(viewer)
    if agency is None:
        return ServiceOffer.objects.none()
    return ServiceOffer.objects.filter(ended_at=None, agency__path__startswith=agency.path)


def _agency_of(viewer: Viewer) -> Agency | None:
    return Agency.objects.filter(pk=viewer.agency_id or 0).first()
