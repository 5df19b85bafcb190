"""Two at once: one official gets it, one word of its sender counts, a step is rated once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from lienthong.identity.public import STRANGER, visitor_for
from lienthong.identity.tests.factories import a_citizen
from lienthong.kernel.errors import Refusal
from lienthong.participation.actions import drafting, rating, returning, working
from lienthong.participation.models import Feedback, Rating
from lienthong.participation.states import Stage, State
from lienthong.participation.tests.factories import NOON, country, finished, in_state, sent, worker

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all acts at the same moment, each on a connection of its own: "done", or the refusal's code."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            start.wait(10)
            act()
        except Refusal as refusal:
            return refusal.code
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def test_of_two_who_act_at_once_one_does() -> None:
    here = country()
    first, second = worker(here.body), worker(here.body)
    new, answered = sent(here), in_state(here, State.ANSWERED)
    own, keys = STRANGER, {answered.pk}

    def take(viewer: object) -> Callable[[], object]:
        return lambda: working.take(feedback_id=new.pk, viewer=viewer, at=NOON)  # type: ignore[arg-type]

    assert at_once(take(first), take(second)) == ["done", "feedback-wrong-state"]
    said = {"feedback_id": answered.pk, "visitor": own, "known": keys, "at": NOON}
    both = at_once(
        lambda: returning.reopen(**said, reason="Chưa xong."),  # type: ignore[arg-type]
        lambda: returning.accept(**said),  # type: ignore[arg-type]
    )
    assert both == ["done", "feedback-wrong-state"]


def test_a_draft_sent_twice_is_one_feedback() -> None:
    here = country()
    said = {
        "kind": "reflection",
        "category": "road",
        "text": "x",
        "unit": here.commune.pk,
        "wants_public": False,
    }
    sent(here)  # makes the category, where a test before this one has emptied the table
    draft: UUID = drafting.save_draft(draft_id=None, said=said, at=NOON).pk
    before = Feedback.objects.count()
    send = lambda: drafting.send_draft(draft_id=draft, visitor=STRANGER, at=NOON)  # noqa: E731
    assert at_once(send, send) == ["done", "feedback-draft-gone"]
    assert Feedback.objects.count() == before + 1


def test_a_step_rated_twice_at_once_is_rated_once() -> None:
    account, party = a_citizen()
    dossier, visitor = finished(party), visitor_for(account)

    def give(score: int) -> Callable[[], object]:
        return lambda: rating.rate(
            dossier_id=dossier.pk, stage=Stage.RESULT, score=score, text="", visitor=visitor, at=NOON
        )

    assert at_once(give(1), give(5)) == ["done", "rating-given-before"]
    assert Rating.objects.count() == 1
