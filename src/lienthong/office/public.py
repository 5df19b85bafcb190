"""The door of `office`: incoming and outgoing documents, and what may be done with them."""

from lienthong.office.actions.collecting import collect_inbox
from lienthong.office.actions.incoming import assign, finish, refuse_incoming, register_incoming, start_work
from lienthong.office.actions.outgoing import compose, sign_and_send
from lienthong.office.actions.reporting import report_statuses
from lienthong.office.contracts import Composition, Direction, Progress, StoredVerdict
from lienthong.office.models import IncomingDocument, OutgoingDocument
from lienthong.office.queries import progress_of

__all__ = [
    "Composition",
    "Direction",
    "IncomingDocument",
    "OutgoingDocument",
    "Progress",
    "StoredVerdict",
    "assign",
    "collect_inbox",
    "compose",
    "finish",
    "progress_of",
    "refuse_incoming",
    "register_incoming",
    "report_statuses",
    "sign_and_send",
    "start_work",
]
