"""A rehearsal: the process is played on invented facts, step by step; all of it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lienthong.identity.public import signed_in, viewer_of
from lienthong.procedures import queries
from lienthong.procedures.conditions import names_in
from lienthong.procedures.engine import NotWaiting, NoWay, Position, complete, open_steps, settle, start
from lienthong.procedures.process import Process, Step, StepKind, parse_process
from lienthong.procedures.proof import prove
from lienthong.procedures.web.catalogue import days_in_words

MOST_STEPS = 100
Facts = Mapping[str, str | int | bool]


@signed_in
@require_GET
def rehearse(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Play the process. `done` is what was done, in order.

    A step, or "choice:target"; other words are facts.
    """
    version = queries.find_version(viewer_of(request), version_id)
    process = parse_process(version.process.definition if version.process else {})
    proof = prove(process)
    context: dict[str, object] = {"version": version, "procedure": version.procedure, "proof": proof}
    if proof.holds:
        asked = _asked(process)
        position, done = _played(
            process, request.GET.getlist("done")[:MOST_STEPS], _facts(asked, request.GET)
        )
        context |= {
            "facts": [(name, request.GET.get(name, "")) for name in asked],
            "done": [_said(process, one) for one in done],
            "steps": done,
            "waiting": [_offer(process, key) for key in open_steps(process, position)],
            "ended": position.ended,
            "days": days_in_words(sum(_minutes(process, one) for one in done)),
            "back": done[:-1],
        }
    return render(request, "procedures/rehearse.html", context)


def _played(process: Process, wanted: Sequence[str], facts: Facts) -> tuple[Position, list[str]]:
    """The position after what was done, and as much of that as could be done."""
    position, done = settle(process, start(process), facts), list[str]()
    for one in wanted:
        step, _colon, target = one.partition(":")
        try:
            position = (
                settle(process, position, {**facts, step: target})
                if target
                else complete(process, position, step, facts)
            )
        except (NotWaiting, NoWay, KeyError):
            break
        done.append(one)
    return position, done


def _asked(process: Process) -> list[str]:
    """The facts that conditions ask for, once each."""
    ways = (way for way in process.transitions if way.when)
    return sorted({name for way in ways for name in names_in(process.condition_of(way))})


def _facts(asked: Sequence[str], sent: QueryDict) -> Facts:
    """The facts of the address: whole numbers and truth are told by their looks."""
    return {name: _value(str(sent[name])) for name in asked if sent.get(name)}


def _value(text: str) -> str | int | bool:
    if text in {"true", "false"}:
        return text == "true"
    bare = text.removeprefix("-")
    return int(text) if bare.isascii() and bare.isdigit() and len(bare) < 16 else text


def _offer(process: Process, key: str) -> dict[str, object]:
    """A place where the process waits, and what can be done there."""
    step = process.step[key]
    lane = next((lane for lane in process.lanes if lane.key == step.lane), None)
    if step.kind is StepKind.CHOICE:
        ways = [(f"{key}:{way.target}", way.name) for way in process.out[key]]
    else:
        ways = [(key, "")]
    return {"step": step, "lane": lane, "ways": ways}


def _said(process: Process, one: str) -> dict[str, object]:
    """What was done, in words."""
    key, _colon, target = one.partition(":")
    step: Step = process.step[key]
    way = next((way.name for way in process.out[key] if way.target == target), "")
    return {"step": step, "way": way}


def _minutes(process: Process, one: str) -> int:
    step = process.step[one.partition(":")[0]]
    return 0 if step.pauses else step.minutes
