"""Tables of the portal."""

from lienthong.portal.models.everyday import EverydayWords as EverydayWords
from lienthong.portal.models.sites import Site as Site
