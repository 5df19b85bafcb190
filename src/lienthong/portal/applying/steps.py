"""The pages of an application in their order, and which of them still want something. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from lienthong.procedures.public import (
    Channel,
    Definition,
    Paper,
    answer_faults,
    asked_pages,
    asked_papers,
    whole_answers,
)


class StepKind(StrEnum):
    """What a page of an application is about."""

    FORM = "form"
    PAPERS = "papers"
    PERSON = "person"
    REVIEW = "review"


@dataclass(frozen=True)
class Step:
    """One page: `key` is that of a page of the form, else its kind. `wanting`: something is missing there."""

    kind: StepKind
    key: str
    title: str = ""
    title_en: str = ""
    wanting: bool = False


def steps_of(
    definition: Definition,
    *,
    channel: str,
    answers: Mapping[str, Any],
    papers: Mapping[str, Any],
    person: Mapping[str, Any],
) -> list[Step]:
    """The pages that these answers lead to; the last is the review."""
    found: list[Step] = []
    if definition.form is not None:
        faulty = {fault.question for fault in answer_faults(definition.form, answers)}
        for page in asked_pages(definition.form, answers):
            wanting = any(one.key in faulty for one in page.questions)
            found.append(Step(StepKind.FORM, page.key, page.title, page.title_en, wanting))
    if papers_of(definition, answers, channel):
        missing = missing_papers(definition, answers, papers, channel)
        found.append(Step(StepKind.PAPERS, StepKind.PAPERS, wanting=bool(missing)))
    found.append(Step(StepKind.PERSON, StepKind.PERSON, wanting=not person.get("whole")))
    found.append(Step(StepKind.REVIEW, StepKind.REVIEW))
    return found


def whole(definition: Definition, answers: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """The answers as they are kept on the day."""
    return whole_answers(definition.form, answers, on=on) if definition.form is not None else {}


def papers_of(definition: Definition, answers: Mapping[str, Any], channel: str) -> list[Paper]:
    """The papers that are asked for with these answers."""
    return asked_papers(definition, {**answers, "channel": str(channel), "fee": 0, "supplemented": False})


def missing_papers(
    definition: Definition, answers: Mapping[str, Any], papers: Mapping[str, Any], channel: str
) -> list[Paper]:
    """The papers of which nothing is there, where all is settled online; else they come to the counter."""
    if channel != Channel.ONLINE_WHOLE:
        return []
    asked = papers_of(definition, answers, channel)
    return [one for one in asked if not given(papers.get(one.key))]


def given(paper: Mapping[str, Any] | None) -> bool:
    """Whether a paper was sent or is held already."""
    return bool(paper and (paper.get("files") or paper.get("held")))


def after(steps: Sequence[Step], step: Step) -> Step:
    """The page that follows."""
    place = next((place for place, one in enumerate(steps) if one.key == step.key), -1)
    return steps[min(place + 1, len(steps) - 1)]


def before(steps: Sequence[Step], step: Step) -> Step | None:
    """The page before, if there is one."""
    place = next((place for place, one in enumerate(steps) if one.key == step.key), 0)
    return steps[place - 1] if place else None


def first_wanting(steps: Sequence[Step]) -> Step:
    """The first page on which something is missing, else the review."""
    return next((one for one in steps if one.wanting), steps[-1])
