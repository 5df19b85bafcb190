"""The door of `office`: what an agency does with documents that come and go."""

from lienthong.office.actions.collecting import Collected, collect_inbox
from lienthong.office.actions.directing import direct_document
from lienthong.office.actions.incoming import (
    refuse_incoming,
)
from lienthong.office.actions.outgoing import compose, discard, revise, send_again, sign_and_send
from lienthong.office.actions.registering import register_incoming
from lienthong.office.actions.reporting import report_statuses
from lienthong.office.actions.sending import refresh_recipients, send_waiting
from lienthong.office.archive.verifying import PackageVerdict, verify_package
from lienthong.office.contracts import (
    Composition,
    IncomingFilter,
    OutgoingFilter,
    Progress,
    RecipientCount,
    StoredVerdict,
)
from lienthong.office.models import (
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
from lienthong.office.states import STATUS_LABELS, OutState, State

__all__ = [
    "STATUS_LABELS",
    "AxisPort",
    "AxisRefused",
    "AxisUnavailable",
    "Collected",
    "Composition",
    "IncomingDocument",
    "IncomingFilter",
    "OutState",
    "OutgoingDocument",
    "OutgoingFilter",
    "PackageVerdict",
    "Progress",
    "Recipient",
    "RecipientCount",
    "Register",
    "RegisterBook",
    "State",
    "StoredVerdict",
    "collect_inbox",
    "compose",
    "direct_document",
    "discard",
    "find_incoming",
    "find_outgoing",
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
    "verify_package",
]
