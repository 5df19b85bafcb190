"""A delay is foreseen: an apology is drafted before the deadline, and a leader makes it.

NĐ 61/2018/NĐ-CP, Đ.19 k.9.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from lienthong.directory.public import WorkingCalendar, add_working_minutes
from lienthong.dossiers import policies
from lienthong.dossiers.board import Board
from lienthong.dossiers.calendars import read_calendars
from lienthong.dossiers.contracts import Apology
from lienthong.dossiers.game import move
from lienthong.dossiers.models import ApologyDraft, Dossier, DossierTask
from lienthong.dossiers.queries import process_for
from lienthong.dossiers.refusals import ApologyTooLate, NewDateTooEarly, ReasonMissing
from lienthong.dossiers.slips import slip_of
from lienthong.dossiers.states import APOLOGISE, UNDER_WAY, TaskState
from lienthong.dossiers.telling import ABOUT_TO_BE_LATE, tell_without_work
from lienthong.identity.public import NotFound, Role, Viewer, officials_acting
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Subject
from lienthong.notifications.public import notify

# No stretch of days off is longer (Tết with its weekends); what is due later is not looked at.
LONGEST_REST = timedelta(days=16)


def apologise(*, dossier_id: UUID, until: datetime, reason: str, viewer: Viewer, at: datetime) -> Dossier:
    """Apologise for a delay that is foreseen and promise a new date, with slip 04.

    The deadline of the law stays: the dossier will count as late, and the applicant knows when to come.

    Raises:
        What `apologise_all` refuses.
    """
    return apologise_all(apologies=[Apology(dossier_id, until, reason)], viewer=viewer, at=at)[0]


def apologise_all(*, apologies: Sequence[Apology], viewer: Viewer, at: datetime) -> list[Dossier]:
    """As `apologise`, for many: all of them or none. A draft of a dossier is settled by it.

    Raises:
        NotFound, NotAllowed, DossierNotNow, ReasonMissing; NewDateTooEarly; ApologyTooLate: the deadline
        passed.
    """
    with transaction.atomic():
        board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
        board.load([one.dossier_id for one in apologies])
        dossiers = [_apologise(board, one, viewer) for one in apologies]
        board.write()
        drafts = ApologyDraft.objects.filter(dossier__in=board.dossiers, settled_at=None)
        drafts.update(settled_at=at, settled_by=viewer.official_id)
    return dossiers


def draft_apologies(*, hours: int, at: datetime) -> int:
    """Draft an apology for what is due within so many working hours and has none yet; how many.

    Drafts of no use any more are settled. The leaders of each agency are told once of all of theirs.
    An agency whose calendar has no working days is left out, and its administrators are told.
    """
    with transaction.atomic():
        _settle_useless(at)
        rows = _about_to_be_late(at)
        agencies = {row.agency_id for row in rows}
        calendars = read_calendars(agencies, since=at.year - 1, at=at)
        tell_without_work(agencies - set(calendars), at=at)
        near = {key: add_working_minutes(one, at, hours * 60) for key, one in calendars.items()}
        rows = [row for row in rows if row.agency_id in near and _told(row) <= near[row.agency_id]]
        tasks = _open_tasks(rows)
        drafts = [_draft(row, tasks[row.pk], calendars[row.agency_id], at) for row in rows]
        ApologyDraft.objects.bulk_create(drafts, ignore_conflicts=True, batch_size=1000)
        _tell_leaders(rows, at)
    return len(drafts)


def _apologise(board: Board, said: Apology, viewer: Viewer) -> Dossier:
    reason = said.reason.strip()
    if not reason:
        raise ReasonMissing(field="reason")
    dossier = board.dossiers.get(said.dossier_id)
    if dossier is None or dossier.agency_id != viewer.agency_id:
        raise NotFound
    policies.require(viewer, dossier, APOLOGISE)
    given = dossier.promised_at or dossier.due_at
    if dossier.due_at is not None and given is not None:
        if given < board.at:
            raise ApologyTooLate(due=_said(given))
        if said.until <= given:
            raise NewDateTooEarly(field="until", due=_said(given))
    dossier.promised_at = said.until
    words = {"reason": reason, "until": said.until.isoformat()}
    move(board, dossier, APOLOGISE, data=words)
    slip_of(board, dossier, APOLOGISE, **words)
    return dossier


def _settle_useless(at: datetime) -> None:
    """Settle drafts of a dossier that ended or stands, got another deadline, or is late by now."""
    told = Coalesce("dossier__promised_at", "dossier__due_at")
    drafts = ApologyDraft.objects.filter(settled_at=None).annotate(told=told)
    useless = ~Q(dossier__state__in=sorted(UNDER_WAY)) | Q(dossier__due_at=None) | ~Q(told=F("due_at"))
    keys = list(drafts.filter(useless | Q(due_at__lt=at)).values_list("pk", flat=True))
    ApologyDraft.objects.filter(pk__in=keys, settled_at=None).update(settled_at=at)


def _about_to_be_late(at: datetime) -> list[Dossier]:
    """What is due soon and has no draft of that deadline yet; the agency's calendar decides after."""
    until = at + LONGEST_REST
    rows = Dossier.objects.filter(state__in=sorted(UNDER_WAY), due_at__lte=until)
    rows = rows.annotate(told=Coalesce("promised_at", "due_at")).filter(told__gte=at, told__lte=until)
    drafted = ApologyDraft.objects.filter(dossier=OuterRef("pk"), due_at=OuterRef("told"))
    rows = rows.exclude(Exists(drafted)).select_related("version", "agency")
    return list(rows.order_by("told", "pk"))


def _open_tasks(rows: Iterable[Dossier]) -> defaultdict[UUID, list[DossierTask]]:
    found = defaultdict[UUID, list[DossierTask]](list)
    tasks = DossierTask.objects.filter(dossier__in=[row.pk for row in rows], state=TaskState.OPEN)
    for task in tasks.select_related("agency").order_by("pk"):
        found[task.dossier_id].append(task)
    return found


def _draft(row: Dossier, tasks: list[DossierTask], calendar: WorkingCalendar, at: datetime) -> ApologyDraft:
    """The proposal: which steps are open and where, and as much time again as they have, a day at least.

    In Vietnamese, whatever the reader's language: the applicant reads it on the slip.
    """
    steps = process_for(row).step
    names = [(steps[task.step].name if task.step in steps else task.step, task) for task in tasks]
    where = "; ".join(f"“{name}” tại {task.agency.name}" for name, task in names)
    minutes = max([calendar.hours_on(at.date()).minutes_per_day, *(task.minutes for task in tasks)])
    return ApologyDraft(
        dossier=row,
        due_at=_told(row),
        until=add_working_minutes(calendar, _told(row), minutes),
        reason=f"Hồ sơ đang ở bước {where or row.agency.name}, chưa hoàn thành kịp thời hạn đã hẹn.",
        drafted_at=at,
    )


def _tell_leaders(rows: Iterable[Dossier], at: datetime) -> None:
    """One notification an agency for all of this run, to those who lead it now."""
    by_agency = defaultdict[int, list[datetime]](list)
    for row in rows:
        by_agency[row.agency_id].append(_told(row))
    for agency_id, told in sorted(by_agency.items()):
        notify(
            recipients=officials_acting(at=at, agency_id=agency_id, roles=[Role.LEADER]),
            kind=ABOUT_TO_BE_LATE.code,
            subject=Subject("directory.agency", str(agency_id)),
            key=at.isoformat(),
            params={"number": len(told), "first": _said(min(told))},
            link=reverse("dossiers:apologies"),
            due_at=min(told),
            at=at,
            urgent=True,
        )


def _told(row: Dossier) -> datetime:
    """The date the applicant was told last."""
    told = row.promised_at or row.due_at
    if told is None:
        raise LookupError(row.pk)
    return told


def _said(instant: datetime) -> str:
    return instant.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
