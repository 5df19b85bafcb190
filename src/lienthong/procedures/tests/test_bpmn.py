"""BPMN goes out and comes back the same; diagrams of others are read or refused by name."""

from __future__ import annotations

import pytest
from django.utils.translation import override
from lxml import etree

from lienthong.procedures.bpmn import read_bpmn, write_bpmn
from lienthong.procedures.bpmn.reading import BpmnTooLarge, NotBpmn
from lienthong.procedures.faults import NotWhole
from lienthong.procedures.process import Process, StepKind
from lienthong.procedures.proof import prove
from lienthong.procedures.tests.processes import straight, whole

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="P">'
TAIL = "</process></definitions>"


def diagram(body: str) -> bytes:
    return f"{HEAD}{body}{TAIL}".encode()


def faults(body: str) -> str:
    with override("en"), pytest.raises(NotWhole) as caught:
        read_bpmn(diagram(body))
    return caught.value.say("en")


@pytest.mark.parametrize("process", [straight(), whole()], ids=["straight", "whole"])
def test_what_is_written_is_read_back(process: Process) -> None:
    assert read_bpmn(write_bpmn(process)) == process


def test_every_id_is_there_once_and_every_reference_leads_somewhere() -> None:
    root = etree.fromstring(write_bpmn(whole()))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for name in ("sourceRef", "targetRef", "default", "bpmnElement", "messageRef", "processRef"):
            assert element.get(name) is None or element.get(name) in ids


def test_a_diagram_of_another_tool_is_read() -> None:
    """Merging gateways, a gateway that joins and forks, no lanes of ours, a circle nobody marked."""
    process = read_bpmn(
        diagram(
            """
            <startEvent id="StartEvent_1"/><userTask id="Activity_0x1-A" name="Nhận"/>
            <exclusiveGateway id="merge"/><userTask id="check" name="Kiểm tra"/>
            <exclusiveGateway id="ok" default="f6"/>
            <parallelGateway id="both"/><userTask id="a" name="A"/><userTask id="b" name="B"/>
            <parallelGateway id="again"/><userTask id="c" name="C"/><userTask id="d" name="D"/>
            <parallelGateway id="last"/>
            <intermediateCatchEvent id="t" name="Đợi"><timerEventDefinition>
            <timeDuration>P1DT2H5M</timeDuration>
            </timerEventDefinition></intermediateCatchEvent><endEvent id="End"/>
            <sequenceFlow id="f1" sourceRef="StartEvent_1" targetRef="Activity_0x1-A"/>
            <sequenceFlow id="f2" sourceRef="Activity_0x1-A" targetRef="merge"/>
            <sequenceFlow id="f3" sourceRef="merge" targetRef="check"/>
            <sequenceFlow id="f4" sourceRef="check" targetRef="ok"/>
            <sequenceFlow id="f5" sourceRef="ok" targetRef="merge">
              <conditionExpression>${missing &gt; 0}</conditionExpression></sequenceFlow>
            <sequenceFlow id="f6" sourceRef="ok" targetRef="both"/>
            <sequenceFlow id="f7" sourceRef="both" targetRef="a"/>
            <sequenceFlow id="f8" sourceRef="both" targetRef="b"/>
            <sequenceFlow id="f9" sourceRef="a" targetRef="again"/>
            <sequenceFlow id="f10" sourceRef="b" targetRef="again"/>
            <sequenceFlow id="f11" sourceRef="again" targetRef="c"/>
            <sequenceFlow id="f12" sourceRef="again" targetRef="d"/>
            <sequenceFlow id="f13" sourceRef="c" targetRef="last"/>
            <sequenceFlow id="f14" sourceRef="d" targetRef="last"/>
            <sequenceFlow id="f15" sourceRef="last" targetRef="t"/>
            <sequenceFlow id="f16" sourceRef="t" targetRef="End"/>
            """
        )
    )
    assert process.step["t"].minutes == 8 * 60 + 2 * 60 + 5
    assert [step.kind for step in process.steps].count(StepKind.JOIN) == 2
    (back,) = [one for one in process.transitions if one.returns]
    assert (back.source, back.target, back.when) == ("ok", "check", "missing > 0")
    lanes = {str(fault.sentence) for fault in prove(process).faults}
    assert len(lanes) == 1  # that nobody does the tasks is all that is wrong with it


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<serviceTask id="s" name="Gọi API"/>', "“serviceTask Gọi API” is not supported"),
        ('<task id="x"/>', "“task x” is not supported"),
        ('<subProcess id="sub"><userTask id="a"/></subProcess>', "“subProcess sub” is not supported"),
        ('<boundaryEvent id="b"/>', "“boundaryEvent b” is not supported"),
        ('<inclusiveGateway id="o"/>', "“inclusiveGateway o” is not supported"),
        ('<userTask id="a"><multiInstanceLoopCharacteristics id="m"/></userTask>', "“multiInstanceLoop"),
        ('<endEvent id="e"><terminateEventDefinition/></endEvent>', "“terminateEventDefinition”"),
        ('<intermediateCatchEvent id="c"><signalEventDefinition/></intermediateCatchEvent>', "“signalEvent"),
        (
            '<intermediateCatchEvent id="c"><timerEventDefinition><timeDate>x</timeDate>'
            "</timerEventDefinition></intermediateCatchEvent>",
            "“timeDate” is not supported",
        ),
        (
            '<intermediateCatchEvent id="c"><timerEventDefinition><timeDuration>R3/PT1H</timeDuration>'
            "</timerEventDefinition></intermediateCatchEvent>",
            "the duration “R3/PT1H” cannot be read",
        ),
        (
            '<exclusiveGateway id="g"/><sequenceFlow id="f" sourceRef="g" targetRef="g">'
            "<conditionExpression>exec('x')</conditionExpression></sequenceFlow>",
            "the condition “exec('x')” cannot be read",
        ),
        ('<laneSet id="l"><lane id="a"><childLaneSet id="n"/></lane></laneSet>', "“childLaneSet n”"),
    ],
)
def test_what_is_not_of_the_subset_is_refused_by_name(body: str, expected: str) -> None:
    assert expected in faults(body)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<definitions/>",
        f"{HEAD}</process><process id='Q'/></definitions>".encode(),
        HEAD.split("<process")[0].encode() + b"</definitions>",
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + diagram('<userTask id="a" name="&a;"/>'),
    ],
)
def test_what_is_no_bpmn_is_refused(content: bytes) -> None:
    with pytest.raises(NotBpmn):
        read_bpmn(content)


def test_a_file_of_three_megabytes_is_not_even_looked_at() -> None:
    with pytest.raises(BpmnTooLarge):
        read_bpmn(b"<" * 3_000_000)


def test_a_diagram_with_too_many_steps_is_refused() -> None:
    many = "".join(f'<userTask id="a{number}" name="x"/>' for number in range(201))
    assert "too many entries" in faults(many)
