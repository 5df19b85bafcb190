"""Which officials are told of what happens to feedback: one table, from verbs to kinds and hearers."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Role, officials_acting
from lienthong.notifications.public import Kind, Way, notify, register_kind
from lienthong.participation.models import Feedback
from lienthong.participation.rating_models import Rating

NEARLY_LATE = "nearly-late"
_NEW = register_kind(
    Kind(
        "participation.new",
        _("Feedback of citizens comes to my agency"),
        _("Feedback has come, about “%(about)s”: %(number)s"),
    )
)
_TO_APPROVE = register_kind(
    Kind(
        "participation.to-approve",
        _("An answer to feedback waits for my approval"),
        _("%(actor)s submits the answer to %(number)s"),
    )
)
_BACK = register_kind(
    Kind(
        "participation.sent-back",
        _("My answer to feedback is sent back to me"),
        _("%(actor)s wants rework of the answer to %(number)s"),
    )
)
_AGAIN = register_kind(
    Kind(
        "participation.reopened",
        _("Feedback of my agency is reopened by its sender"),
        _("The sender has reopened %(number)s, about “%(about)s”"),
    )
)
_LATE = register_kind(
    Kind(
        "participation.nearly-late",
        _("Feedback of my agency is nearly late"),
        _("%(number)s, about “%(about)s”, has to be answered soon"),
        Way.MAIL,
    )
)
_RATED = register_kind(
    Kind(
        "participation.low-rating",
        _("A low rating of my agency has to be answered"),
        _("A party has given %(score)s of 5 points; an answer is owed"),
    )
)

_DESK = (Role.CLERK, Role.RECEPTIONIST)
_CHIEFS = (Role.LEADER,)
_TABLE: dict[str, tuple[Kind, tuple[Role, ...]]] = {
    "route": (_NEW, _DESK),
    "reroute": (_NEW, _DESK),
    "draft": (_TO_APPROVE, _CHIEFS),
    "send-back": (_BACK, ()),
    "reopen": (_AGAIN, (*_DESK, *_CHIEFS)),
    NEARLY_LATE: (_LATE, (*_DESK, *_CHIEFS)),
}


def tell(feedback: Feedback, verb: str, *, actor: str, at: datetime) -> None:
    """Tell whom the table names, and who has taken it, in the caller's transaction. Three queries at most."""
    if verb not in _TABLE:
        return
    kind, roles = _TABLE[verb]
    hearers = officials_acting(at=at, agency_id=feedback.agency_id, roles=roles) if roles else set()
    if feedback.handler_id and verb != "draft":
        hearers |= {feedback.handler_id}
    notify(
        recipients=hearers,
        kind=kind.code,
        subject=feedback.ledger_subject,
        key=f"{verb} {at.isoformat()}",
        params={"about": feedback.category.name, "number": feedback.number, "actor": actor},
        link=reverse("participation:desk_one", args=[feedback.pk]),
        due_at=feedback.due_at,
        at=at,
    )


def tell_rating(rating: Rating, *, at: datetime) -> None:
    """Tell the body's leaders and its desk of a low rating, in the caller's transaction."""
    notify(
        recipients=officials_acting(at=at, agency_id=rating.agency_id, roles=(*_DESK, *_CHIEFS)),
        kind=_RATED.code,
        subject=rating.ledger_subject,
        params={"score": rating.score},
        link=reverse("participation:desk_ratings"),
        due_at=rating.due_at,
        at=at,
    )
