"""A day of the whole province through the actions: everything received, every step finished.

At the counters dossiers come one by one, and the choice behind the examination is made one by one, each in
its own transaction as the pages do. What has no choice is finished in sets of at most `AT_ONCE` of a body,
as the inbox does. No time is taken for who acts: that is read once for each official.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bench import processes
from bench.dossiers.service import CODE, ROLES, STEPS, Service
from bench.harness import console
from lienthong.directory.public import PostHolding
from lienthong.dossiers.actions.receiving import receive_at_counter
from lienthong.dossiers.actions.stepping import finish_step, finish_steps
from lienthong.dossiers.contracts import GivenPaper, Intake, StepDone
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.states import DossierState
from lienthong.identity.public import PartyFacts, PartyKind, RoleGrant, Viewer, viewer_for
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.statements import fetch
from lienthong.procedures.public import Channel

DOSSIERS, AT_ONCE = 4_800, 100
AIM_SECONDS = 300
OPEN = """
SELECT agency_id, id FROM dossiers_dossiertask
WHERE dossier_id = ANY (%s) AND step = %s AND state = 'open' ORDER BY agency_id, id
"""
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Stage:
    """One kind of act of the day: how many, how long they took, and the CPU of both processes."""

    name: str
    count: int
    calls: int
    seconds: float
    python: float
    postgres: float


def run(service: Service, *, dossiers: int = DOSSIERS, report: Report) -> list[Stage]:
    """Play the day and print it. Raises `RuntimeError` where not all of it is in the database at the end."""
    at, staff = now(), staff_of(service)
    made, stages = list[UUID](), list[Stage]()
    intakes = list(_intakes(service, dossiers, at))
    stages.append(_timed("receive, one by one", dossiers, lambda: _receive(intakes, staff, made, report)))
    todo = tasks_of(made, "examine")
    stages.append(_timed("examine, one by one", len(todo), lambda: _examine(todo, staff, report)))
    for step, _name, lane, _minutes in STEPS[2:]:
        todo = tasks_of(made, step)
        stages.append(
            _timed(
                f"{step}, in sets", len(todo), lambda todo=todo, lane=lane: _finish(todo, ROLES[lane], staff)
            )
        )
        report("steps in sets", [key for key, *_rest in STEPS].index(step) - 1, len(STEPS) - 2)
    ended = Dossier.objects.filter(pk__in=made, state=DossierState.HANDED_OUT).count()
    if ended != dossiers:
        raise RuntimeError(f"{dossiers} dossiers were received, {ended} handed out")
    _print(stages, dossiers)
    return stages


def staff_of(service: Service) -> dict[tuple[int, str], Viewer]:
    """Who works in each body, by its key and the role."""
    bodies = [body.pk for body in service.bodies]
    at, found = now(), dict[tuple[int, str], Viewer]()
    held = PostHolding.objects.filter(post__agency__in=bodies, valid_to__gt=at.astimezone(VIETNAM).date())
    roles = dict(RoleGrant.objects.filter(post__in=held.values("post")).values_list("post_id", "role"))
    for row in held.select_related("post", "official").order_by("pk"):
        key = (row.post.agency_id, roles.get(row.post_id, ""))
        if key[1] in ROLES.values() and key not in found:
            found[key] = viewer_for(row.official, row.post, at=at)
    return found


def intake_of(service: Service, agency_id: int, number: int, salt: str) -> Intake:
    """What the citizen of this number hands in."""
    name = f"Nguyễn Thu Hà {number}"
    person = PartyFacts(
        kind=PartyKind.CITIZEN,
        name=name,
        number=f"{salt}{number:06d}",
        telephone="0912345678",
        address="Thái Nguyên",
    )
    return Intake(
        agency_id=agency_id,
        version_id=service.version.pk,
        channel=Channel.COUNTER,
        applicant=person,
        answers={"full_name": name, "matter": f"Bản sao giấy phép số {number}", "copies": 1 + number % 5},
        papers=(
            GivenPaper(name="Đơn đề nghị cấp bản sao", key="request", originals=1),
            GivenPaper(name="Căn cước của người yêu cầu", key="identity", copies=1),
        ),
        summary=f"Bản sao giấy phép số {number}",
    )


def tasks_of(dossiers: list[UUID], step: str) -> list[tuple[int, UUID]]:
    """The open tasks of the step of these dossiers, with their agencies."""
    return [(agency_id, key) for agency_id, key in fetch(OPEN, dossiers, step)]


def _intakes(service: Service, dossiers: int, at: datetime) -> Iterator[Intake]:
    """One in 20 at the busiest body, the others around; in turns, as they come."""
    salt = f"077{int(at.timestamp()) % 1000:03d}"
    others = service.bodies[1:]
    for number in range(dossiers):
        body = service.bodies[0] if number % 20 == 0 else others[number % len(others)]
        yield intake_of(service, body.pk, number, salt)


def _receive(
    intakes: list[Intake], staff: dict[tuple[int, str], Viewer], made: list[UUID], report: Report
) -> int:
    for number, intake in enumerate(intakes, start=1):
        viewer = staff[intake.agency_id, "receptionist"]
        made.append(receive_at_counter(intake=intake, viewer=viewer, at=now()).pk)
        report("received", number, len(intakes))
    return len(intakes)


def _examine(todo: list[tuple[int, UUID]], staff: dict[tuple[int, str], Viewer], report: Report) -> int:
    for number, (agency, task) in enumerate(todo, start=1):
        done = StepDone(task, choices={"complete": "draft"}, note="Đủ và đúng")
        finish_step(done=done, viewer=staff[agency, "specialist"], at=now())
        report("examined", number, len(todo))
    return len(todo)


def _finish(todo: list[tuple[int, UUID]], role: str, staff: dict[tuple[int, str], Viewer]) -> int:
    of: dict[int, list[StepDone]] = {}
    for agency, task in todo:
        of.setdefault(agency, []).append(StepDone(task))
    calls = 0
    for agency, tasks in of.items():
        for start in range(0, len(tasks), AT_ONCE):
            finish_steps(all_done=tasks[start : start + AT_ONCE], viewer=staff[agency, role], at=now())
            calls += 1
    return calls


def _timed(name: str, count: int, work: Callable[[], int]) -> Stage:
    postmaster = processes.postmaster()
    before = (time.perf_counter(), time.process_time(), processes.cpu_seconds(postmaster))
    calls = work()
    after = (time.perf_counter(), time.process_time(), processes.cpu_seconds(postmaster))
    wall, python, postgres = (later - earlier for earlier, later in zip(before, after, strict=True))
    return Stage(name, count, calls, wall, python, postgres)


def _print(stages: list[Stage], dossiers: int) -> None:
    steps = sum(stage.count for stage in stages)
    console.print(f"The day of the province ({CODE}): {dossiers:,} dossiers, {steps:,} steps, one process")
    for stage in stages:
        console.print(
            f"  {stage.name:<22} {stage.count:>6,} in {stage.calls:>5,} acts {stage.seconds:7.1f} s"
            f"   {stage.count / stage.seconds:8,.0f}/s   CPU each:"
            f" Python {1000 * stage.python / stage.count:.2f} ms,"
            f" PostgreSQL {1000 * stage.postgres / stage.count:.2f} ms"
        )
    wall = sum(stage.seconds for stage in stages)
    cpu = sum(stage.python + stage.postgres for stage in stages)
    verdict = "holds" if wall * DOSSIERS / dossiers <= AIM_SECONDS else "missed"
    console.print(
        f"  together {wall:.1f} s, {cpu:.1f} s of CPU; aim {AIM_SECONDS} s for {DOSSIERS:,}: {verdict}\n"
    )
