"""How a draft will look once it is issued, as pictures, while it is being written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from lienthong.documents.actions.issuing import text_of
from lienthong.documents.models import OfficialDocument
from lienthong.documents.rendering import render_pictures

OPEN_NUMBER = "……"


def preview_draft(draft: OfficialDocument, *, at: datetime) -> list[bytes]:
    """The first pages as PNG, with the number left open and today's date; nothing is kept.

    Raises:
        UnprintableText
    """
    text = text_of(draft, at=at)
    return render_pictures(replace(text, code=f"{OPEN_NUMBER}/{draft.notation}", verify_url=""), at=at)
