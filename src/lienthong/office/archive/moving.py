"""The moves of a work file: closing it, opening it again, handing it in, and the archive's answer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Viewer
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.models import Blob
from lienthong.ledger.public import JSON
from lienthong.office.archive import policies, queries
from lienthong.office.archive.filing import note
from lienthong.office.archive.models import WorkFile
from lienthong.office.archive.packages import seal_file
from lienthong.office.archive.printing import render_contents, render_cover
from lienthong.office.archive.states import ACCEPT, CLOSE, HAND_IN, REOPEN, RETURN, FileMove

REASON_LIMIT = 500
MOST_PDF_BYTES = 64 * 1024 * 1024


class NothingFiled(Refusal):
    """A file is closed over something."""

    code, status = "work-file-empty", 409
    sentence = _("The work file holds no document, so there is nothing to close. Put documents in first.")


class WhyMissing(Refusal):
    """Some moves are made for a reason, which stays with the file."""

    code, status = "reason-missing", 422
    sentence = _("This needs a reason of at most %(limit)s characters. Write it and try again.")


def close_file(*, file_id: UUID, viewer: Viewer, at: datetime) -> WorkFile:
    """Close the file: the table of its documents and its cover are made, and nothing more goes in (Đ.29).

    Raises:
        NotFound, NotAllowed, FileNotNow, NothingFiled
    """
    with transaction.atomic():
        file = _held(file_id, viewer, CLOSE)
        if not file.item_count:
            raise NothingFiled
        file.closed_on = max(at.astimezone(VIETNAM).date(), file.opened_on)
        file.cover = _stored(render_cover(file, at=at), at)
        file.contents = _stored(render_contents(file, at=at), at)
        _move(file, CLOSE, viewer, at, {"documents": file.item_count})
    return file


def reopen_file(*, file_id: UUID, viewer: Viewer, reason: str, at: datetime) -> WorkFile:
    """Open a closed or returned file again, for a reason; table and cover are made anew on closing.

    Raises:
        NotFound, NotAllowed, FileNotNow, WhyMissing
    """
    reason = _checked(reason)
    with transaction.atomic():
        file = _held(file_id, viewer, REOPEN)
        file.closed_on, file.cover, file.contents, file.handed_in_at = None, None, None, None
        file.seal, file.sealed_sha256 = "", ""
        file.reason = reason
        _move(file, REOPEN, viewer, at, {"reason": reason})
    return file


def hand_in_file(*, file_id: UUID, viewer: Viewer, at: datetime) -> WorkFile:
    """Hand the file in to the agency's archive, its description under the agency's seal (Đ.30).

    Raises:
        NotFound, NotAllowed, FileNotNow; NoCertificate, SigningUnavailable
    """
    with transaction.atomic():
        file = _held(file_id, viewer, HAND_IN)
        file.handed_in_at = at
        note(file, HAND_IN.verb, viewer, at, {"documents": file.item_count})
        seal_file(file, at=at)
        file.state = HAND_IN.target
        file.save()
    return file


def accept_file(*, file_id: UUID, viewer: Viewer, at: datetime) -> WorkFile:
    """The archive takes the file; the description, now with this, is sealed anew.

    Raises:
        NotFound, NotAllowed, FileNotNow; NoCertificate, SigningUnavailable
    """
    with transaction.atomic():
        file = _held(file_id, viewer, ACCEPT)
        file.accepted_at, file.accepted_by = at, viewer.name[:250]
        note(file, ACCEPT.verb, viewer, at, {})
        seal_file(file, at=at)
        file.state = ACCEPT.target
        file.save()
    return file


def return_file(*, file_id: UUID, viewer: Viewer, reason: str, at: datetime) -> WorkFile:
    """The archive gives the file back to its keeper, with what is to be mended.

    Raises:
        NotFound, NotAllowed, FileNotNow, WhyMissing
    """
    reason = _checked(reason)
    with transaction.atomic():
        file = _held(file_id, viewer, RETURN)
        file.handed_in_at, file.seal, file.sealed_sha256 = None, "", ""
        file.reason = reason
        _move(file, RETURN, viewer, at, {"reason": reason})
    return file


def _held(file_id: UUID, viewer: Viewer, move: FileMove) -> WorkFile:
    """The file under lock, on which the viewer may make the move."""
    file = queries.find_file(viewer, file_id, lock=True)
    policies.require_move(viewer, file, move)
    return file


def _move(file: WorkFile, move: FileMove, viewer: Viewer, at: datetime, data: dict[str, JSON]) -> None:
    file.state = move.target
    file.save()
    note(file, move.verb, viewer, at, data)


def _stored(pdf: bytes, at: datetime) -> Blob:
    return store_blob([pdf], at=at, max_bytes=MOST_PDF_BYTES)


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > REASON_LIMIT:
        raise WhyMissing(field="reason", limit=REASON_LIMIT)
    return reason
