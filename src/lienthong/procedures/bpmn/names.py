"""Namespaces and elements of BPMN 2.0 (ISO/IEC 19510), as far as they are used."""

from __future__ import annotations

from lienthong.procedures.process import StepKind

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OWN = "urn:lienthong:bpmn:1"
NAMESPACES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "xsi": XSI, "lt": OWN}

ELEMENTS: dict[StepKind, str] = {
    StepKind.START: "startEvent",
    StepKind.TASK: "userTask",
    StepKind.CHOICE: "exclusiveGateway",
    StepKind.FORK: "parallelGateway",
    StepKind.JOIN: "parallelGateway",
    StepKind.TIMER: "intermediateCatchEvent",
    StepKind.MESSAGE: "intermediateCatchEvent",
    StepKind.END: "endEvent",
}


def bpmn(name: str) -> str:
    """The element's name with its namespace, as lxml has it."""
    return f"{{{BPMN}}}{name}"


def own(name: str) -> str:
    """An attribute of ours."""
    return f"{{{OWN}}}{name}"
