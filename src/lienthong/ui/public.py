"""The door of `ui`: the navigation, the page of a refusal, and what draws the rows of long lists."""

from lienthong.ui.drawing import (
    DASH,
    badge,
    day,
    due,
    due_color,
    grouped,
    icon,
    pages_of,
    said_once,
    shortened,
    when,
)
from lienthong.ui.middleware import refusal_response, wants_problem
from lienthong.ui.navigation import Link, NavItem, desk, register

__all__ = [
    "DASH",
    "Link",
    "NavItem",
    "badge",
    "day",
    "desk",
    "due",
    "due_color",
    "grouped",
    "icon",
    "pages_of",
    "refusal_response",
    "register",
    "said_once",
    "shortened",
    "wants_problem",
    "when",
]
