"""Who may do what with mails and comments; notifications are their official's alone."""

from __future__ import annotations

from lienthong.identity.public import Role, Viewer, require_role
from lienthong.notifications.models import Comment

WATCHERS = (Role.OPERATOR, Role.AUDITOR)


def require_can_watch(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless the viewer may see mails that could not be sent."""
    require_role(viewer, *WATCHERS)


def require_can_operate(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless the viewer may decide on them."""
    require_role(viewer, Role.OPERATOR)


def may_change(viewer: Viewer, comment: Comment) -> bool:
    """Whether the comment is the viewer's own and still stands."""
    return comment.author_id == viewer.official_id and comment.withdrawn_at is None
