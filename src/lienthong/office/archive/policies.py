"""Who may see a work file, and who may do what with it; buttons are drawn from `allowed_moves`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.office.archive.list_models import PlannedFile
from lienthong.office.archive.models import WorkFile
from lienthong.office.archive.states import ARCHIVISTS, FILE_STATE_LABELS, KEEPERS, MOVES, WATCHERS, FileMove


class FileNotNow(Refusal):
    """The file's state does not allow the move."""

    code, status = "wrong-state", 409
    sentence = _(
        "This cannot be done now: the work file is in state “%(state)s”. "
        "Someone may have been faster; reload the page to see what happened."
    )


class FileClosed(Refusal):
    """A closed file takes nothing more and gives nothing away (NĐ 30/2020, Đ.29)."""

    code, status = "work-file-closed", 409
    sentence = _(
        "The work file %(code)s is closed, so nothing is put in or taken out. "
        "Its keeper can open it again with a reason."
    )


class NotTheKeeper(NotAllowed):
    """The file is another's to fill, close and hand in."""

    code = "not-the-keeper"
    sentence = _(
        "Only the keeper of the work file, %(keeper)s, and who leads the division or the agency may do this."
    )


def keeps(viewer: Viewer, file: WorkFile) -> bool:
    """Whether the viewer keeps the file, or acts by delegation in the post of who does."""
    return file.keeper_id == viewer.official_id or (
        bool(viewer.acting_for) and file.keeper_post_id is not None and file.keeper_post_id == viewer.post_id
    )


def heads(viewer: Viewer, file: WorkFile) -> bool:
    """Whether the viewer leads the file's division, or, with a post in no division, the whole agency."""
    return viewer.has(Role.LEADER) and viewer.division_id in {None, file.division_id}


def answers_for(viewer: Viewer, file: WorkFile) -> bool:
    """Whether the file is the viewer's to fill, close and hand in: its keeper, and who is above."""
    return (
        viewer.agency_id == file.agency_id
        and viewer.has(*KEEPERS)
        and (keeps(viewer, file) or heads(viewer, file))
    )


def watches_agency(viewer: Viewer) -> bool:
    """Whether the viewer sees every file of the agency; who leads a division only sees the division's."""
    others = WATCHERS - {Role.LEADER}
    return viewer.has(*others) or (viewer.has(Role.LEADER) and viewer.division_id is None)


def watches_division(viewer: Viewer) -> bool:
    """Whether the viewer sees every file of the own division: who leads it for the agency, and its head.

    A head sees them only; to fill and close them stays with the keeper and who leads (`answers_for`).
    """
    return viewer.division_id is not None and viewer.has(Role.LEADER, Role.HEAD)


def allowed_moves(viewer: Viewer, file: WorkFile) -> list[FileMove]:
    """The moves the viewer may make now, in the order of the work."""
    return [move for move in MOVES.values() if _refusal(viewer, file, move) is None]


def require_move(viewer: Viewer, file: WorkFile, move: FileMove) -> None:
    """Raise `NotAllowed`, `FileNotNow` or `NotTheKeeper` if the move may not be made."""
    refusal = _refusal(viewer, file, move)
    if refusal is not None:
        raise refusal


def require_fill(viewer: Viewer, file: WorkFile) -> None:
    """Raise `NotAllowed`, `FileClosed` or `NotTheKeeper` unless the viewer may fill the file now."""
    if viewer.agency_id != file.agency_id or not viewer.has(*KEEPERS):
        raise NotAllowed
    if not file.is_open:
        raise FileClosed(code=file.code)
    if not answers_for(viewer, file):
        raise NotTheKeeper(keeper=file.keeper.full_name)


def may_take_package(viewer: Viewer, file: WorkFile) -> bool:
    """Whether the viewer may have the whole package: who reads every document of the agency anyway."""
    return viewer.agency_id == file.agency_id and viewer.has(*WATCHERS)


def require_open(viewer: Viewer) -> None:
    """Raise `NotAllowed` if the viewer's post keeps no files."""
    if viewer.agency_id is None or viewer.official_id is None or not viewer.has(*KEEPERS):
        raise NotAllowed


def drafts_lists(viewer: Viewer) -> bool:
    """Whether the viewer drafts the agency's list of files, and adds to an approved one with a reason."""
    return viewer.agency_id is not None and viewer.has(*ARCHIVISTS)


def approves_lists(viewer: Viewer) -> bool:
    """Whether the viewer heads the whole agency, and so approves its list of files (NĐ 30/2020, Đ.28)."""
    return viewer.agency_id is not None and viewer.has(Role.LEADER) and viewer.division_id is None


def signature_of(viewer: Viewer) -> str:
    """Who decided, as it stays readable when they have left."""
    return ", ".join(filter(None, (viewer.name, viewer.post_title)))[:250]


def may_open_planned(viewer: Viewer, planned: PlannedFile) -> bool:
    """Whether the planned file is the viewer's to open: who is named, their deputy, and who is above.

    Of a row that names a division, its keepers; of one that names nobody, every keeper. The caller has made
    sure that the list is the viewer's agency's.
    """
    if viewer.official_id is None or not viewer.has(*KEEPERS):
        return False
    if viewer.has(Role.CLERK) or approves_lists(viewer):
        return True
    if planned.official_id:
        stands_in = bool(viewer.acting_for) and planned.post_id == viewer.post_id
        return planned.official_id == viewer.official_id or (planned.post_id is not None and stands_in)
    return planned.division_id in {None, viewer.division_id}


def _refusal(viewer: Viewer, file: WorkFile, move: FileMove) -> Refusal | None:
    if viewer.agency_id != file.agency_id or not viewer.has(*(ARCHIVISTS if move.archivist else KEEPERS)):
        return NotAllowed()
    if file.state not in move.sources:
        return FileNotNow(state=FILE_STATE_LABELS[file.state])
    if not move.archivist and not answers_for(viewer, file):
        return NotTheKeeper(keeper=file.keeper.full_name)
    return None
