"""The door of `portal`."""

from lienthong.portal.actions.sites import save_site
from lienthong.portal.actions.wording import load_everyday_words

__all__ = ["load_everyday_words", "save_site"]
