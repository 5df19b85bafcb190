"""Choices of officials in a row: the first is made with its step, each further one as a step of its own."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lienthong.dossiers.actions.stepping import finish_step
from lienthong.dossiers.contracts import StepDone
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.refusals import ChoiceMissing
from lienthong.dossiers.states import TaskKind
from lienthong.dossiers.tests.factories import NOON, offered, official, open_task, received
from lienthong.dossiers.tests.processes import TWO_CHOICES
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import official_in
from lienthong.kernel.clock import now
from lienthong.procedures.public import ServiceOffer
from lienthong.procedures.tests.factories import definition, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer() -> ServiceOffer:
    """A procedure whose examination is followed by two choices."""
    return offered(published(says=definition(process=TWO_CHOICES, limit_minutes=2 * 480)))


def steps_open(dossier: Dossier) -> list[tuple[str, str]]:
    """What is open, by step and kind."""
    return list(dossier.tasks.filter(state="open").order_by("step").values_list("step", "kind"))


def test_two_choices_in_a_row_are_made_on_the_page_one_after_the_other(offer: ServiceOffer) -> None:
    dossier, client = received(offer, at=now()), Client()
    client.force_login(official_in(offer.agency, Role.SPECIALIST))
    act, shown = (
        reverse(f"dossiers:{name}", args=[dossier.pk, *more])
        for name, more in (("act", ["work"]), ("dossier", []))
    )
    first = {"task": str(open_task(dossier, "examine").pk)}
    assert client.post(act, first).status_code == 422
    assert client.post(act, {**first, "way": "complete:site_visit"}).status_code == 302
    assert steps_open(dossier) == [("site_visit", TaskKind.CHOICE)]
    page = client.get(shown).content.decode()
    assert "Cần xem thực địa?" in page
    assert "site_visit:visit" in page
    second = {"task": str(open_task(dossier, "site_visit").pk)}
    assert client.post(act, second).status_code == 422, "it is not left open by finishing it"
    assert client.post(act, {**second, "way": "site_visit:visit"}).status_code == 302
    assert steps_open(dossier) == [("visit", TaskKind.WORK)]


def test_who_knows_both_choices_makes_them_at_once_and_a_way_that_needs_one_asks_one(
    offer: ServiceOffer,
) -> None:
    both, one, none = (received(offer) for _ in range(3))
    worker = official(offer.agency, Role.SPECIALIST)

    def finish(dossier: Dossier, choices: dict[str, str]) -> None:
        done = StepDone(open_task(dossier, "examine").pk, choices)
        finish_step(done=done, viewer=worker, at=NOON)

    finish(both, {"complete": "site_visit", "site_visit": "hand_out"})
    finish(one, {"complete": "refuse"})
    with pytest.raises(ChoiceMissing):
        finish(none, {"site_visit": "hand_out"})
    assert steps_open(both) == [("hand_out", TaskKind.WORK)]
    assert steps_open(one) == [("refuse", TaskKind.WORK)]
    assert steps_open(none) == [("examine", TaskKind.WORK)]
