"""The same process in SpiffWorkflow, a workflow engine: instances a second from start to end, beside ours.

Both run in this process on the PostgreSQL of this run, one after the other. The peer reads the state of an
instance, does the step and saves the state again, in JSON as its serializer makes it, and does nothing else.
Ours is the whole product: the person, the application, papers, slip 01, the fee, deadlines in working
minutes, tasks in inboxes, and an entry in the ledger for all that happens. Each is measured one act a
transaction, and in sets of `AT_ONCE`, where also the peer reads, saves and commits once for the whole set.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.db import connection, transaction
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState as SpiffState

from bench import processes
from bench.dossiers.day import AT_ONCE, intake_of, staff_of, tasks_of
from bench.dossiers.service import ROLES, STEPS, Service
from bench.harness import console
from lienthong.dossiers.actions.receiving import accept_dossiers, receive_at_counter, register_dossiers
from lienthong.dossiers.actions.stepping import finish_step, finish_steps
from lienthong.dossiers.contracts import StepDone
from lienthong.kernel.clock import now
from lienthong.procedures.bpmn import write_bpmn
from lienthong.procedures.public import process_of

ONE_BY_ONE, IN_SETS, ROUNDS, AIM = 100, 300, 3, 5
CHOICES = {"complete": "draft"}
TABLE = """
DROP TABLE IF EXISTS bench_spiff;
CREATE TABLE bench_spiff (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, state json NOT NULL)
"""


class Spiff:
    """The engine with its state in a table."""

    def __init__(self, service: Service) -> None:
        assert service.version.process_id is not None
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.parse(BytesIO(write_bpmn(process_of(service.version.process_id)))))
        self._spec, self._serializer = parser.get_spec("process"), BpmnWorkflowSerializer()
        logging.getLogger("spiff").setLevel(logging.WARNING)  # a line for each change would be our cost
        with connection.cursor() as cursor:
            cursor.execute(TABLE)

    def run(self, count: int, size: int) -> int:
        """Take so many instances from start to end, `size` at once; how many bytes a state has."""
        length = 0
        for _set in range(count // size):
            with transaction.atomic(), connection.cursor() as cursor:
                states = [self._serializer.serialize_json(self._begun()) for _one in range(size)]
                cursor.execute(
                    "INSERT INTO bench_spiff (state) SELECT unnest(%s::json[]) RETURNING id", [states]
                )
                ids = [key for (key,) in cursor.fetchall()]
            for _step in STEPS:
                length = self._step(ids)
        return length

    def _begun(self) -> Any:
        workflow = BpmnWorkflow(self._spec)
        for first in workflow.get_tasks(state=SpiffState.READY):
            first.set_data(**CHOICES, true=True, false=False)
        workflow.do_engine_steps()
        return workflow

    def _step(self, ids: list[int]) -> int:
        states, text = [], ""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT state::text FROM bench_spiff WHERE id = ANY (%s) ORDER BY id FOR UPDATE", [ids]
            )
            for (state,) in cursor.fetchall():
                workflow = self._serializer.deserialize_json(state)
                (ready,) = workflow.get_tasks(state=SpiffState.READY)
                ready.run()
                workflow.do_engine_steps()
                text = self._serializer.serialize_json(workflow)
                states.append(text)
            cursor.execute(
                "UPDATE bench_spiff SET state = given.state FROM unnest(%s::bigint[], %s::json[])"
                " AS given (id, state) WHERE bench_spiff.id = given.id",
                [ids, states],
            )
        return len(text)


class Ours:
    """The actions of `dossiers`, at the busiest body."""

    def __init__(self, service: Service) -> None:
        self._service, self._body = service, service.bodies[0].pk
        self._staff, self._number = staff_of(service), 0
        self._salt = f"06{int(now().timestamp()) % 10_000:04d}"

    def run(self, count: int, size: int) -> int:
        """As `Spiff.run`."""
        desk = self._staff[self._body, "receptionist"]
        for _set in range(count // size):
            intakes = [self._intake() for _one in range(size)]
            if size == 1:
                made = [receive_at_counter(intake=intakes[0], viewer=desk, at=now()).pk]
            else:
                made = [row.pk for row in register_dossiers(intakes=intakes, viewer=desk, at=now())]
                accept_dossiers(dossier_ids=made, viewer=desk, at=now())
            for step, _name, lane, _minutes in STEPS[1 if size == 1 else 0 :]:
                viewer = self._staff[self._body, ROLES[lane]]
                choices = CHOICES if step == "examine" else {}
                done = [StepDone(task, choices=choices) for _agency, task in tasks_of(made, step)]
                if size == 1:
                    finish_step(done=done[0], viewer=viewer, at=now())
                else:
                    finish_steps(all_done=done, viewer=viewer, at=now())
        return 0

    def _intake(self) -> Any:
        self._number += 1
        return intake_of(self._service, self._body, self._number, self._salt)


def run(
    service: Service, *, one_by_one: int = ONE_BY_ONE, in_sets: int = IN_SETS, at_once: int = AT_ONCE
) -> dict[str, float]:
    """Measure in turns and print; the ratios of ours to the peer's by how they were done."""
    engines = {"Liên Thông": Ours(service), "SpiffWorkflow": Spiff(service)}
    ratios = dict[str, float]()
    rates, costs = dict[tuple[str, str], float](), dict[tuple[str, str], float]()
    console.print(f"Instances of {len(STEPS)} steps, from start to end, every state saved")
    for way, count, size in (("one by one", one_by_one, 1), (f"in sets of {at_once}", in_sets, at_once)):
        for name, engine in engines.items():
            engine.run(size, size)
            rounds = [_timed(engine.run, count, size) for _round in range(ROUNDS)]
            wall, python, postgres, length = sorted(rounds)[len(rounds) // 2]
            rates[way, name], costs[way, name] = count / wall, (python + postgres) / count
            state = f", a state has {length / 1024:.1f} KB" if length else ""
            console.print(
                f"  {way:<16} {name:<14} {count / wall:8.1f}/s   CPU each:"
                f" Python {1000 * python / count:.2f} ms, PostgreSQL {1000 * postgres / count:.2f} ms{state}"
            )
        ratios[way] = rates[way, "Liên Thông"] / rates[way, "SpiffWorkflow"]
        cpu = costs[way, "SpiffWorkflow"] / costs[way, "Liên Thông"]
        console.print(f"  {way}: {ratios[way]:.2f} × SpiffWorkflow, by CPU seconds {cpu:.2f} ×")
    sets, steps = f"in sets of {at_once}", "one by one"
    ratios["sets to steps"] = rates[sets, "Liên Thông"] / rates[steps, "SpiffWorkflow"]
    verdict = "holds" if ratios["sets to steps"] >= AIM else f"missed: {AIM}"
    console.print(
        f"  ours in sets to the peer saved at every step: {ratios['sets to steps']:.2f} ×, {verdict}\n"
    )
    return ratios


def _timed(work: Callable[[int, int], int], count: int, size: int) -> tuple[float, float, float, int]:
    postmaster = processes.postmaster()
    before = (time.perf_counter(), time.process_time(), processes.cpu_seconds(postmaster))
    length = work(count, size)
    after = (time.perf_counter(), time.process_time(), processes.cpu_seconds(postmaster))
    wall, python, postgres = (later - earlier for earlier, later in zip(before, after, strict=True))
    return wall, python, postgres, length
