"""What nobody does by hand: a payment arrives, a set time has passed, an opinion is asked for besides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.dossiers.board import Board
from lienthong.dossiers.game import PAYMENT, end_step, move
from lienthong.dossiers.models import DossierTask
from lienthong.dossiers.states import PAY, TaskKind, TaskState
from lienthong.dossiers.telling import tell_without_work
from lienthong.ledger.public import Actor

PLATFORM = Actor(kind="job", id="dossiers", name="lienthong dossiers")
AT_ONCE = 200


def note_payment(*, dossier_ids: Collection[UUID], at: datetime) -> None:
    """Nothing is owed any more for the dossiers: those that wait for the payment go on."""
    with transaction.atomic():
        board = Board(actor=PLATFORM, official_id=None, at=at)
        board.load(dossier_ids)
        for dossier in board.dossiers.values():
            dossier.fee_owed = 0
            board.changed(dossier)
            process = board.process(dossier)
            waits = [
                task
                for task in board.open[dossier.pk]
                if task.kind == TaskKind.WAIT and process.step[task.step].message == PAYMENT
            ]
            if waits and dossier.state in PAY.sources:
                move(board, dossier, PAY)
            for task in waits:
                end_step(board, task, choices={})
        board.write()


def end_timers(*, at: datetime) -> int:
    """End the timers whose time has passed, `AT_ONCE` in a transaction; how many they were.

    Those of a dossier that lies with an agency without working days are left for later: what follows them
    could not be given a time.
    """
    due = DossierTask.objects.filter(state=TaskState.OPEN, kind=TaskKind.TIMER, due_at__lte=at)
    found = list(due.order_by("due_at").values_list("pk", "dossier_id"))
    batches = [dict(found[first : first + AT_ONCE]) for first in range(0, len(found), AT_ONCE)]
    return sum(_end_timers(batch, at) for batch in batches)


def _end_timers(ids: Mapping[UUID, UUID], at: datetime) -> int:
    ended = 0
    with transaction.atomic():
        board = Board(actor=PLATFORM, official_id=None, at=at)
        board.load(set(ids.values()))
        for dossier in board.dossiers.values():
            if idle := board.without_work(dossier):
                tell_without_work(idle, at=at)
                continue
            for task in list(board.open[dossier.pk]):
                if task.pk in ids and task.open:
                    end_step(board, task, choices={})
                    ended += 1
        board.write()
    return ended
