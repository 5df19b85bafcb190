"""The one honest clock of a dossier: where it is, whom to call, when it is due and when likely done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from lienthong.directory.public import Agency
from lienthong.dossiers.codes import spellings_of
from lienthong.dossiers.follow_address import is_check
from lienthong.dossiers.models import Dossier, DossierTask, Pause
from lienthong.dossiers.party_contracts import Followed, Likely, Place, Stage, Standing
from lienthong.dossiers.party_refusals import CodeUnknown
from lienthong.dossiers.party_words import SENTENCES, STAGE, STANDS_FOR, STANDS_OTHERWISE
from lienthong.dossiers.remaining import length_in_words
from lienthong.dossiers.states import DECIDED, OPEN, UNDER_WAY, WAITING, DossierState, TaskState
from lienthong.kernel.statements import fetch
from lienthong.procedures.public import WORKING_DAY

LAST, FEWEST = 100, 5  # cases that say how long it takes; below five they say too much of each (issue 6)
# Of the newest decided dossiers of the body, along the index of its states, those of this version: bounded
# whatever the body has settled. The time a clock stood is left out of each.
_LASTED = f"""
    SELECT count(*), percentile_cont(ARRAY[0.5, 0.8]) WITHIN GROUP (ORDER BY lasted)
    FROM (
        SELECT greatest(extract(epoch FROM one.finished_at - one.counted_from_at) - coalesce((
            SELECT sum(extract(epoch FROM coalesce(stood.ended_at, one.finished_at) - stood.began_at))
            FROM dossiers_pause stood WHERE stood.dossier_id = one.id
        ), 0), 0) AS lasted
        FROM (
            SELECT newest.* FROM unnest(ARRAY{sorted(map(int, DECIDED))}::smallint[]) kind (state)
            CROSS JOIN LATERAL (
                SELECT id, version_id, finished_at, counted_from_at FROM dossiers_dossier d
                WHERE d.agency_id = %s AND d.state = kind.state ORDER BY d.id DESC LIMIT 1000
            ) newest
        ) one
        WHERE one.version_id = %s AND one.counted_from_at IS NOT NULL
        ORDER BY one.finished_at DESC LIMIT {LAST}
    ) lately
"""  # noqa: S608


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


def likely_minutes(dossier: Dossier, pauses: Sequence[Pause], *, at: datetime) -> Likely | None:
    """When it is likely done, from the last dossiers of the same version at the same body; None while it has
    no clock, is decided, or too few were settled. One query.
    """
    if dossier.state not in UNDER_WAY or dossier.counted_from_at is None:
        return None
    ((cases, lasted),) = fetch(_LASTED, dossier.agency_id, dossier.version_id)
    if cases < FEWEST:
        return None
    half, most = (timedelta(seconds=float(seconds)) for seconds in lasted)
    stood = sum(((one.ended_at or at) - one.began_at for one in pauses), timedelta())
    begins = dossier.counted_from_at + stood
    return Likely(cases, half, most, begins + half, begins + most)


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
    """Where somebody works on it now; before and between steps the body that was asked; while it waits for the
    applicant nobody.
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
