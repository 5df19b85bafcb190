"""A process as BPMN 2.0, with a drawing."""

from __future__ import annotations

from lxml import etree

from lienthong.procedures.bpmn.layout import Box, Layout, lay_out, waypoints
from lienthong.procedures.bpmn.names import BPMNDI, DC, DI, ELEMENTS, NAMESPACES, OWN, XSI, bpmn, own
from lienthong.procedures.conditions import as_text
from lienthong.procedures.engine import chosen_by_hand
from lienthong.procedures.process import Process, Step, StepKind, Transition


def write_bpmn(process: Process, *, key: str = "process", name: str = "") -> bytes:
    """The process as a BPMN 2.0 document in UTF-8; `read_bpmn` reads the same process back."""
    root = etree.Element(bpmn("definitions"), nsmap=NAMESPACES, id="definitions", targetNamespace=OWN)
    for message in dict.fromkeys(step.message for step in process.steps if step.message):
        etree.SubElement(root, bpmn("message"), id=f"message_{message}", name=message)
    together = etree.SubElement(root, bpmn("collaboration"), id="collaboration")
    etree.SubElement(together, bpmn("participant"), id="participant", name=name or key, processRef=key)
    body = etree.SubElement(root, bpmn("process"), id=key, name=name or key, isExecutable="true")
    _write_lanes(body, process)
    for step in process.steps:
        _write_step(body, process, step)
    for place, way in enumerate(process.transitions):
        _write_way(body, process, place, way)
    _draw(root, process)
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return document


def flow_id(place: int) -> str:
    """The id of the transition at this place of the table."""
    return f"flow_{place + 1}"


def step_id(key: str) -> str:
    """The id of a step; the prefix keeps it apart from every other id of the document."""
    return f"step_{key}"


def _write_lanes(body: etree._Element, process: Process) -> None:
    if not process.lanes:
        return
    lanes = etree.SubElement(body, bpmn("laneSet"), id="lanes")
    for lane in process.lanes:
        element = etree.SubElement(lanes, bpmn("lane"), id=f"lane_{lane.key}", name=lane.name)
        _set_own(element, nameEn=lane.name_en, body=lane.body, agency=lane.agency, role=lane.role)
        for step in process.steps:
            if step.lane == lane.key:
                etree.SubElement(element, bpmn("flowNodeRef")).text = step_id(step.key)


def _write_step(body: etree._Element, process: Process, step: Step) -> None:
    element = etree.SubElement(body, bpmn(ELEMENTS[step.kind]), id=step_id(step.key))
    if step.name:
        element.set("name", step.name)
    _set_own(
        element,
        nameEn=step.name_en,
        minutes=str(step.minutes or ""),
        pauses="true" if step.pauses else "",
        effects=" ".join(step.effects),
        byHand="true" if step.kind is StepKind.CHOICE and chosen_by_hand(process, step.key) else "",
    )
    for place in process.leaving[step.key]:
        if process.transitions[place].otherwise:
            element.set("default", flow_id(place))
    for name, places in (("incoming", process.arriving), ("outgoing", process.leaving)):
        for place in places[step.key]:
            etree.SubElement(element, bpmn(name)).text = flow_id(place)
    if step.kind is StepKind.TIMER:
        timer = etree.SubElement(element, bpmn("timerEventDefinition"), id=f"timer_{step.key}")
        duration = etree.SubElement(timer, bpmn("timeDuration"))
        duration.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
        duration.text = f"PT{step.minutes}M"
    elif step.kind is StepKind.MESSAGE:
        etree.SubElement(
            element,
            bpmn("messageEventDefinition"),
            id=f"waiting_{step.key}",
            messageRef=f"message_{step.message}",
        )


def _write_way(body: etree._Element, process: Process, place: int, way: Transition) -> None:
    element = etree.SubElement(
        body,
        bpmn("sequenceFlow"),
        id=flow_id(place),
        sourceRef=step_id(way.source),
        targetRef=step_id(way.target),
    )
    if way.name:
        element.set("name", way.name)
    _set_own(element, nameEn=way.name_en, returns="true" if way.returns else "")
    if process.step[way.source].kind is StepKind.CHOICE and not way.otherwise:
        condition = etree.SubElement(element, bpmn("conditionExpression"))
        condition.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
        condition.text = way.when or as_text(process.condition_of(way))


def _set_own(element: etree._Element, **values: str) -> None:
    """Attributes of ours, those with a value."""
    for name, value in values.items():
        if value:
            element.set(own(name), value)


def _draw(root: etree._Element, process: Process) -> None:
    layout = lay_out(process)
    diagram = etree.SubElement(root, f"{{{BPMNDI}}}BPMNDiagram", id="diagram")
    plane = etree.SubElement(diagram, f"{{{BPMNDI}}}BPMNPlane", id="plane", bpmnElement="collaboration")
    _shape(plane, "participant", layout.whole, horizontal=True)
    for lane, box in layout.lanes.items():
        _shape(plane, f"lane_{lane}", box, horizontal=True)
    for step in process.steps:
        _shape(plane, step_id(step.key), layout.steps[step.key])
    for place, way in enumerate(process.transitions):
        _edge(plane, layout, place, way)


def _shape(plane: etree._Element, element: str, box: Box, *, horizontal: bool = False) -> None:
    shape = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNShape", id=f"shape_of_{element}", bpmnElement=element)
    if horizontal:
        shape.set("isHorizontal", "true")
    bounds = etree.SubElement(shape, f"{{{DC}}}Bounds")
    for name, value in (("x", box.x), ("y", box.y), ("width", box.width), ("height", box.height)):
        bounds.set(name, str(value))


def _edge(plane: etree._Element, layout: Layout, place: int, way: Transition) -> None:
    flow = flow_id(place)
    edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", id=f"edge_of_{flow}", bpmnElement=flow)
    for x, y in waypoints(layout, way):
        etree.SubElement(edge, f"{{{DI}}}waypoint", x=str(x), y=str(y))
