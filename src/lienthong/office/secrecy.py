"""Secrecy marks: what is one in the text of a scan, and to whom a document that bears one is open."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.office.secret_models import SecretMark
from lienthong.office.secret_states import SECRET_LABELS, SecretMove, SecretState

# The stamp stands under number and notation (TT 24/2020/TT-BCA): in the first lines of the first page.
TOP_LINES = 25
LONGEST_LINE = 60
# As OCR spells it: without or with wrong marks, with a frame or spaces between.
MARKS = {"MAT": "MẬT", "TOIMAT": "TỐI MẬT", "TUYETMAT": "TUYỆT MẬT"}
# A line that ends so is torn: "bảo vệ bí / mật nhà nước", "bảo / mật".
HALVES = frozenset({"BI", "BAO", "CO", "THAN", "DO", "TOI", "TUYET"})
_CELLS = re.compile(r"\s{3,}|\t|\|")
_LABEL = re.compile(r"^\W*độ\s+mật\s*:\s*", re.IGNORECASE)


class FileClosed(NotAllowed):
    """A secrecy mark was found on the document, so only clerks open its files until one has decided."""

    code = "file-closed"
    sentence = _(
        "A secrecy mark was found on this document, so its files are closed. A clerk of the agency looks "
        "at the paper and decides; ask the clerk for the paper."
    )


class NoMark(Refusal):
    """There is nothing to decide."""

    code, status = "no-secrecy-mark", 409
    sentence = _("No secrecy mark was found on this document, so there is nothing to decide.")


class MarkDecided(Refusal):
    """Another clerk was faster."""

    code, status = "secrecy-mark-decided", 409
    sentence = _("This was decided already by %(name)s: %(state)s. Reload the page to see what happened.")


def found_mark(text: str) -> str:
    """The mark if a line near the top is only that, in capitals; else empty.

    "bí mật", "bảo mật", "mật độ" within text are none, also where a line is torn between the two words.
    """
    before, seen = "", 0
    for line in unicodedata.normalize("NFC", text).splitlines():
        if not line.strip():
            continue
        seen += 1
        if seen > TOP_LINES:
            return ""
        if len(line.strip()) < LONGEST_LINE or _CELLS.search(line.strip()):
            for cell in _CELLS.split(line):
                mark = MARKS.get(_bare(_LABEL.sub("", cell)))
                if mark and len(cell.strip()) < LONGEST_LINE and not (mark == "MẬT" and _torn(before)):
                    return mark
        before = line
    return ""


def _bare(text: str) -> str:
    """The letters without marks and spaces; empty unless all are capitals."""
    apart = unicodedata.normalize("NFD", text.strip().replace("Đ", "D"))
    letters = "".join(letter for letter in apart if letter.isalpha())
    if re.search(r"\d", apart) or letters != letters.upper():
        return ""
    return letters


def _torn(line: str) -> bool:
    words = re.findall(r"\w+", line)
    last = unicodedata.normalize("NFD", words[-1].upper().replace("Đ", "D")) if words else ""
    return len(words) > 1 and "".join(letter for letter in last if letter.isalpha()) in HALVES


def decides(viewer: Viewer, agency_id: int) -> bool:
    """Whether the viewer is a clerk of the agency, who alone opens such files and decides."""
    return viewer.agency_id == agency_id and viewer.has(Role.CLERK)


def require_open(viewer: Viewer, document_id: UUID) -> None:
    """Raise `FileClosed` if a mark waits for a decision and the viewer is no clerk. At most one query.

    The caller has made sure that the document is one the viewer may see.
    """
    if viewer.has(Role.CLERK):
        return
    if SecretMark.objects.filter(document=document_id, state=SecretState.FOUND).exists():
        raise FileClosed


def require_decides(viewer: Viewer, mark: SecretMark | None, move: SecretMove) -> None:
    """Raise what stands against the move: `NotAllowed`, `NoMark`, `MarkDecided`."""
    if not viewer.has(Role.CLERK):
        raise NotAllowed
    if mark is None:
        raise NoMark
    if not decides(viewer, mark.agency_id):
        raise NotAllowed
    if mark.state not in move.sources:
        raise MarkDecided(name=mark.decided_name, state=SECRET_LABELS[mark.state])
