"""A slip's PDF: drawn when it is first asked for, and the same bytes ever after."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.dossiers.models import Slip
from lienthong.dossiers.queries import find_slip
from lienthong.dossiers.slip_pdf import slip_pdf
from lienthong.identity.public import Viewer
from lienthong.kernel.blobs import store_blob

MOST_BYTES = 20 * 1024 * 1024


def drawn_slip(*, slip_id: UUID, viewer: Viewer, at: datetime) -> Slip:
    """The slip with its PDF. Who comes second waits for the first, and gets the same file.

    Raises:
        NotFound
    """
    slip = find_slip(viewer, slip_id)
    if slip.blob is not None:
        return slip
    with transaction.atomic():
        locked = Slip.objects.select_for_update(of=("self",)).select_related("blob").get(pk=slip.pk)
        if locked.blob is None:
            locked.blob = store_blob([slip_pdf(locked)], at=at, max_bytes=MOST_BYTES)
            Slip.objects.filter(pk=locked.pk).update(blob=locked.blob)
    return locked
