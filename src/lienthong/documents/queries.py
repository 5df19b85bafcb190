"""Reading documents: of one's own agency, and what the public may know of an issued one."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from lienthong.directory.public import Official, PostHolding
from lienthong.documents.contracts import CopyFacts, RecordedFacts
from lienthong.documents.models import ElectronicCopy, OfficialDocument
from lienthong.documents.states import COPY_STAMPS, CopyForm, DocumentState
from lienthong.identity.public import NotFound, Role, RoleGrant, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import PAGE_SIZE, Page, page_of


def find_document(document_id: UUID, *, viewer: Viewer) -> OfficialDocument:
    """The document, with its agency and PDF; raises `NotFound` when the viewer's agency has none such."""
    documents = OfficialDocument.objects.select_related("agency", "pdf", "signer")
    found = documents.filter(pk=document_id, agency_id=viewer.agency_id or 0).first()
    if found is None:
        raise NotFound
    return found


def documents_of(
    viewer: Viewer, *, state: DocumentState | None = None, cursor: str = "", size: int = PAGE_SIZE
) -> Page[OfficialDocument]:
    """A page of the documents of the viewer's agency, newest first."""
    rows = OfficialDocument.objects.filter(agency_id=viewer.agency_id or 0).select_related("agency", "signer")
    return page_of(rows.filter(state=state) if state else rows, key="id", cursor=cursor, size=size)


def recorded_facts(*, document_id: UUID | None = None, sha256: str = "") -> RecordedFacts | None:
    """What anyone may know of an issued document: number, day, agency and hash, never what it says."""
    issued = OfficialDocument.objects.filter(state=DocumentState.ISSUED).select_related("agency")
    found = (issued.filter(pk=document_id) if document_id else issued.filter(pdf_id=sha256)).first()
    if found is None:
        return _recorded_copy(document_id, sha256)
    return RecordedFacts(
        document_id=found.pk,
        code=found.code,
        promulgated_on=found.promulgated_on or date.min,
        agency_name=found.agency.name,
        agency_code=found.agency.code,
        sha256=found.sha256,
    )


def _recorded_copy(copy_id: UUID | None, sha256: str) -> RecordedFacts | None:
    """The same of an electronic copy, which names its original."""
    copies = ElectronicCopy.objects.select_related("agency")
    found = (copies.filter(pk=copy_id) if copy_id else copies.filter(pdf_id=sha256 or "-")).first()
    if found is None:
        return None
    return RecordedFacts(
        document_id=found.pk,
        code=found.code,
        promulgated_on=found.made_at.astimezone(VIETNAM).date(),
        agency_name=found.agency.name,
        agency_code=found.agency.code,
        sha256=found.pdf_id or "",
        copy=CopyFacts(
            form=COPY_STAMPS[CopyForm(found.form)],
            original_code=found.original_code,
            original_agency=found.original_agency,
            original_sha256=found.original_sha256,
        ),
    )


def leaders_of(agency_id: int, *, at: datetime) -> list[Official]:
    """The leaders of an agency on the day, who may instruct that a copy is made: one query."""
    today = at.astimezone(VIETNAM).date()
    posts = RoleGrant.objects.filter(role=Role.LEADER, post__agency_id=agency_id).values("post_id")
    held = PostHolding.objects.filter(post_id__in=posts, valid_from__lte=today, valid_to__gt=today)
    return list(Official.objects.filter(id__in=held.values("official_id")).order_by("full_name", "id"))
