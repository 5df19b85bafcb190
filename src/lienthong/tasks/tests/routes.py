"""Who may call the routes of tasks."""

from __future__ import annotations

from tests.architecture.routes import Route, World, only

from lienthong.identity.public import Role
from lienthong.kernel.blobs import store_blob
from lienthong.tasks.models import Task
from lienthong.tasks.states import Part, TaskState
from lienthong.tasks.tests.factories import has_part, task

CLERK, SPECIALIST, LEADER, AUDITOR = Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR
READERS = (CLERK, SPECIALIST, LEADER, AUDITOR)
WORKERS = (CLERK, SPECIALIST, LEADER)
BOTH = ("GET", "POST")


def _task(world: World) -> Task:
    """A task of ours that every worker of ours works on, so that all may report progress."""
    made = task(world.viewer(LEADER), world.viewer(SPECIALIST), at=world.at, state=TaskState.IN_PROGRESS)
    has_part(made, world.viewer(CLERK), Part.COOPERATING)
    has_part(made, world.viewer(LEADER), Part.COOPERATING)
    return made


def _id(world: World) -> dict[str, object]:
    return {"task_id": _task(world).pk}


def _progress(world: World) -> dict[str, object]:
    return {"task_id": _task(world).pk, "verb": "report-progress"}


def _words(world: World) -> dict[str, object]:
    return {"reason": "Đã làm xong phần thu thập số liệu."}


def _product(world: World) -> dict[str, object]:
    made = _task(world)
    made.product = store_blob([b"words"], at=world.at, max_bytes=100)
    made.product_name = "a.txt"
    made.save()
    return {"task_id": made.pk}


ROUTES: dict[str, Route] = {
    "tasks:tasks": only(*READERS, shared=True),
    "tasks:tasks_export": only(*READERS, shared=True),
    "tasks:give": only(LEADER, methods=BOTH, shared=True),
    "tasks:task_detail": only(*READERS, kwargs=_id),
    "tasks:comment": only(*READERS, methods=("POST",), kwargs=_id),
    "tasks:task_product": only(*READERS, kwargs=_product),
    "tasks:split": only(*WORKERS, methods=BOTH, kwargs=_id),
    "tasks:direct": only(*WORKERS, methods=BOTH, kwargs=_id),
    "tasks:act": only(*WORKERS, methods=("POST",), kwargs=_progress, data=_words),
}
