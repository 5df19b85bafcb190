"""Since when somebody on paper waits: for the document itself, or for word of what was declared of it."""

from __future__ import annotations

from datetime import datetime

from lienthong.office.dispatch_queries import changes_of, paper_of
from lienthong.office.models import OutgoingDocument


def note_paper_owed(outgoing: OutgoingDocument, *, at: datetime) -> None:
    """Write down whether a recipient on paper waits for what only a clerk records (NĐ 30/2020, Đ.18).

    In the caller's transaction, which holds the issued document. One query where nobody gets paper.
    """
    rows = paper_of(outgoing)
    if not rows:
        return
    changes = changes_of(outgoing)
    withdrawn = outgoing.withdrawn_at is not None
    waits = any(row.waits(changes, withdrawn=withdrawn) for row in rows)
    since = (outgoing.paper_waits_since or at) if waits else None
    if since != outgoing.paper_waits_since:
        outgoing.paper_waits_since = since
        outgoing.save(update_fields=["paper_waits_since"])
