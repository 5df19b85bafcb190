"""Packets that are arriving in parts, as their own systems and the operator see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Sum
from django.utils.translation import gettext_lazy as _

from lienthong.axis.models import ConnectedSystem, Upload
from lienthong.identity.public import NotFound
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal


class UploadExpired(Refusal):
    """The upload was not finished in time."""

    code, status = "upload-expired", 410
    sentence = _("The upload ended at %(expired)s because it was not finished by then. Begin a new one.")


@dataclass(frozen=True)
class OpenUploads:
    """How many uploads are unfinished, how many bytes of them are kept, and when the oldest began."""

    count: int
    bytes: int
    oldest_at: datetime | None


def upload_of(system: ConnectedSystem, upload_id: UUID, *, at: datetime) -> Upload:
    """An upload that this system made. One query.

    Raises:
        NotFound: there is none, or another system made it.
        UploadExpired: its time is over.
    """
    upload = Upload.objects.filter(pk=upload_id, system=system).first()
    if upload is None:
        raise NotFound
    if upload.expires_at <= at:
        raise UploadExpired(expired=f"{upload.expires_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}")
    return upload


def open_uploads() -> OpenUploads:
    """All unfinished uploads of the installation, for its operator and the monitoring. One query."""
    found = Upload.objects.unfinished().aggregate(
        count=Count("pk"), bytes=Sum("offset"), oldest_at=Min("created_at")
    )
    return OpenUploads(found["count"], found["bytes"] or 0, found["oldest_at"])
