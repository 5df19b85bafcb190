"""Processes for tests, written shortly."""

from __future__ import annotations

from typing import Any

from lienthong.procedures.process import Process, parse_process

LANES = [
    {"key": "desk", "name": "Bộ phận Một cửa", "role": "clerk"},
    {"key": "expert", "name": "Chuyên viên"},
    {"key": "leader", "name": "Lãnh đạo", "role": "leader"},
]


def task(key: str, minutes: int = 60, lane: str = "expert", **fields: Any) -> dict[str, Any]:
    """A task in a lane."""
    return {"key": key, "name": key.capitalize(), "lane": lane, "minutes": minutes, **fields}


def node(key: str, kind: str, **fields: Any) -> dict[str, Any]:
    """A step that is no task."""
    return {"key": key, "kind": kind, **fields}


def way(path: str, **fields: Any) -> dict[str, Any]:
    """A transition "a>b"."""
    source, target = path.split(">")
    return {"source": source, "target": target, **fields}


def process(*steps: dict[str, Any], ways: list[dict[str, Any]], lanes: Any = LANES) -> Process:
    """A process with a start "begin" and an end "end"."""
    return parse_process(
        {
            "lanes": lanes,
            "steps": [node("begin", "start"), *steps, node("end", "end")],
            "transitions": ways,
        }
    )


def straight() -> Process:
    """Reception, examination, signature."""
    return process(
        task("receive", 15, "desk"),
        task("examine", 480),
        task("sign", 120, "leader"),
        ways=[way("begin>receive"), way("receive>examine"), way("examine>sign"), way("sign>end")],
    )


def whole() -> Process:
    """All kinds of steps: a supplement with a pause and a return, two opinions in parallel, a
    fee, a choice.
    """
    return process(
        task("receive", 15, "desk"),
        task("examine", 240),
        node("complete", "choice", name="Hồ sơ đủ?"),
        node("supplement", "message", name="Chờ bổ sung", message="supplement", pauses=True),
        node("ask", "fork"),
        task("police", 480),
        task("land", 960),
        node("answered", "join"),
        node("fee", "choice", name="Có phí?"),
        node("pay", "message", name="Chờ nộp phí", message="payment", minutes=960, pauses=True),
        task("sign", 120, "leader", effects=["notify"]),
        node("wait", "timer", name="Niêm yết", minutes=480),
        ways=[
            way("begin>receive"),
            way("receive>examine"),
            way("examine>complete"),
            way("complete>supplement", name="Thiếu"),
            way("complete>ask", name="Đủ"),
            way("supplement>examine", returns=True),
            way("ask>police"),
            way("ask>land"),
            way("police>answered"),
            way("land>answered"),
            way("answered>fee"),
            way("fee>pay", when="fee > 0"),
            way("fee>sign", otherwise=True),
            way("pay>sign"),
            way("sign>wait"),
            way("wait>end"),
        ],
    )
