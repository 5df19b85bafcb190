"""The door of `office`: what an agency does with documents that come and go."""

from lienthong.office.actions.annexing import add_annex
from lienthong.office.actions.books import open_book
from lienthong.office.actions.changes import accept_change
from lienthong.office.actions.collecting import Collected, collect_inbox
from lienthong.office.actions.copying import copy_outgoing
from lienthong.office.actions.directing import direct_document
from lienthong.office.actions.dispatching import note_reading, record_paper
from lienthong.office.actions.incoming import (
    refuse_incoming,
)
from lienthong.office.actions.outgoing import compose, discard, revise, send_again, sign_and_send
from lienthong.office.actions.paper import keep_scan, receive_paper
from lienthong.office.actions.registering import register_incoming
from lienthong.office.actions.reporting import report_statuses
from lienthong.office.actions.reviewing import define_chain, give_opinion, submit_for_review
from lienthong.office.actions.saved_searches import save_search
from lienthong.office.actions.sending import refresh_recipients, send_waiting
from lienthong.office.actions.withdrawing import revoke_outgoing
from lienthong.office.archive.filing import NewFile, open_file, put_document
from lienthong.office.archive.moving import accept_file, close_file, hand_in_file
from lienthong.office.archive.states import Kind as FileKind
from lienthong.office.archive.verifying import PackageVerdict, verify_package
from lienthong.office.contracts import (
    BookSettings,
    Composition,
    IncomingFilter,
    OutgoingFilter,
    PaperFacts,
    PaperRecord,
    Progress,
    RecipientCount,
    StoredVerdict,
)
from lienthong.office.discussing import incoming_thread, outgoing_thread
from lienthong.office.models import (
    IncomingDocument,
    OutgoingDocument,
    Recipient,
)
from lienthong.office.outgoing_queries import find_outgoing, list_outgoing, progress_of
from lienthong.office.ports import AxisPort, AxisRefused, AxisUnavailable
from lienthong.office.queries import find_incoming, list_incoming
from lienthong.office.register_models import Register, RegisterBook
from lienthong.office.reviews import Member
from lienthong.office.states import STATUS_LABELS, OutState, State

__all__ = [
    "STATUS_LABELS",
    "AxisPort",
    "AxisRefused",
    "AxisUnavailable",
    "BookSettings",
    "Collected",
    "Composition",
    "FileKind",
    "IncomingDocument",
    "IncomingFilter",
    "Member",
    "NewFile",
    "OutState",
    "OutgoingDocument",
    "OutgoingFilter",
    "PackageVerdict",
    "PaperFacts",
    "PaperRecord",
    "Progress",
    "Recipient",
    "RecipientCount",
    "Register",
    "RegisterBook",
    "State",
    "StoredVerdict",
    "accept_change",
    "accept_file",
    "add_annex",
    "close_file",
    "collect_inbox",
    "compose",
    "copy_outgoing",
    "define_chain",
    "direct_document",
    "discard",
    "find_incoming",
    "find_outgoing",
    "give_opinion",
    "hand_in_file",
    "incoming_thread",
    "keep_scan",
    "list_incoming",
    "list_outgoing",
    "note_reading",
    "open_book",
    "open_file",
    "outgoing_thread",
    "progress_of",
    "put_document",
    "receive_paper",
    "record_paper",
    "refresh_recipients",
    "refuse_incoming",
    "register_incoming",
    "report_statuses",
    "revise",
    "revoke_outgoing",
    "save_search",
    "send_again",
    "send_waiting",
    "sign_and_send",
    "submit_for_review",
    "verify_package",
]
