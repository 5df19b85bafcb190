"""The door of `notifications`: tell officials, say what is due, let people comment."""

from lienthong.notifications.actions.codes import CodeNotSent, send_code
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
from lienthong.notifications.actions.telling_parties import (
    PlaceLeftEmpty,
    read_about,
    tell_parties,
)
from lienthong.notifications.adapters.smtp import greet_mail_server
from lienthong.notifications.commenting import answer_comment, comments_context
from lienthong.notifications.contracts import (
    Candidate,
    DueRow,
    Remark,
    Settled,
    Telling,
    Thread,
    ToldOf,
)
from lienthong.notifications.due import forget_due, register_due
from lienthong.notifications.kinds import Kind, UnknownKind, register_kind
from lienthong.notifications.notices import NoticeKind, Place, UnknownNotice, register_notice
from lienthong.notifications.party_queries import dead_message_count, told_about
from lienthong.notifications.queries import dead_mail_count, remarks_on
from lienthong.notifications.states import Channel, Way

__all__ = [
    "AmbiguousMention",
    "BadComment",
    "Candidate",
    "Channel",
    "CodeNotSent",
    "DueRow",
    "Kind",
    "NoSuchCandidate",
    "NoticeKind",
    "Place",
    "PlaceLeftEmpty",
    "Remark",
    "Settled",
    "Telling",
    "Thread",
    "ThreadClosed",
    "ToldOf",
    "ToldOutsideTransaction",
    "UnknownKind",
    "UnknownNotice",
    "Way",
    "answer_comment",
    "comments_context",
    "dead_mail_count",
    "dead_message_count",
    "edit_comment",
    "forget_due",
    "greet_mail_server",
    "notify",
    "read_about",
    "register_due",
    "register_kind",
    "register_notice",
    "remarks_on",
    "send_code",
    "tell_parties",
    "told_about",
    "withdraw_comment",
    "write_comment",
]
