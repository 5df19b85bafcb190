"""Notifications, each official's choices, the outboxes, comments; and what parties are told."""

from lienthong.notifications.models.officials import (
    COMMENT_LENGTH,
    PATH,
    TITLE_LENGTH,
    Comment,
    FormerText,
    Mail,
    Mention,
    Notification,
    Preference,
    Reminding,
)
from lienthong.notifications.models.parties import ContactChoice, DemoText, PartyMessage, PartyNotice
from lienthong.notifications.models.templates import NoticeTemplate

__all__ = [
    "COMMENT_LENGTH",
    "PATH",
    "TITLE_LENGTH",
    "Comment",
    "ContactChoice",
    "DemoText",
    "FormerText",
    "Mail",
    "Mention",
    "NoticeTemplate",
    "Notification",
    "PartyMessage",
    "PartyNotice",
    "Preference",
    "Reminding",
]
