"""The door of `notifications`: tell officials, say what is due, let people comment."""

from lienthong.notifications.actions.commenting import (
    AmbiguousMention,
    BadComment,
    NoSuchCandidate,
    ThreadClosed,
    edit_comment,
    withdraw_comment,
    write_comment,
)
from lienthong.notifications.actions.telling import ToldOutsideTransaction, notify
from lienthong.notifications.adapters.smtp import greet_mail_server
from lienthong.notifications.commenting import answer_comment, comments_context
from lienthong.notifications.contracts import Candidate, DueRow, Remark, Thread
from lienthong.notifications.due import forget_due, register_due
from lienthong.notifications.kinds import Kind, UnknownKind, register_kind
from lienthong.notifications.queries import dead_mail_count, remarks_on
from lienthong.notifications.states import Way

__all__ = [
    "AmbiguousMention",
    "BadComment",
    "Candidate",
    "DueRow",
    "Kind",
    "NoSuchCandidate",
    "Remark",
    "Thread",
    "ThreadClosed",
    "ToldOutsideTransaction",
    "UnknownKind",
    "Way",
    "answer_comment",
    "comments_context",
    "dead_mail_count",
    "edit_comment",
    "forget_due",
    "greet_mail_server",
    "notify",
    "register_due",
    "register_kind",
    "remarks_on",
    "withdraw_comment",
    "write_comment",
]
