"""Tables of the portal."""

from lienthong.portal.models.drafts import Draft as Draft
from lienthong.portal.models.drafts import DraftFile as DraftFile
from lienthong.portal.models.drafts import Signer as Signer
from lienthong.portal.models.everyday import EverydayWords as EverydayWords
from lienthong.portal.models.sites import Site as Site
from lienthong.portal.models.usage import ServiceUse as ServiceUse
from lienthong.portal.models.usage import UseEvent as UseEvent
