"""Reading documents: of one's own agency, and what the public may know of an issued one."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from lienthong.documents.contracts import RecordedFacts
from lienthong.documents.models import OfficialDocument
from lienthong.documents.states import DocumentState
from lienthong.identity.public import NotFound, Viewer
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
        return None
    return RecordedFacts(
        document_id=found.pk,
        code=found.code,
        promulgated_on=found.promulgated_on or date.min,
        agency_name=found.agency.name,
        agency_code=found.agency.code,
        sha256=found.sha256,
    )
