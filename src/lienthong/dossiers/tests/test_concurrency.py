"""Two at once: one finishes a step or signs, the other reads why not; codes without a gap or twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from lienthong.dossiers.actions.answering import answer_supplement
from lienthong.dossiers.actions.counting import fold_deltas, recount_figures
from lienthong.dossiers.actions.ending import withdraw_dossier
from lienthong.dossiers.actions.handing import hand_out_result
from lienthong.dossiers.actions.receiving import receive_at_counter
from lienthong.dossiers.actions.signing import sign_result
from lienthong.dossiers.actions.stepping import finish_step
from lienthong.dossiers.actions.supplements import ask_supplement, receive_supplement
from lienthong.dossiers.contracts import GivenFile, Handing, StepDone, Supplement
from lienthong.dossiers.models import (
    Dossier,
    DossierCount,
    DossierDelta,
    DossierPaper,
    DossierTask,
    HeldDocument,
)
from lienthong.dossiers.party_contracts import ItemAnswer
from lienthong.dossiers.tests import factories
from lienthong.dossiers.tests.factories import NOON, offered, official, open_task, received
from lienthong.dossiers.tests.results import drafted, examined, leader_with_key, seen, signing_offer
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import a_citizen, visitor_as
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.errors import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all acts at the same moment, each on a connection of its own; "done" or the refusal's code."""
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
        return list(pool.map(run, acts))


def test_of_two_who_finish_a_step_at_once_one_does_and_the_other_is_told() -> None:
    dossier = received()
    done = StepDone(open_task(dossier, "examine").pk, {"complete": "fee_due"})
    viewers = [official(dossier.agency, Role.SPECIALIST) for _ in range(3)]
    acts = [lambda viewer=viewer: finish_step(done=done, viewer=viewer, at=NOON) for viewer in viewers]
    assert sorted(at_once(*acts)) == ["done", "step-already-done", "step-already-done"]
    assert DossierTask.objects.filter(dossier=dossier, step="sign").count() == 1


def test_a_withdrawal_that_races_a_step_ends_in_one_of_two_states() -> None:
    dossier = received()
    done = StepDone(open_task(dossier, "examine").pk, {"complete": "fee_due"})
    worker, desk = official(dossier.agency, Role.SPECIALIST), official(dossier.agency, Role.RECEPTIONIST)
    answers = at_once(
        lambda: finish_step(done=done, viewer=worker, at=NOON),
        lambda: withdraw_dossier(dossier_id=dossier.pk, reason="Đổi ý", viewer=desk, at=NOON),
    )
    assert answers[1] == "done"
    assert answers[0] in {"done", "step-already-done"}
    assert not DossierTask.objects.filter(dossier=dossier, state="open").exists()


def test_of_two_who_send_a_supplement_at_once_one_does_and_the_other_is_told() -> None:
    account, party = a_citizen()
    mine = factories.applicant(name=party.name, number=party.number)
    dossier, visitor = received(applicant=mine), visitor_as(account)
    worker = official(dossier.agency, Role.SPECIALIST)
    asked = Supplement(("Giấy kết hôn",), "Thiếu")
    ask_supplement(dossier_id=dossier.pk, asked=asked, viewer=worker, at=NOON)
    scan = store_blob([b"%PDF-1.7 a scan"], at=NOON, max_bytes=100)
    answers = [ItemAnswer(files=(GivenFile(scan.pk, "", "ket-hon.pdf"),))]
    send = partial(answer_supplement, dossier_id=dossier.pk, answers=answers, visitor=visitor, at=NOON)
    desk = factories.receptionist(dossier.agency)
    at_desk = partial(receive_supplement, dossier_id=dossier.pk, viewer=desk, at=NOON)
    done = at_once(send, send, at_desk)
    assert sorted(done)[:1] == ["done"]
    assert done.count("done") == 1
    assert set(done) <= {"done", "supplement-answered-already", "dossier-wrong-state"}
    assert DossierPaper.objects.filter(dossier=dossier, supplement__isnull=False).count() == (
        done[2] != "done"
    )


def test_figures_stay_exact_while_two_act_and_both_jobs_run() -> None:
    offer = offered()
    dossiers = [received(offer) for _ in range(6)]
    desk, worker = official(offer.agency, Role.RECEPTIONIST), official(offer.agency, Role.SPECIALIST)
    first, second = dossiers[:3], dossiers[3:]
    tasks = [StepDone(open_task(one, "examine").pk, {"complete": "fee_due"}) for one in first]
    answers = at_once(
        lambda: [finish_step(done=one, viewer=worker, at=NOON) for one in tasks],
        lambda: [withdraw_dossier(dossier_id=one.pk, reason="Thôi", viewer=desk, at=NOON) for one in second],
        lambda: [fold_deltas() for _ in range(20)],
        lambda: [fold_deltas() for _ in range(20)],
        lambda: [recount_figures(at=NOON) for _ in range(5)],
    )
    assert answers == ["done"] * 5
    assert recount_figures(at=NOON).differing == 0
    fold_deltas()
    (year,) = DossierCount.objects.filter(grain=3)
    assert (year.received_counter, year.withdrawn, DossierDelta.objects.count()) == (6, 3, 0)


def test_of_two_leaders_who_sign_a_result_at_once_one_does_and_it_goes_out_once() -> None:
    offer = signing_offer()
    dossier = examined(offer)
    read = seen(drafted(dossier))
    leaders = [leader_with_key(offer.agency) for _ in range(2)]
    acts = [lambda viewer=viewer: sign_result(seen=read, viewer=viewer, at=NOON) for viewer in leaders]
    assert sorted(at_once(*acts)) == ["done", "result-signed-already"]
    assert HeldDocument.objects.filter(issued=True).count() == 1
    desks = [factories.receptionist(offer.agency) for _ in range(2)]
    handing = Handing("counter", dossier.applicant_id)
    given = [
        lambda desk=desk: hand_out_result(dossier_id=dossier.pk, handing=handing, viewer=desk, at=NOON)
        for desk in desks
    ]
    assert sorted(at_once(*given)) == ["done", "handed-out-already"]


def test_codes_given_at_once_have_no_gap_and_none_twice() -> None:
    offer = offered()
    desk = factories.receptionist(offer.agency)
    intakes = [factories.intake(offer) for _ in range(6)]
    acts = [lambda one=one: receive_at_counter(intake=one, viewer=desk, at=NOON) for one in intakes]
    assert at_once(*acts) == ["done"] * 6
    numbers = sorted(code[-4:] for code in Dossier.objects.values_list("code", flat=True))
    assert numbers == [f"{number:04d}" for number in range(1, 7)]
