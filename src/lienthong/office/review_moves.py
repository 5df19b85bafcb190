"""How a round of review goes: the one table of its moves."""

from __future__ import annotations

from dataclasses import dataclass

from lienthong.office.states import REVIEWS_OPEN, ReviewState


@dataclass(frozen=True)
class ReviewMove:
    """One move of a round of review, with the rule of NĐ 30/2020/NĐ-CP it follows."""

    sources: frozenset[ReviewState]
    target: ReviewState
    article: str


# How a round goes. It begins when the draft is submitted; whoever signs does so only when it is AGREED.
REVIEW_TRANSITIONS: dict[str, ReviewMove] = {
    "agree": ReviewMove(frozenset({ReviewState.RUNNING}), ReviewState.AGREED, "Đ.12"),
    "return": ReviewMove(frozenset({ReviewState.RUNNING}), ReviewState.RETURNED, "Đ.12"),
    "change": ReviewMove(REVIEWS_OPEN, ReviewState.LAPSED, "Đ.11 k.2"),
}
