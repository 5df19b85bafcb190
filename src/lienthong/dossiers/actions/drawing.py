"""A slip's PDF: drawn when it is first asked for, and the same bytes ever after."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.dossiers.models import Slip
from lienthong.dossiers.party_queries import find_own_slip
from lienthong.dossiers.queries import find_slip
from lienthong.dossiers.slip_pdf import slip_pdf
from lienthong.identity.public import Viewer, Visitor
from lienthong.kernel.blobs import store_blob

MOST_BYTES = 20 * 1024 * 1024


def drawn_slip(*, slip_id: UUID, viewer: Viewer, at: datetime) -> Slip:
    """The slip with its PDF. Who comes second waits for the first, and gets the same file.

    Raises:
        NotFound
    """
    return _drawn(find_slip(viewer, slip_id), at)


def own_slip(*, slip_id: UUID, visitor: Visitor, at: datetime) -> Slip:
    """As `drawn_slip`, for a party of the dossier.

    Raises:
        NotFound
    """
    return _drawn(find_own_slip(visitor, slip_id), at)


def _drawn(slip: Slip, at: datetime) -> Slip:
    if slip.blob is not None:
        return slip
    with transaction.atomic():
        locked = Slip.objects.select_for_update(of=("self",)).select_related("blob").get(pk=slip.pk)
        if locked.blob is None:
            locked.blob = store_blob([slip_pdf(locked)], at=at, max_bytes=MOST_BYTES)
            Slip.objects.filter(pk=locked.pk).update(blob=locked.blob)
    return locked
