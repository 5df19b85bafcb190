"""The door of `ui`: the navigation and the page of a refusal."""

from lienthong.ui.middleware import refusal_response
from lienthong.ui.navigation import NavItem, register

__all__ = ["NavItem", "refusal_response", "register"]
