"""The door of `identity`: who acts, in which post, and what that post may do."""

from lienthong.identity.contracts import NOBODY, Role, Viewer
from lienthong.identity.middleware import viewer_of

__all__ = ["NOBODY", "Role", "Viewer", "viewer_of"]
