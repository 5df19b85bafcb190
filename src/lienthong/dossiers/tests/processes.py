"""Processes of one-stops for tests."""

from __future__ import annotations

from lienthong.procedures.tests.processes import node, process, task, way

LANES = [
    {"key": "desk", "name": "Bộ phận Một cửa", "role": "receptionist"},
    {"key": "expert", "name": "Chuyên viên"},
    {"key": "leader", "name": "Lãnh đạo", "role": "leader"},
    {"key": "department", "name": "Sở Xây dựng", "body": "department"},
]

BIRTH = process(
    task("receive", 15, "desk"),
    task("examine", 240),
    node("complete", "choice", name="Hồ sơ đủ?"),
    node("supplement", "message", name="Chờ bổ sung", message="supplement", pauses=True),
    task("refuse", 60),
    node("refused", "end"),
    node("fee_due", "choice", name="Có phí?"),
    node("pay", "message", name="Chờ nộp phí", message="payment", pauses=True),
    task("sign", 120, "leader"),
    task("hand_out", 15, "desk", effects=["result"]),
    ways=[
        way("begin>receive"),
        way("receive>examine"),
        way("examine>complete"),
        way("complete>supplement", name="Thiếu"),
        way("supplement>examine", returns=True),
        way("complete>refuse", name="Không đủ điều kiện"),
        way("refuse>refused"),
        way("complete>fee_due", name="Đủ"),
        way("fee_due>pay", when="fee > 0"),
        way("fee_due>sign", otherwise=True),
        way("pay>sign"),
        way("sign>hand_out"),
        way("hand_out>end"),
    ],
    lanes=LANES[:3],
)

PERMIT = process(
    task("receive", 15, "desk"),
    node("ask", "fork"),
    task("plan", 480, "department"),
    task("site", 240),
    node("answered", "join"),
    node("posted", "timer", name="Niêm yết", minutes=480),
    task("sign", 120, "leader"),
    task("hand_out", 15, "desk", effects=["result"]),
    ways=[
        way("begin>receive"),
        way("receive>ask"),
        way("ask>plan"),
        way("ask>site"),
        way("plan>answered"),
        way("site>answered"),
        way("answered>posted"),
        way("posted>sign"),
        way("sign>hand_out"),
        way("hand_out>end"),
    ],
    lanes=LANES,
)

# Two choices of officials in a row; the second is reached by one way of the first only.
TWO_CHOICES = process(
    task("receive", 15, "desk"),
    task("examine", 240),
    node("complete", "choice", name="Hồ sơ đủ?"),
    node("site_visit", "choice", name="Cần xem thực địa?"),
    task("refuse", 60),
    task("visit", 480),
    task("hand_out", 15, "desk", effects=["result"]),
    ways=[
        way("begin>receive"),
        way("receive>examine"),
        way("examine>complete"),
        way("complete>refuse", name="Không đủ điều kiện"),
        way("complete>site_visit", name="Đủ"),
        way("site_visit>visit", name="Có"),
        way("site_visit>hand_out", name="Không"),
        way("visit>hand_out"),
        way("refuse>end"),
        way("hand_out>end"),
    ],
    lanes=LANES[:2],
)
