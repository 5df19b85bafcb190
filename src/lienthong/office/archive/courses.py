"""A closed task as a work file keeps it: what was given, to whom, what was done when, and what came of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.utils import translation

from lienthong.documents.public import render_form
from lienthong.kernel.clock import VIETNAM
from lienthong.tasks.public import Part, Task, TaskParty, TaskStep, steps_of

TEMPLATE = Path(__file__).parents[1] / "typst" / "task_course.typ"
LANGUAGE = "vi"  # official forms are Vietnamese in every language of the interface


def render_course(task: Task) -> bytes:
    """The task and its course as PDF/A, dated by its closing: the same task has the same bytes.

    The task comes with its agency, giver, product and parties; one query for the steps.
    """
    parties = list(task.parties.all())
    facts = [
        ["Nguồn giao", task.source_label],
        ["Người giao", ", ".join(filter(None, (task.given_by.full_name, task.giver_title)))],
        ["Ngày giao", _moment(task.given_at)],
        ["Hạn hoàn thành", _moment(task.due_at)],
        ["Chủ trì", _named(parties, Part.LEAD)],
        ["Phối hợp", _named(parties, Part.COOPERATING)],
        ["Báo cáo hoàn thành", _moment(task.finished_at)],
        ["Sản phẩm", task.product_name],
        ["SHA-256 của sản phẩm", task.product.sha256 if task.product else ""],
        ["Ghi chú sản phẩm", task.product_note],
        ["Kết thúc", _moment(task.closed_at)],
    ]
    with translation.override(LANGUAGE):
        facts.append(["Kết quả", str(task.state_label)])
        rows = [_row(step) for step in reversed(steps_of(task))]
    values: dict[str, object] = {
        "title": task.work[:120],
        "agency": task.agency.name,
        "work": task.work,
        "facts": [fact for fact in facts if fact[1]],
        "rows": rows,
    }
    return render_form(TEMPLATE, values, at=task.closed_at or task.given_at)


def _row(step: TaskStep) -> list[str]:
    who = ", ".join(filter(None, (step.actor_name, step.actor_title)))
    return [_moment(step.at), str(step.label), who, step.text]


def _named(parties: list[TaskParty], part: Part) -> str:
    return "; ".join(party.name for party in parties if party.part == part)


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}" if at else ""
