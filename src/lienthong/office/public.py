"""The door of `office`: what an agency does with documents that come and go."""

from lienthong.office.actions.collecting import Collected, collect_inbox
from lienthong.office.actions.incoming import (
    assign,
    finish,
    refuse_incoming,
    start_work,
)
from lienthong.office.actions.outgoing import compose, discard, revise, send_again, sign_and_send
from lienthong.office.actions.registering import register_incoming
from lienthong.office.actions.reporting import report_statuses
from lienthong.office.actions.sending import refresh_recipients, send_waiting
from lienthong.office.contracts import (
    Composition,
    Direction,
    IncomingFilter,
    OutgoingFilter,
    Progress,
    RecipientCount,
    StoredVerdict,
)
from lienthong.office.models import (
    Assignment,
    Directive,
    IncomingDocument,
    OutgoingDocument,
    Recipient,
)
from lienthong.office.ports import AxisPort, AxisRefused, AxisUnavailable
from lienthong.office.queries import (
    find_incoming,
    find_outgoing,
    list_incoming,
    list_outgoing,
    progress_of,
)
from lienthong.office.register_models import Register, RegisterBook
from lienthong.office.states import STATUS_LABELS, OutState, Part, State

__all__ = [
    "STATUS_LABELS",
    "Assignment",
    "AxisPort",
    "AxisRefused",
    "AxisUnavailable",
    "Collected",
    "Composition",
    "Direction",
    "Directive",
    "IncomingDocument",
    "IncomingFilter",
    "OutState",
    "OutgoingDocument",
    "OutgoingFilter",
    "Part",
    "Progress",
    "Recipient",
    "RecipientCount",
    "Register",
    "RegisterBook",
    "State",
    "StoredVerdict",
    "assign",
    "collect_inbox",
    "compose",
    "discard",
    "find_incoming",
    "find_outgoing",
    "finish",
    "list_incoming",
    "list_outgoing",
    "progress_of",
    "refresh_recipients",
    "refuse_incoming",
    "register_incoming",
    "report_statuses",
    "revise",
    "send_again",
    "send_waiting",
    "sign_and_send",
    "start_work",
]
