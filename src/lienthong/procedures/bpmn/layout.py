"""Where each step is drawn: a column for each step of the way, a row for each lane."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from lienthong.procedures.process import Process, StepKind, Transition

COLUMN, ROW, MARGIN, HEAD = 170, 110, 40, 30
SIZES: dict[StepKind, tuple[int, int]] = {StepKind.TASK: (120, 70)}
GATEWAYS = frozenset({StepKind.CHOICE, StepKind.FORK, StepKind.JOIN})


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        """The height of its middle."""
        return self.y + self.height // 2

    @property
    def right(self) -> int:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Its lower edge."""
        return self.y + self.height


@dataclass(frozen=True)
class Layout:
    """The boxes of steps and lanes by key, and of the whole."""

    steps: Mapping[str, Box]
    lanes: Mapping[str, Box]
    whole: Box


def lay_out(process: Process) -> Layout:
    """Place everything; a step without a lane is drawn in that of the step before it."""
    columns, lanes = _columns(process), _lanes(process)
    used: Counter[tuple[str, int]] = Counter()
    place: dict[str, tuple[str, int, int]] = {}
    for step in process.steps:
        cell = (lanes[step.key], columns[step.key])
        place[step.key] = (*cell, used[cell])
        used[cell] += 1
    order = [lane.key for lane in process.lanes]
    order += [lane for lane in dict.fromkeys(lanes.values()) if lane not in order]
    heights = {
        lane: max((rows for (one, _column), rows in used.items() if one == lane), default=1) for lane in order
    }
    width = HEAD + MARGIN + (max(columns.values(), default=0) + 1) * COLUMN
    tops: dict[str, int] = {}
    top = 0
    for lane in order:
        tops[lane] = top
        top += heights[lane] * ROW
    boxes = {
        step.key: _box(step.kind, place[step.key][1], tops[place[step.key][0]] + place[step.key][2] * ROW)
        for step in process.steps
    }
    lane_boxes = {
        lane.key: Box(HEAD, tops[lane.key], width - HEAD, heights[lane.key] * ROW) for lane in process.lanes
    }
    return Layout(boxes, lane_boxes, Box(0, 0, width, max(top, ROW)))


def waypoints(layout: Layout, way: Transition) -> list[tuple[int, int]]:
    """The corners of the line: forward with one elbow, back below both steps."""
    source, target = layout.steps[way.source], layout.steps[way.target]
    if target.x > source.x:
        half = (source.right + target.x) // 2
        if source.middle == target.middle:
            return [(source.right, source.middle), (target.x, target.middle)]
        return [
            (source.right, source.middle),
            (half, source.middle),
            (half, target.middle),
            (target.x, target.middle),
        ]
    low = max(source.bottom, target.bottom) + 12
    from_x, to_x = source.x + source.width // 2, target.x + target.width // 2
    return [(from_x, source.bottom), (from_x, low), (to_x, low), (to_x, target.bottom)]


def _box(kind: StepKind, column: int, top: int) -> Box:
    width, height = SIZES.get(kind, (50, 50) if kind in GATEWAYS else (36, 36))
    return Box(
        HEAD + MARGIN + column * COLUMN + (COLUMN - width) // 2, top + (ROW - height) // 2, width, height
    )


def _columns(process: Process) -> dict[str, int]:
    """How many steps lie at most before each, returns left out; a circle is cut where it is met again."""
    columns = {step.key: 0 for step in process.steps}
    for _round in process.steps:  # no way is longer than there are steps
        changed = False
        for way in process.transitions:
            least = columns[way.source] + 1
            if not way.returns and columns[way.target] < least < len(process.steps):
                columns[way.target], changed = least, True
        if not changed:
            break
    return columns


def _lanes(process: Process) -> dict[str, str]:
    first = process.lanes[0].key if process.lanes else ""
    lanes = {step.key: step.lane for step in process.steps}
    for _round in process.steps:
        missing = [key for key, lane in lanes.items() if not lane]
        for key in missing:
            before = (lanes[way.source] for way in process.into[key] if lanes[way.source])
            lanes[key] = next(before, "")
        if missing == [key for key, lane in lanes.items() if not lane]:
            break
    return {key: lane or first for key, lane in lanes.items()}
