"""The door of `ui`: the navigation and the page of a refusal."""

from lienthong.ui.middleware import refusal_response, wants_problem
from lienthong.ui.navigation import Link, NavItem, register

__all__ = ["Link", "NavItem", "refusal_response", "register", "wants_problem"]
