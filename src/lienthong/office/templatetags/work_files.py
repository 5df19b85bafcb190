"""What a document's page shows of work files: where it stands, and the way into one."""

from __future__ import annotations

from typing import Any

from django import template

from lienthong.identity.public import Viewer, viewer_of
from lienthong.office.archive import queries
from lienthong.office.archive.states import KEEPERS, Kind
from lienthong.office.models import IncomingDocument, OutgoingDocument
from lienthong.office.states import UNREGISTERED, OutState, State

register = template.Library()


@register.inclusion_tag("office/filing.html", takes_context=True)
def filing(context: template.Context, document: IncomingDocument | OutgoingDocument) -> dict[str, Any]:
    """The work files with the document, the viewer's own open ones, and a reminder if it is in none.

    Three queries at most; none where the document is not to be filed.
    """
    viewer: Viewer = viewer_of(context["request"])
    kind = Kind.INCOMING if isinstance(document, IncomingDocument) else Kind.OUTGOING
    if not _is_kept(document):
        return {}
    holding = queries.files_with(viewer, kind, document.id)
    held = {file.id for file in holding}
    puts = viewer.has(*KEEPERS)
    ended = document.state in {State.FINISHED, OutState.SENT}
    return {
        "csrf_token": context.get("csrf_token"),
        "kind": kind.value,
        "document_id": document.id,
        "holding": holding,
        "own": [file for file in queries.open_files_of(viewer) if file.id not in held] if puts else [],
        "puts": puts,
        "reminds": puts and ended and not holding and not queries.is_filed(kind, document.id),
    }


def _is_kept(document: IncomingDocument | OutgoingDocument) -> bool:
    """Whether the document is one that goes into files."""
    return document.state not in {*UNREGISTERED, OutState.DRAFT}
