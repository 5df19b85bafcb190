"""Tables of the portal."""

from lienthong.portal.models.drafts import Draft as Draft
from lienthong.portal.models.drafts import DraftFile as DraftFile

"""Tables of the portal."""

from lienthong.portal.models.everyday import EverydayWords as EverydayWords
from lienthong.portal.models.sites import Site as Site
