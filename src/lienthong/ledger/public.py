"""The door of `ledger`: record what happened, read what happened, and prove it."""

from lienthong.ledger.actions.events import RecordedOutsideTransaction, record, record_many
from lienthong.ledger.actions.statements import (
    SignedHeader,
    close_batch,
    keep_token,
    last_links,
    leaf_of,
    record_statements,
)
from lienthong.ledger.contracts import (
    JSON,
    Actor,
    Backlog,
    Batch,
    Entry,
    Event,
    EventPage,
    Link,
    OpenBatch,
    Proof,
    ProvenStatement,
    Statement,
    Subject,
)
from lienthong.ledger.merkle import leads_to
from lienthong.ledger.queries import (
    batches,
    evidence_backlog,
    search_events,
    statements_of,
    timeline,
    timelines,
    unstamped_batches,
)

__all__ = [
    "JSON",
    "Actor",
    "Backlog",
    "Batch",
    "Entry",
    "Event",
    "EventPage",
    "Link",
    "OpenBatch",
    "Proof",
    "ProvenStatement",
    "RecordedOutsideTransaction",
    "SignedHeader",
    "Statement",
    "Subject",
    "batches",
    "close_batch",
    "evidence_backlog",
    "keep_token",
    "last_links",
    "leads_to",
    "leaf_of",
    "record",
    "record_many",
    "record_statements",
    "search_events",
    "statements_of",
    "timeline",
    "timelines",
    "unstamped_batches",
]
