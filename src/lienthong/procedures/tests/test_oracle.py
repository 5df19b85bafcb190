"""SpiffWorkflow, an engine of others, runs our diagrams and finds the same ways through them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from lienthong.procedures.bpmn import write_bpmn
from lienthong.procedures.engine import complete, open_steps, settle, start
from lienthong.procedures.process import Process, StepKind
from lienthong.procedures.tests.processes import node, process, straight, task, way, whole

LONGEST = 9


def ours(found: Process, facts: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """Every order in which the tasks can be done, up to a length; what is waited for comes by itself."""

    def walk(position: Any, done: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        waiting = open_steps(found, position)
        passed = [key for key in waiting if found.step[key].kind is not StepKind.TASK]
        if passed:
            yield from walk(complete(found, position, passed[0], facts), done)
        elif not waiting or len(done) == LONGEST:
            yield done
        else:
            for key in waiting:
                yield from walk(complete(found, position, key, facts), (*done, key))

    return set(walk(settle(found, start(found), facts), ()))


def theirs(found: Process, facts: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """The same, by SpiffWorkflow; each order is replayed from the start."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(BytesIO(as_tasks(write_bpmn(found)))))
    spec = parser.get_spec("process")

    def run(order: tuple[str, ...]) -> list[str]:
        workflow = BpmnWorkflow(spec)
        for first in workflow.get_tasks(state=TaskState.READY):
            first.set_data(true=True, false=False, **facts)
        workflow.do_engine_steps()
        for key in order:
            (one,) = [
                ready
                for ready in workflow.get_tasks(state=TaskState.READY)
                if ready.task_spec.bpmn_id == f"step_{key}"
            ]
            one.run()
            workflow.do_engine_steps()
        ready = workflow.get_tasks(state=TaskState.READY)
        return [one.task_spec.bpmn_id.removeprefix("step_") for one in ready]

    def walk(order: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        waiting = run(order)
        if not waiting or len(order) == LONGEST:
            yield order
        for key in waiting if len(order) < LONGEST else ():
            yield from walk((*order, key))

    return set(walk(()))


def as_tasks(diagram: bytes) -> bytes:
    """The diagram with what is waited for taken out: a clock and messages from elsewhere are not the ways."""
    root = etree.fromstring(diagram)
    ns = root.nsmap["bpmn"]
    for event in root.iter(f"{{{ns}}}intermediateCatchEvent"):
        event.tag = f"{{{ns}}}scriptTask"
        for child in list(event):
            if etree.QName(child).localname.endswith("EventDefinition"):
                event.remove(child)
        etree.SubElement(event, f"{{{ns}}}script").text = "pass"
    return bytes(etree.tostring(root))


def branched() -> Process:
    """Choices inside parallel ways, and one way of all other cases."""
    return process(
        task("receive", 15, "desk"),
        node("split", "fork"),
        node("kind", "choice"),
        task("small"),
        task("large"),
        task("huge"),
        task("map"),
        node("meet", "join"),
        ways=[
            way("begin>receive"),
            way("receive>split"),
            way("split>kind"),
            way("split>map"),
            way("kind>small", when="area < 100 and not urgent"),
            way("kind>large", when='area in [100, 200] or zone == "A"'),
            way("kind>huge", otherwise=True),
            way("small>meet"),
            way("large>meet"),
            way("huge>meet"),
            way("map>meet"),
            way("meet>end"),
        ],
    )


CASES: list[tuple[str, Process, dict[str, Any]]] = [
    ("straight", straight(), {}),
    *(
        ("whole", whole(), {"complete": choice, "fee": fee})
        for choice, fee in itertools.product(["ask", "supplement"], [0, 7])
    ),
    *(
        ("branched", branched(), {"area": area, "urgent": urgent, "zone": zone})
        for area, urgent, zone in itertools.product([50, 100, 300], [True, False], ["A", "B"])
    ),
]


@pytest.mark.parametrize(
    ("found", "facts"),
    [pytest.param(found, facts, id=f"{name}-{number}") for number, (name, found, facts) in enumerate(CASES)],
)
def test_an_engine_of_others_finds_the_same_ways(found: Process, facts: dict[str, Any]) -> None:
    mine = ours(found, facts)
    assert mine
    assert theirs(found, facts) == mine
