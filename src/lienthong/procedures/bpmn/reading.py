"""A process out of BPMN 2.0: the declared subset; what else is in the file is refused by name.

Gateways that only bring ways together are left out, as any step of ours may be come to in several ways; a
parallel gateway that joins and forks becomes two. In a diagram of others, the ways that lead back are found
and marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from lxml import etree

from lienthong.kernel.errors import Refusal
from lienthong.procedures.bpmn.names import BPMN, bpmn, own
from lienthong.procedures.conditions import BadCondition, parse_condition
from lienthong.procedures.faults import Fault, NotWhole
from lienthong.procedures.process import Process, StepKind, parse_process
from lienthong.procedures.returns import mark_returns

LARGEST = 2_000_000
WORKING_DAY = 8 * 60  # minutes: a day of the law's time limits (NĐ 61/2018/NĐ-CP)

# What may stand in the file and says nothing about the process.
_SILENT = frozenset({"documentation", "incoming", "outgoing", "text", "textAnnotation", "association"})
_STEPS: dict[str, StepKind] = {
    "startEvent": StepKind.START,
    "userTask": StepKind.TASK,
    "exclusiveGateway": StepKind.CHOICE,
    "parallelGateway": StepKind.FORK,
    "intermediateCatchEvent": StepKind.MESSAGE,
    "endEvent": StepKind.END,
}
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?)?")


class NotBpmn(Refusal):
    """A file that is no BPMN document, or holds no process."""

    code, status = "not-bpmn", 422
    sentence = _(
        "The file is not a BPMN 2.0 document with one process: %(reason)s. "
        "Export it again as BPMN 2.0 XML and send that."
    )


class BpmnTooLarge(Refusal):
    """A file that is larger than any process."""

    code, status = "bpmn-too-large", 413
    sentence = _("The file is larger than %(most)s MB, which no process needs. Export the process alone.")


_UNSUPPORTED = _(
    "“%(element)s” is not supported. A process may hold user tasks, exclusive and parallel gateways, "
    "timer and message events that are waited for, lanes, a start and ends"
)
_BAD_DURATION = _(
    "the duration “%(duration)s” cannot be read; write it like PT90M, PT4H or P3D (working days)"
)
_BAD_CONDITION = _(
    "the condition “%(condition)s” cannot be read; write it like: amount >= 5 and urgent == true"
)


@dataclass(frozen=True)
class _Node:
    """A step as it stands in the file."""

    id: str
    kind: StepKind
    fields: dict[str, Any]
    default: str = ""
    by_hand: bool = False


@dataclass(frozen=True)
class _Flow:
    """A way as it stands in the file."""

    id: str
    source: str
    target: str
    fields: dict[str, Any]


def read_bpmn(content: bytes) -> Process:
    """The process of a BPMN document. Raises `BpmnTooLarge`, `NotBpmn`, `NotWhole` with every fault found."""
    if len(content) > LARGEST:
        raise BpmnTooLarge(most=LARGEST // 1_000_000)
    body = _process_of(content)
    faults = list(_unsupported(body))
    lanes, lane_of = _lanes(body)
    messages = {one.get("id", ""): one.get("name", "") for one in body.getroottree().iter(bpmn("message"))}
    nodes = {node.id: node for node in _nodes(body, lane_of, messages, faults)}
    flows = list(_flows(body, nodes, faults))
    if faults:
        raise NotWhole(faults)
    _split_gateways(nodes, flows)
    _leave_out_merges(nodes, flows)
    process = parse_process(_data(lanes, nodes, flows))
    known = any(element.get(own("returns")) for element in body.iter(bpmn("sequenceFlow")))
    return process if known else mark_returns(process)


def _process_of(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise NotBpmn(reason=_("it is no XML that can be read")) from None
    if b"<!DOCTYPE" in content:
        raise NotBpmn(reason=_("it declares a document type"))
    if root.tag != bpmn("definitions"):
        raise NotBpmn(reason=_("it does not begin with “definitions”"))
    found = root.findall(bpmn("process"))
    if len(found) != 1:
        raise NotBpmn(reason=_("it holds more than one process") if found else _("it holds no process"))
    return found[0]


def _unsupported(body: etree._Element) -> Iterator[Fault]:
    """Every element of BPMN that is none of the subset, by name."""
    fine = _SILENT | _STEPS.keys() | {"laneSet", "sequenceFlow"}
    inside = {
        "sequenceFlow": {"conditionExpression", "documentation"},
        "intermediateCatchEvent": _SILENT | {"timerEventDefinition", "messageEventDefinition"},
        "lane": {"flowNodeRef", "documentation"},
        "laneSet": {"lane", "documentation"},
        "timerEventDefinition": {"timeDuration"},
    }
    for parent in (body, *body.iter(*(bpmn(name) for name in (*_STEPS, *inside)))):
        allowed = fine if parent is body else inside.get(_local(parent), _SILENT)
        for element in parent:
            if (
                isinstance(element.tag, str)
                and _namespace(element) == BPMN
                and _local(element) not in allowed
            ):
                yield Fault("", _UNSUPPORTED, {"element": _called(element)})


def _nodes(
    body: etree._Element, lane_of: dict[str, str], messages: dict[str, str], faults: list[Fault]
) -> Iterator[_Node]:
    for element in body:
        kind = _STEPS.get(_local(element)) if isinstance(element.tag, str) else None
        if kind is None:
            continue
        key = element.get("id", "")
        fields: dict[str, Any] = {
            "name": element.get("name", "").strip(),
            "name_en": element.get(own("nameEn"), ""),
            "lane": lane_of.get(key, ""),
            "minutes": element.get(own("minutes"), "0"),
            "pauses": element.get(own("pauses")) == "true",
            "effects": element.get(own("effects"), "").split(),
        }
        if kind is StepKind.MESSAGE:
            kind = _catch(element, messages, fields, faults)
        yield _Node(key, kind, fields, element.get("default", ""), element.get(own("byHand")) == "true")


def _catch(
    element: etree._Element, messages: dict[str, str], fields: dict[str, Any], faults: list[Fault]
) -> StepKind:
    """What an event waits for: a time or a message."""
    timer = element.find(bpmn("timerEventDefinition"))
    if timer is not None:
        fields["minutes"] = _minutes(timer.findtext(bpmn("timeDuration"), ""), faults)
        return StepKind.TIMER
    message = element.find(bpmn("messageEventDefinition"))
    if message is None:
        faults.append(Fault("", _UNSUPPORTED, {"element": _called(element)}))
    else:
        reference = message.get("messageRef", "")
        fields["message"] = _as_key(messages.get(reference) or reference or fields["name"] or "message")
    return StepKind.MESSAGE


def _minutes(text: str, faults: list[Fault]) -> int:
    """An ISO 8601 duration in working minutes; a day is one of eight hours."""
    found = _DURATION.fullmatch(text.strip())
    if not found or not any(found.groups()):
        faults.append(Fault("", _BAD_DURATION, {"duration": text[:50]}))
        return 0
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return days * WORKING_DAY + hours * 60 + minutes


def _flows(body: etree._Element, nodes: dict[str, _Node], faults: list[Fault]) -> Iterator[_Flow]:
    for element in body.iter(bpmn("sequenceFlow")):
        key, source = element.get("id", ""), element.get("sourceRef", "")
        node = nodes.get(source)
        fields: dict[str, Any] = {
            "name": element.get("name", "").strip(),
            "name_en": element.get(own("nameEn"), ""),
            "returns": element.get(own("returns")) == "true",
        }
        if node is not None and node.kind is StepKind.CHOICE and not node.by_hand:
            fields["otherwise"] = bool(key) and node.default == key
            fields["when"] = _condition(element.findtext(bpmn("conditionExpression"), ""), faults)
        yield _Flow(key, source, element.get("targetRef", ""), fields)


def _condition(text: str, faults: list[Fault]) -> str:
    """The text of a condition, freed of the marks that other tools put around it."""
    bare = (
        text.strip().removeprefix("${").removesuffix("}") if text.strip().startswith("${") else text.strip()
    )
    bare = bare.removeprefix("=").strip()
    try:
        if bare:
            parse_condition(bare)
    except BadCondition:
        faults.append(Fault("", _BAD_CONDITION, {"condition": bare[:200]}))
        return ""
    return bare


def _lanes(body: etree._Element) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The lanes, and the lane of each step by its id."""
    lanes, lane_of = list[dict[str, Any]](), dict[str, str]()
    for element in body.iter(bpmn("lane")):
        key = _as_key(element.get("id", "").removeprefix("lane_"))
        lane = {
            "key": key,
            "name": element.get("name", "").strip() or key,
            "name_en": element.get(own("nameEn")),
            "body": element.get(own("body")),
            "agency": element.get(own("agency")),
            "role": element.get(own("role")),
        }
        lanes.append({name: value for name, value in lane.items() if value is not None})
        for reference in element.iter(bpmn("flowNodeRef")):
            lane_of[(reference.text or "").strip()] = key
    return lanes, lane_of


def _split_gateways(nodes: dict[str, _Node], flows: list[_Flow]) -> None:
    """Tell forks from joins; one that is both becomes a join and the fork behind it."""
    for node in [node for node in nodes.values() if node.kind is StepKind.FORK]:
        comes = [place for place, flow in enumerate(flows) if flow.target == node.id]
        leaves = sum(flow.source == node.id for flow in flows)
        if len(comes) < 2:
            continue
        nodes[node.id] = replace(node, kind=StepKind.JOIN if leaves < 2 else StepKind.FORK)
        if leaves >= 2:
            join = f"{node.id}_join"
            nodes[join] = replace(node, id=join, kind=StepKind.JOIN)
            for place in comes:
                flows[place] = replace(flows[place], target=join)
            flows.append(_Flow("", join, node.id, {}))


def _leave_out_merges(nodes: dict[str, _Node], flows: list[_Flow]) -> None:
    """Lead what comes to a gateway with one way out straight to where it leads."""
    for node in [node for node in nodes.values() if node.kind in {StepKind.CHOICE, StepKind.FORK}]:
        leaves = [flow for flow in flows if flow.source == node.id]
        if len(leaves) != 1 or leaves[0].target == node.id:
            continue
        back = bool(leaves[0].fields.get("returns"))
        flows.remove(leaves[0])
        del nodes[node.id]
        for place, flow in enumerate(flows):
            if flow.target == node.id:
                returns = bool(flow.fields.get("returns")) or back
                flows[place] = replace(
                    flow, target=leaves[0].target, fields=flow.fields | {"returns": returns}
                )


def _data(lanes: list[dict[str, Any]], nodes: dict[str, _Node], flows: list[_Flow]) -> dict[str, Any]:
    """What `parse_process` reads; ids become keys, each its own."""
    keys: dict[str, str] = {}
    for node in nodes:
        key, base, number = _as_key(node.removeprefix("step_")), _as_key(node.removeprefix("step_")), 2
        while key in keys.values():
            key, number = f"{base[:36]}_{number}", number + 1
        keys[node] = key
    return {
        "lanes": lanes,
        "steps": [{"key": keys[node.id], "kind": node.kind, **node.fields} for node in nodes.values()],
        "transitions": [
            {
                "source": keys.get(flow.source, _as_key(flow.source)),
                "target": keys.get(flow.target, _as_key(flow.target)),
                **flow.fields,
            }
            for flow in flows
        ],
    }


def _as_key(text: str) -> str:
    """An id of another tool as a key of ours: "Activity_0x1-A" is "activity_0x1_a"."""
    bare = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:40]
    return bare if bare[:1].isalpha() else f"x_{bare}"[:40]


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _namespace(element: etree._Element) -> str:
    return etree.QName(element).namespace or ""


def _called(element: etree._Element) -> str:
    """An element as its author knows it: its kind, and its name or id."""
    name = element.get("name") or element.get("id") or ""
    return f"{_local(element)} {name}".strip()[:100]
