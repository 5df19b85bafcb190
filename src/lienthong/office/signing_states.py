"""What comes of each document of a list that a leader signs at once."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ItemState(StrEnum):
    """What came of one document of a list that a leader signs at once."""

    WAITING = "waiting"
    SIGNING = "signing"
    SIGNED = "signed"
    FAILED = "failed"


ITEM_STATE_LABELS: dict[str, Promise] = {
    ItemState.WAITING: _("Waits"),
    ItemState.SIGNING: _("Being signed"),
    ItemState.SIGNED: _("Signed and issued"),
    ItemState.FAILED: _("Not signed"),
}
