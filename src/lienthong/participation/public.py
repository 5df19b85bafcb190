"""The door of `participation`: feedback is sent, ratings are read."""

from lienthong.participation.actions.drafting import save_draft
from lienthong.participation.actions.rating import answer_rating, rate, rated
from lienthong.participation.actions.returning import accept, reopen
from lienthong.participation.actions.sending import send_feedback
from lienthong.participation.actions.working import approve, draft_answer, refuse, reroute, take
from lienthong.participation.contracts import (
    Answer,
    BodyFigures,
    NewFeedback,
    Place,
    Point,
    Satisfaction,
    Sender,
)
from lienthong.participation.facts import figures, satisfaction
from lienthong.participation.models import Feedback, Photo, Rating
from lienthong.participation.photos import store_photo
from lienthong.participation.states import Kind, Reason, Stage, State

__all__ = [
    "Answer",
    "BodyFigures",
    "Feedback",
    "Kind",
    "NewFeedback",
    "Photo",
    "Place",
    "Point",
    "Rating",
    "Reason",
    "Satisfaction",
    "Sender",
    "Stage",
    "State",
    "accept",
    "answer_rating",
    "approve",
    "draft_answer",
    "figures",
    "rate",
    "rated",
    "refuse",
    "reopen",
    "reroute",
    "satisfaction",
    "save_draft",
    "send_feedback",
    "store_photo",
    "take",
]
