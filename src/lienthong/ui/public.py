"""The door of `ui`: the navigation and the page of a refusal."""

from lienthong.ui.middleware import refusal_response, wants_problem
from lienthong.ui.navigation import NavItem, register

__all__ = ["NavItem", "refusal_response", "register", "wants_problem"]
