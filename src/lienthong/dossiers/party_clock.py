"""The one honest clock of a dossier: where it is, whom to call, when it is due, why the clock stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from lienthong.directory.public import Agency
from lienthong.dossiers.codes import spellings_of
from lienthong.dossiers.follow_address import is_check
from lienthong.dossiers.models import Dossier, DossierTask, Pause
from lienthong.dossiers.party_contracts import Followed, Place, Stage, Standing
from lienthong.dossiers.party_refusals import CodeUnknown
from lienthong.dossiers.party_words import SENTENCES, STAGE, STANDS_FOR, STANDS_OTHERWISE
from lienthong.dossiers.remaining import length_in_words
from lienthong.dossiers.states import DECIDED, OPEN, UNDER_WAY, WAITING, DossierState, TaskState
from lienthong.procedures.public import WORKING_DAY


def follow_by_code(text: str, *, check: str = "", at: datetime) -> Followed:
    """Where the dossier with the code is, for anyone: nobody is named. Three queries, known or not.

    With the `check` of a slip it also says which procedure it is.

    Raises:
        CodeUnknown: no dossier has it, or it is no code; the two are not told apart.
    """
    codes = spellings_of(text) or [""]
    found = Dossier.objects.filter(code__in=codes).select_related("agency", "version__procedure").first()
    tasks = DossierTask.objects.filter(dossier__code__in=codes, state=TaskState.OPEN)
    open_tasks = list(tasks.select_related("agency", "division").order_by("opened_at", "pk"))
    pauses = list(Pause.objects.filter(dossier__code__in=codes, ended_at=None))
    if found is None:
        raise CodeUnknown(field="code")
    return followed(found, open_tasks, pauses, at=at, named=is_check(found.code, check))


def holds_slip(text: str, check: str) -> bool:
    """Whether the check is the one that stands on the slip of the code. No query."""
    return any(is_check(code, check) for code in spellings_of(text))


def followed(
    dossier: Dossier,
    tasks: Iterable[DossierTask],
    pauses: Sequence[Pause],
    *,
    at: datetime,
    named: bool = True,
) -> Followed:
    """The clock of a dossier that was read with its agency and procedure. No query."""
    procedure = dossier.version.procedure
    due_at = dossier.due_at if dossier.state in UNDER_WAY else None
    promised = dossier.promised_at if dossier.state in UNDER_WAY else None
    awaited = max(filter(None, (due_at, promised)), default=None)
    return Followed(
        code=dossier.code,
        state=dossier.state,
        label=dossier.state_label,
        color=dossier.state_color,
        sentence=SENTENCES[dossier.state],
        submitted_at=dossier.submitted_at,
        stages=_stages(dossier),
        places=_places(dossier, tasks),
        call=_place(dossier.agency),
        due_at=due_at,
        promised_at=promised,
        late=awaited is not None and awaited < at,
        standing=_standing(dossier, pauses),
        procedure=procedure.name if named else "",
        procedure_en=procedure.name_en if named else "",
    )


def _stages(dossier: Dossier) -> tuple[Stage, ...]:
    """The main stages with their times, and the next ones that are yet to come."""
    ended = dossier.closed_at if dossier.state not in DECIDED | OPEN else None
    handed = dossier.closed_at if dossier.state == DossierState.HANDED_OUT else None
    times = {"submitted": dossier.submitted_at, "accepted": dossier.accepted_at}
    if ended is not None:
        said = {key: at for key, at in times.items() if at} | {f"ended-{dossier.state}": ended}
        return tuple(Stage(STAGE[key], at) for key, at in said.items())
    times |= {"decided": dossier.finished_at, "handed-out": handed}
    return tuple(Stage(STAGE[key], at) for key, at in times.items())


def _places(dossier: Dossier, tasks: Iterable[DossierTask]) -> tuple[Place, ...]:
    """Where somebody works on it now, between steps the body that was asked; nowhere while it waits for the
    applicant.
    """
    if dossier.state not in OPEN - WAITING:
        return ()
    found = {
        (task.agency_id, task.division_id): _place(task.agency, task.division.name if task.division else "")
        for task in tasks
        if task.open and task.role
    }
    return tuple(found.values()) or (_place(dossier.agency),)


def _place(agency: Agency, division: str = "") -> Place:
    return Place(agency.name, division, agency.telephone, agency.email, agency.address)


def _standing(dossier: Dossier, pauses: Collection[Pause]) -> Standing | None:
    open_pause = next((one for one in pauses if one.ended_at is None), None)
    if dossier.paused_at is None:
        return None
    reason = open_pause.reason if open_pause else ""
    left = max(dossier.minutes_left or 0, 0)
    return Standing(
        dossier.paused_at, STANDS_FOR.get(reason, STANDS_OTHERWISE), length_in_words(left, day=WORKING_DAY)
    )
