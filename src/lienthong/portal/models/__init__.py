"""Tables of the portal."""

from lienthong.portal.models.drafts import Draft as Draft
from lienthong.portal.models.drafts import DraftFile as DraftFile
from lienthong.portal.models.drafts import Signer as Signer
