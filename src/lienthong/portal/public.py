"""The door of `portal`: what becomes true of applications before they are dossiers."""

from lienthong.portal.contracts import DraftExpiring

__all__ = ["DraftExpiring"]
