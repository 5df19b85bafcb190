"""The door of `documents`: types, drafting, numbering, issue and rendering of official documents."""

from lienthong.documents.contracts import DOCUMENT_TYPES, TYPES, Box, DocumentText, DocumentType, Rendering
from lienthong.documents.models import NumberSeries, OfficialDocument
from lienthong.documents.states import DocumentState, Urgency

__all__ = [
    "DOCUMENT_TYPES",
    "TYPES",
    "Box",
    "DocumentState",
    "DocumentText",
    "DocumentType",
    "NumberSeries",
    "OfficialDocument",
    "Rendering",
    "Urgency",
]
