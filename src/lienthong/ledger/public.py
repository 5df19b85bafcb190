"""The door of `ledger`: record what happened, read what happened."""

from lienthong.ledger.actions import RecordedOutsideTransaction, record, record_many
from lienthong.ledger.contracts import JSON, Actor, Entry, Event, EventPage, Subject
from lienthong.ledger.queries import search_events, timeline

__all__ = [
    "JSON",
    "Actor",
    "Entry",
    "Event",
    "EventPage",
    "RecordedOutsideTransaction",
    "Subject",
    "record",
    "record_many",
    "search_events",
    "timeline",
]
