"""The portal of an agency is set up and changed by its administrator."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image

from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.errors import Refusal
from lienthong.kernel.models import Blob
from lienthong.ledger.public import record
from lienthong.portal.models import Site

LARGEST, MOST_POINTS, DRAWN = 1024 * 1024, 4_000, 256


class ArmsRefused(Refusal):
    """The file is no picture that can be drawn."""

    code, status = "arms-refused", 422
    sentence = _(
        "The file is not a PNG picture of at most 1 MB and 4,000 points on a side, so it was not taken. "
        "Save the coat of arms as PNG and choose it again."
    )


def save_site(
    *, viewer: Viewer, facts: Mapping[str, str | None], arms: BinaryIO | None, at: datetime
) -> Site:
    """Set up or change the portal of the viewer's agency; without new arms the old ones stay.

    Raises:
        NotAllowed: the viewer does not administer an agency.
        ArmsRefused: the picture cannot be drawn.
    """
    if not viewer.has(Role.ADMINISTRATOR) or viewer.agency_id is None:
        raise NotAllowed
    with transaction.atomic():
        site = Site.objects.select_for_update().filter(agency_id=viewer.agency_id).first()
        site = site or Site(agency_id=viewer.agency_id)
        for name, value in facts.items():
            setattr(site, name, value)
        if arms is not None:
            site.arms = store_arms(arms, at=at)
        site.save()
        data = {"slug": site.slug, "host": site.host, "arms": site.arms_id}
        record(actor=viewer.actor(), verb="site.save", subject=site.ledger_subject, at=at, data=data)
    return site


def store_arms(file: BinaryIO, *, at: datetime) -> Blob:
    """Draw the picture anew, so that nothing but its points comes through. Raises `ArmsRefused`."""
    content = file.read(LARGEST + 1)
    try:
        if len(content) > LARGEST:
            raise ArmsRefused(field="arms_file")
        opened = Image.open(io.BytesIO(content), formats=["PNG"])
        if max(opened.size) > MOST_POINTS:
            raise ArmsRefused(field="arms_file")
        picture = opened.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ArmsRefused(field="arms_file") from None
    picture.thumbnail((DRAWN, DRAWN))
    drawn = io.BytesIO()
    picture.save(drawn, "PNG", optimize=True)
    return store_blob([drawn.getvalue()], at=at, max_bytes=LARGEST)
