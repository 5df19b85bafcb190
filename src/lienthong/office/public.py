"""The door of `office`: what an agency does with documents that come and go."""

from lienthong.office.actions.collecting import Collected, collect_inbox
from lienthong.office.actions.incoming import (
    assign,
    finish,
    refuse_incoming,
    register_incoming,
    start_work,
)
from lienthong.office.actions.outgoing import compose, discard, revise, send_again, sign_and_send
from lienthong.office.actions.reporting import report_statuses
from lienthong.office.actions.sending import refresh_recipients, send_waiting
from lienthong.office.archive.verifying import PackageVerdict, verify_package
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
    Register,
)
from lienthong.office.ports import AxisPort, AxisRefused, AxisUnavailable
from lienthong.office.queries import (
    find_incoming,
    find_outgoing,
    list_incoming,
    list_outgoing,
    progress_of,
)
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
    "PackageVerdict",
    "Part",
    "Progress",
    "Recipient",
    "RecipientCount",
    "Register",
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
    "verify_package",
]
