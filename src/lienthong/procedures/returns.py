"""Which ways of a process lead back."""

from __future__ import annotations

from lienthong.procedures.process import Process, StepKind


def mark_returns(process: Process) -> Process:
    """Mark every way that leads to a step met before on the same walk from the start (a back edge)."""
    back: set[int] = set()
    done: set[str] = set()
    for first in (step.key for step in process.steps if step.kind is StepKind.START):
        on_the_way = [first]
        left = [list(process.leaving[first])]
        while on_the_way:
            if not left[-1]:
                done.add(on_the_way.pop())
                left.pop()
                continue
            place = left[-1].pop(0)
            target = process.transitions[place].target
            if target in on_the_way:
                back.add(place)
            elif target not in done and target in process.step:
                on_the_way.append(target)
                left.append(list(process.leaving[target]))
    marked = (
        one.model_copy(update={"returns": True}) if place in back else one
        for place, one in enumerate(process.transitions)
    )
    return Process(lanes=process.lanes, steps=process.steps, transitions=tuple(marked))
