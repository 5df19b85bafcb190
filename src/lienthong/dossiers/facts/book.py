"""Form 07, the book of dossiers of an agency (TT 03/2025/TT-VPCP): its rows, in the order of receipt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import QuerySet

from lienthong.documents.public import Row
from lienthong.dossiers import policies
from lienthong.dossiers.facts.measures import period_of
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.states import DossierState, Outcome, Timing
from lienthong.identity.public import NotAllowed, Viewer
from lienthong.kernel.clock import VIETNAM

# The book is an official form: its words are Vietnamese in every language of the interface.
TITLE = "Sổ theo dõi hồ sơ"
COLUMNS = {
    "STT": 5,
    "Mã hồ sơ": 19,
    "Thủ tục hành chính": 30,
    "Tổ chức, cá nhân nộp hồ sơ": 20,
    "Ngày tiếp nhận": 11,
    "Ngày hẹn trả": 11,
    "Ngày có kết quả": 11,
    "Ngày trả kết quả": 11,
    "Ghi chú": 18,
}
STATE_NOTES = {
    DossierState.NOT_ACCEPTED: "Không được tiếp nhận",
    DossierState.WITHDRAWN: "Công dân rút hồ sơ",
    DossierState.STOPPED: "Dừng giải quyết",
}
READ = (
    "code",
    "applicant_name",
    "submitted_at",
    "due_at",
    "promised_at",
    "paused_at",
    "finished_at",
    "closed_at",
    "state",
    "outcome",
    "timing",
    "supplemented",
    "root_id",
    "version__procedure__name",
)
AT_ONCE = 2_000


def booked_dossiers(viewer: Viewer, *, since: date, until: date, at: datetime) -> QuerySet[Dossier]:
    """The dossiers that the viewer's agency received in the period, linked ones too, first come first.

    Raises:
        NotAllowed: the viewer does not see the book of an agency.
    """
    if not policies.sees_figures(viewer):
        raise NotAllowed
    period = period_of(since, until, at=at)
    rows = Dossier.objects.filter(agency_id=viewer.agency_id or 0)
    rows = rows.filter(submitted_at__gte=period.begins, submitted_at__lt=period.ends)
    return rows.select_related("version__procedure").only(*READ).order_by("submitted_at", "code")


def book_rows(dossiers: QuerySet[Dossier]) -> Iterator[Row]:
    """The rows of the book, read a part at a time."""
    for number, dossier in enumerate(dossiers.iterator(chunk_size=AT_ONCE), start=1):
        handed_out = dossier.closed_at if dossier.state == DossierState.HANDED_OUT else None
        yield (
            number,
            dossier.code,
            dossier.version.procedure.name,
            dossier.applicant_name,
            _moment(dossier.submitted_at),
            _moment(dossier.promised_at or dossier.due_at),
            _moment(dossier.finished_at),
            _moment(handed_out),
            _note(dossier),
        )


def _note(dossier: Dossier) -> str:
    said = [STATE_NOTES.get(DossierState(dossier.state), "")]
    if dossier.state in STATE_NOTES and dossier.closed_at:
        said.append(_moment(dossier.closed_at))
    said.append("Từ chối giải quyết" if dossier.outcome == Outcome.REFUSED else "")
    said.append("Quá hạn" if dossier.timing == Timing.LATE else "")
    said.append("Chờ người nộp" if dossier.paused_at else "")
    said.append("Đã bổ sung" if dossier.supplemented else "")
    said.append("Liên thông" if dossier.root_id != dossier.pk else "")
    return "; ".join(filter(None, said))


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y") if moment else ""
