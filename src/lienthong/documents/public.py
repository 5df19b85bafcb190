"""The door of `documents`: types, drafting, numbering, issue and rendering of official documents."""

from lienthong.documents.actions.drafting import MAX_PDF_BYTES, adopt_pdf, draft_document
from lienthong.documents.actions.issuing import AlreadyIssued, issue_document
from lienthong.documents.adapters.fake import FakeSigner, FakeSigningFailed
from lienthong.documents.contracts import (
    DOCUMENT_TYPES,
    TYPES,
    Box,
    DocumentIssued,
    DocumentText,
    DocumentType,
    RecordedFacts,
    Rendering,
)
from lienthong.documents.models import NumberSeries, OfficialDocument
from lienthong.documents.numbering import notation_of, take_number
from lienthong.documents.policies import allowed_actions, can_draft, can_issue
from lienthong.documents.queries import documents_of, find_document, recorded_facts
from lienthong.documents.refusals import SecretDocument, refuse_secret
from lienthong.documents.rendering import UnprintableText, long_date, render_form, render_pdf
from lienthong.documents.states import DocumentState, Urgency
from lienthong.documents.verification import Verification, verify_file

__all__ = [
    "DOCUMENT_TYPES",
    "MAX_PDF_BYTES",
    "TYPES",
    "AlreadyIssued",
    "Box",
    "DocumentIssued",
    "DocumentState",
    "DocumentText",
    "DocumentType",
    "FakeSigner",
    "FakeSigningFailed",
    "NumberSeries",
    "OfficialDocument",
    "RecordedFacts",
    "Rendering",
    "SecretDocument",
    "UnprintableText",
    "Urgency",
    "Verification",
    "adopt_pdf",
    "allowed_actions",
    "can_draft",
    "can_issue",
    "documents_of",
    "draft_document",
    "find_document",
    "issue_document",
    "long_date",
    "notation_of",
    "recorded_facts",
    "refuse_secret",
    "render_form",
    "render_pdf",
    "take_number",
    "verify_file",
]
