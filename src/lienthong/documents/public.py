"""The door of `documents`: types, drafting, numbering, issue and rendering of official documents."""

from lienthong.documents.actions.annexing import check_annex, finish_annex
from lienthong.documents.actions.checking import check_form
from lienthong.documents.actions.converting import adopt_file, given_file, source_of
from lienthong.documents.actions.copying import forget_copies, make_copy
from lienthong.documents.actions.drafting import MAX_PDF_BYTES, adopt_pdf, draft_document, written_draft
from lienthong.documents.actions.issuing import AlreadyIssued, issue_document
from lienthong.documents.actions.previewing import preview_draft
from lienthong.documents.actions.token_issuing import (
    Asked,
    AskToken,
    ChangedSinceAsked,
    TokenAnswer,
    TokenAsked,
)
from lienthong.documents.adapters.fake import FakeSigner, FakeSigningFailed
from lienthong.documents.adapters.signing import sign_with_keys
from lienthong.documents.adapters.soffice import LibreOffice
from lienthong.documents.contracts import (
    CERTIFICATE_TYPES,
    DOCUMENT_TYPES,
    GENERAL_TYPES,
    TYPES,
    Box,
    CopyOrder,
    DocumentIssued,
    DocumentText,
    DocumentType,
    Original,
    RecordedFacts,
    Rendering,
    VirusFoundLate,
)
from lienthong.documents.docx_check import check_docx as check_word
from lienthong.documents.form_check.findings import Finding
from lienthong.documents.models import ElectronicCopy, NumberSeries, OfficialDocument
from lienthong.documents.numbering import notation_of, take_number
from lienthong.documents.policies import allowed_actions, can_draft, can_issue
from lienthong.documents.queries import documents_of, find_document, leaders_of, recorded_facts
from lienthong.documents.refusals import SecretDocument, refuse_secret
from lienthong.documents.refusals_converting import PROBLEMS
from lienthong.documents.rendering import UnprintableText, long_date, qr_svg, render_form, render_pdf
from lienthong.documents.scanning import (
    NotScannedNow,
    VirusFound,
    require_no_virus,
    store_received,
    store_received_all,
    viruses_in,
)
from lienthong.documents.states import CopyForm, DocumentState, Urgency
from lienthong.documents.tables import MOST_ROWS, WRITERS, Printed, Row, TooManyRows, write_pdf, write_xlsx
from lienthong.documents.verification import Verification, verify_file

__all__ = [
    "CERTIFICATE_TYPES",
    "DOCUMENT_TYPES",
    "GENERAL_TYPES",
    "MAX_PDF_BYTES",
    "MOST_ROWS",
    "PROBLEMS",
    "TYPES",
    "WRITERS",
    "AlreadyIssued",
    "AskToken",
    "Asked",
    "Box",
    "ChangedSinceAsked",
    "CopyForm",
    "CopyOrder",
    "DocumentIssued",
    "DocumentState",
    "DocumentText",
    "DocumentType",
    "ElectronicCopy",
    "FakeSigner",
    "FakeSigningFailed",
    "Finding",
    "LibreOffice",
    "NotScannedNow",
    "NumberSeries",
    "OfficialDocument",
    "Original",
    "Printed",
    "RecordedFacts",
    "Rendering",
    "Row",
    "SecretDocument",
    "TokenAnswer",
    "TokenAsked",
    "TooManyRows",
    "UnprintableText",
    "Urgency",
    "Verification",
    "VirusFound",
    "VirusFoundLate",
    "adopt_file",
    "adopt_pdf",
    "allowed_actions",
    "can_draft",
    "can_issue",
    "check_annex",
    "check_form",
    "check_word",
    "documents_of",
    "draft_document",
    "find_document",
    "finish_annex",
    "forget_copies",
    "given_file",
    "issue_document",
    "leaders_of",
    "long_date",
    "make_copy",
    "notation_of",
    "preview_draft",
    "qr_svg",
    "recorded_facts",
    "refuse_secret",
    "render_form",
    "render_pdf",
    "require_no_virus",
    "sign_with_keys",
    "source_of",
    "store_received",
    "store_received_all",
    "take_number",
    "verify_file",
    "viruses_in",
    "write_pdf",
    "write_xlsx",
    "written_draft",
]
