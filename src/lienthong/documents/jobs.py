"""What the worker does for documents: Word files become PDF."""

from __future__ import annotations

from uuid import UUID

from lienthong.documents.actions.converting import convert_source
from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job


@job(name="documents.convert_source")
def convert(document_id: str) -> None:
    """Make the PDF of a draft's Word file."""
    convert_source(document_id=UUID(document_id), at=now())
