"""The life of a work file, how long it is kept, and who may move it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lienthong.identity.public import Role
from lienthong.office.states import State


class FileState(StrEnum):
    """Where a work file stands."""

    OPEN = "open"
    CLOSED = "closed"
    HANDED_IN = "handed-in"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class ListState(StrEnum):
    """Where a list of files stands; an approved one is frozen."""

    DRAFT = "draft"
    APPROVED = "approved"


class Kind(StrEnum):
    """What may be put into a work file; the value is the name of the item's column."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    TASK = "task"


@dataclass(frozen=True)
class FileMove:
    """One move of a work file; `article` is the rule of NĐ 30/2020/NĐ-CP that it follows.

    It is for whoever answers for the file, or with `archivist` for the agency's archive.
    """

    verb: str
    sources: frozenset[FileState]
    target: FileState
    article: str
    label: Promise
    archivist: bool = False
    reason: bool = False


CLOSE = FileMove("close", frozenset({FileState.OPEN}), FileState.CLOSED, "Đ.29", _("Close the file"))
REOPEN = FileMove(
    "reopen",
    frozenset({FileState.CLOSED, FileState.RETURNED}),
    FileState.OPEN,
    "Đ.29",
    _("Open it again"),
    reason=True,
)
HAND_IN = FileMove(
    "hand-in",
    frozenset({FileState.CLOSED, FileState.RETURNED}),
    FileState.HANDED_IN,
    "Đ.30",
    _("Hand in to the archive"),
)
ACCEPT = FileMove(
    "accept",
    frozenset({FileState.HANDED_IN}),
    FileState.ACCEPTED,
    "Đ.30",
    _("Accept into the archive"),
    archivist=True,
)
RETURN = FileMove(
    "return",
    frozenset({FileState.HANDED_IN}),
    FileState.RETURNED,
    "Đ.30",
    _("Return to the keeper"),
    archivist=True,
    reason=True,
)

MOVES: dict[str, FileMove] = {move.verb: move for move in (CLOSE, REOPEN, HAND_IN, ACCEPT, RETURN)}
# States in which what stands in the file is settled, and the agency's seal may be set over it.
SEALED_STATES = frozenset({FileState.HANDED_IN, FileState.ACCEPTED})

FILE_STATE_LABELS: dict[str, Promise] = {
    FileState.OPEN: pgettext_lazy("work file", "Open"),
    FileState.CLOSED: pgettext_lazy("work file", "Closed"),
    FileState.HANDED_IN: pgettext_lazy("work file", "Handed in"),
    FileState.RETURNED: pgettext_lazy("work file", "Returned by the archive"),
    FileState.ACCEPTED: pgettext_lazy("work file", "In the archive"),
}
LIST_STATE_LABELS: dict[str, Promise] = {
    ListState.DRAFT: pgettext_lazy("list of files", "Draft"),
    ListState.APPROVED: pgettext_lazy("list of files", "Approved"),
}
STATE_COLORS: dict[str, str] = {
    FileState.OPEN: "accent",
    FileState.CLOSED: "neutral",
    FileState.HANDED_IN: "warning",
    FileState.RETURNED: "danger",
    FileState.ACCEPTED: "success",
}

# Văn thư keeps the agency's archive too where it has no archivist of its own.
ARCHIVISTS = frozenset({Role.CLERK})
KEEPERS = frozenset({Role.SPECIALIST, Role.CLERK, Role.LEADER})
# Whole agency; a leader of a division sees the files of that division only.
WATCHERS = frozenset({Role.CLERK, Role.LEADER, Role.AUDITOR})
READERS = KEEPERS | WATCHERS


@dataclass(frozen=True)
class Retention:
    """How long a file is kept (thời hạn bảo quản): for ever (`years` None) or for so many years.

    Which one a file gets is decided by the agency's list of files, not here.
    """

    code: str
    years: int | None
    group: Promise

    @property
    def label(self) -> str | Promise:
        """In the reader's language."""
        if self.years is None:
            return _("Permanent")
        return _YEARS % {"years": self.years}


_YEARS = _("%(years)s years")
_PERMANENT, _TERM = _("Kept permanently"), _("Kept for a term")
PERMANENT = "permanent"


def retention_of(code: str) -> Retention:
    """The period that a stored code says: "permanent", or a number of years."""
    if code == PERMANENT:
        return Retention(code, None, _PERMANENT)
    return Retention(code, int(code), _TERM)


def retention_vi(code: str) -> str:
    """The same in Vietnamese: official forms are so in every language of the interface."""
    return "Vĩnh viễn" if code == PERMANENT else f"{int(code):02d} năm"


FILE_VERB_LABELS: dict[str, Promise] = {
    "work-file.open": pgettext_lazy("work file", "Opened"),
    "work-file.revise": _("Title or retention changed"),
    "work-file.put": _("Document put in"),
    "work-file.take-out": _("Document taken out"),
    "work-file.close": pgettext_lazy("work file", "Closed"),
    "work-file.reopen": _("Opened again"),
    "work-file.hand-in": _("Handed in to the archive"),
    "work-file.accept": _("Accepted into the archive"),
    "work-file.return": _("Returned by the archive"),
}
LIST_VERB_LABELS: dict[str, Promise] = {
    "file-list.draft": pgettext_lazy("list of files", "Draft begun"),
    "file-list.import": pgettext_lazy("list of files", "Taken in from a spreadsheet"),
    "file-list.approve": pgettext_lazy("list of files", "Approved"),
    "file-list.add": pgettext_lazy("list of files", "Added with a reason"),
}


def destroyed_note(state: str, *, secret: bool) -> str:
    """Why only the description of an incoming document is left, as tables and packages say it; else empty."""
    if state == State.WITHDRAWN:
        return "Đã hủy theo yêu cầu thu hồi"
    return "Đã hủy do có dấu chỉ độ mật" if secret or state == State.DESTROYED else ""
