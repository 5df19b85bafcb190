"""A step of a dossier is settled by another installation, and its state comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lienthong.axis.public import FakeAxis, StatusReport
from lienthong.dossiers.actions.across import collect_letters, send_again, send_letters
from lienthong.dossiers.actions.across_home import hand_steps_over
from lienthong.dossiers.actions.ending import stop_dossier, withdraw_dossier
from lienthong.dossiers.actions.signing import sign_results
from lienthong.dossiers.actions.stepping import finish_step
from lienthong.dossiers.actions.supplements import ask_supplement, receive_supplement
from lienthong.dossiers.contracts import GivenPaper, StepDone, Supplement
from lienthong.dossiers.health import check_across
from lienthong.dossiers.inboxes import inbox_of
from lienthong.dossiers.models import (
    AcrossArrival,
    AcrossLetter,
    Dossier,
    DossierTask,
    HeldDocument,
    NationalReport,
    Origin,
    SupplementRequest,
)
from lienthong.dossiers.states import DossierState, TaskKind, TaskState
from lienthong.dossiers.tests.across import Pair, at_the_far_step, away_of, far_of, pair, scan, theirs, verbs
from lienthong.dossiers.tests.factories import official, open_task, receptionist
from lienthong.dossiers.tests.results import drafted, leader_with_key, seen
from lienthong.identity.public import NotAllowed, Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.checks import State
from lienthong.ledger.public import timeline
from lienthong.notifications.tests.factories import told_of
from lienthong.procedures.public import ProcedureVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> Pair:
    """Two installations."""
    return pair()


def map_of(party_id: object, two: Pair) -> GivenPaper:
    """The map, as a document the applicant holds."""
    file = scan(two, "Bản đồ")
    held = HeldDocument.objects.create(
        party_id=party_id, name="Bản đồ", blob_id=file.sha256, file_name="ban-do.txt", given_at=two.at
    )
    return GivenPaper(name="Bản đồ", held_id=held.pk)


def test_a_step_is_settled_elsewhere_and_its_result_comes_back(two: Pair) -> None:
    paper = scan(two)
    dossier = at_the_far_step(two, files=(paper,))
    asked = open_task(dossier, "plan")
    due_at = dossier.due_at
    two.at_home()
    two.at_home()
    assert far_of(dossier).state == "sent"
    assert not Origin.objects.exists(), "what is for an agency elsewhere is left to that installation"
    assert inbox_of(two.worker(), at=two.at).rows == [], "it waits elsewhere, not in an inbox here"
    two.over_there()
    copy = theirs(dossier)
    assert (copy.agency, copy.foreign, copy.root_id, copy.state) == (
        two.far,
        True,
        copy.pk,
        DossierState.ACCEPTED,
    )
    assert copy.code.startswith(two.far.code)
    assert copy.application.answers == dossier.application.answers
    assert [row.held.blob_id for row in copy.papers.all() if row.held] == [paper.sha256]
    assert copy.origin.sender == two.home
    assert copy.due_at == open_task(copy, "asked").due_at
    two.at_home()
    assert (far_of(dossier).state, far_of(dossier).code) == ("received", copy.code)
    result = drafted(copy, "certificate", at=two.at)
    signed = sign_results(chosen=[seen(result)], viewer=leader_with_key(two.far), at=two.at)
    finish_step(done=StepDone(open_task(copy, "asked").pk, note="Phù hợp"), viewer=two.worker(), at=two.at)
    two.over_there()
    two.at_home()
    far, asked = far_of(dossier), DossierTask.objects.get(pk=asked.pk)
    assert (far.state, far.words, far.results, asked.state, asked.note) == (
        "finished",
        "Phù hợp",
        1,
        TaskState.DONE,
        "Phù hợp",
    )
    assert signed[0].code
    dossier = Dossier.objects.get(pk=dossier.pk)
    [came] = [row for row in dossier.papers.all() if two.far.name in row.name]
    assert came.held is not None
    assert came.held.issued
    assert dossier.due_at == due_at, "its clock went on"
    two.at_home()
    choice = open_task(dossier, "fits")
    assert (choice.kind, choice.agency) == (TaskKind.CHOICE, two.home), "who owns it chooses"
    assert [verb for verb in verbs(dossier) if verb in {"hand-over", "far-state", "work"}][-4:] == [
        "hand-over",
        "far-state",
        "far-state",
        "work",
    ]
    for _round in range(40):
        two.at_home(10)
        two.over_there(10)
    assert not AcrossLetter.objects.exists(), "everything was taken in"
    assert Dossier.objects.get(pk=copy.pk).state == DossierState.HANDED_OUT
    assert Dossier.objects.filter(foreign=True).count() == 1


def test_a_supplement_asked_for_there_is_asked_of_the_applicant_at_home_and_sent_after_it(two: Pair) -> None:
    dossier = at_the_far_step(two)
    two.both()
    copy = theirs(dossier)
    missing = Supplement(("Bản đồ hiện trạng",), "Thiếu bản đồ")
    ask_supplement(dossier_id=copy.pk, asked=missing, viewer=two.worker(), at=two.at)
    two.over_there()
    two.at_home()
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert far_of(dossier).state == "supplement"
    assert dossier.state == DossierState.SUPPLEMENT_REQUESTED
    assert (dossier.paused_at, dossier.supplement.items, dossier.supplement.asked_by) == (
        two.at,
        ["Bản đồ hiện trạng"],
        None,
    )
    assert [slip.kind for slip in dossier.slips.all()] == ["01", "02"]
    assert open_task(dossier, "plan").paused_at is not None
    left = dossier.minutes_left
    two.at_home(600)
    held = dossier.applicant_id
    receive_supplement(
        dossier_id=dossier.pk, viewer=receptionist(two.home), at=two.at, papers=[map_of(held, two)]
    )
    two.at_home()
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert (dossier.paused_at, dossier.minutes_left) == (None, None)
    assert left is not None
    two.over_there()
    copy = Dossier.objects.get(pk=copy.pk)
    assert (copy.state, copy.paused_at) == (DossierState.IN_PROGRESS, None)
    assert "Bản đồ" in [row.name for row in copy.papers.all()]
    two.at_home()
    assert far_of(dossier).state == "in-progress"


def test_a_step_that_is_refused_there_comes_back_to_its_owner_with_the_reason(two: Pair) -> None:
    dossier = at_the_far_step(two)
    two.both()
    copy = theirs(dossier)
    leader, stranger = official(two.home, Role.LEADER), official(agency(), Role.LEADER)
    stop_dossier(
        dossier_id=copy.pk, reason="Không thuộc thẩm quyền", viewer=official(two.far, Role.LEADER), at=two.at
    )
    two.over_there()
    two.at_home()
    task, far = open_task(dossier, "plan"), far_of(dossier)
    assert (far.state, far.words) == ("refused", "Không thuộc thẩm quyền")
    assert (task.agency, task.role, far.agency) == (two.home, "specialist", two.far)
    assert verbs(dossier)[-1] == "far-refused"
    hearer = DossierTask.objects.filter(dossier=dossier, done_by__isnull=False).get().done_by_id
    assert told_of(hearer or 0) == ["dossiers.far-refused"], "once, and not that it was received"
    assert [told_of(one.official_id or 0) for one in (leader, stranger)] == [[], []]
    finish_step(
        done=StepDone(task.pk, {"fits": "sign"}), viewer=official(two.home, Role.SPECIALIST), at=two.at
    )
    assert open_task(dossier, "sign").agency == two.home


def test_what_ends_at_home_is_called_off_there_and_what_never_left_says_nothing(two: Pair) -> None:
    known, unsent = at_the_far_step(two), at_the_far_step(two)
    first = open_task(unsent, "plan").pk
    desk = receptionist(two.home)
    withdraw_dossier(dossier_id=unsent.pk, reason="Đổi ý", viewer=desk, at=two.at)
    two.both()
    copy = theirs(known)
    assert not DossierTask.objects.filter(pk=first, far__isnull=False).exists()
    late = at_the_far_step(two)
    two.axis.failures = 1
    hand_steps_over(at=two.at, axis=away_of(two.far))
    for dossier in (known, late):
        withdraw_dossier(dossier_id=dossier.pk, reason="Chuyển nơi ở", viewer=desk, at=two.at)
    two.axis.failures = 0
    two.both()
    copy = Dossier.objects.get(pk=copy.pk)
    assert copy.state == DossierState.WITHDRAWN
    assert not copy.tasks.filter(state=TaskState.OPEN).exists()
    assert "Chuyển nơi ở" in [event.data.get("reason") for event in timeline(copy.ledger_subject)]
    assert not Origin.objects.filter(foreign_code__in=[unsent.code, late.code]).exists()
    assert far_of(late).settled_at is not None
    assert not [one for one in two.axis.packets.values() if late.code in one.content.subject]
    before = len(two.axis.packets)
    two.both()
    assert len(two.axis.packets) == before, "nothing is left to say"


def test_an_axis_that_is_away_loses_nothing_and_says_why_it_waits(two: Pair) -> None:
    dossier = at_the_far_step(two)
    hand_steps_over(at=two.at, axis=away_of(two.far))
    two.axis.failures = 1
    assert send_letters(at=two.at, axis=two.axis) == 0
    letter = AcrossLetter.objects.get()
    made = letter.packet_id, letter.signed
    assert (letter.problem, letter.attempts, made[0]) == ("the axis is away", 1, "")
    assert made[1] is not None
    assert send_letters(at=two.at, axis=two.axis) == 0, "not before its time"
    later = two.at + timedelta(minutes=2)
    assert send_letters(at=later, axis=two.axis) == 1
    assert made[1].sha256 == next(iter(two.axis.packets.values())).receipt.sha256, "the bytes made first"
    assert far_of(dossier).state == "sent"


def test_one_packet_has_one_effect_however_often_it_comes(two: Pair) -> None:
    dossier = at_the_far_step(two)
    two.at_home()
    two.axis.refusals = 0
    for _again in range(3):
        two.axis.away = {two.home.pk}
        collect_letters(at=two.at, axis=two.axis)
        delivery = next(iter(two.axis.states))
        two.axis.states[delivery] = "00"  # as if the status had never arrived
    assert Origin.objects.filter(foreign_code=dossier.code).count() == 1
    assert AcrossArrival.objects.count() == 1
    two.over_there()
    two.at_home()
    far = far_of(dossier)
    [reply] = [one for one in two.axis.packets.values() if one.content.sender.organ_id == two.far.old_code]
    told = verbs(dossier)
    AcrossArrival.objects.filter(kind="state").delete()
    two.axis.states[next(iter(reply.deliveries.values()))] = "00"
    two.at_home()
    assert (far_of(dossier).heard, verbs(dossier)) == (far.heard, told), "a word heard before changes nothing"


def test_a_hand_over_that_was_returned_comes_back_to_its_owner(two: Pair) -> None:
    dossier = at_the_far_step(two)
    leader = official(two.home, Role.LEADER)
    DossierTask.objects.filter(dossier=dossier).update(done_by=None)  # who did it has left
    ProcedureVersion.objects.filter(pk=dossier.version_id).update(
        state="withdrawn", ended_at=two.at, end_reason="Hết hiệu lực"
    )
    two.both()
    two.at_home(5)
    task, far = open_task(dossier, "plan"), far_of(dossier)
    assert (far.state, task.agency, task.role) == ("refused", two.home, "specialist")
    assert dossier.version.procedure.code in far.words
    assert told_of(leader.official_id or 0) == ["dossiers.far-refused"]


def test_a_foreign_dossier_is_told_to_the_national_portal_by_its_owner_only(two: Pair, settings: Any) -> None:
    settings.ENV = settings.ENV.model_copy(update={"national_url": "https://portal.test"})
    dossier = at_the_far_step(two)
    two.both()
    assert set(NationalReport.objects.values_list("dossier", flat=True)) == {dossier.pk}


def test_the_pages_show_where_the_step_is_and_what_has_not_gone_through(
    two: Pair, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    dossier = at_the_far_step(two)
    hand_steps_over(at=two.at, axis=away_of(two.far))
    two.axis.refusals = 1
    send_letters(at=two.at, axis=two.axis)
    watcher, stranger = (official_in(one, Role.ADMINISTRATOR) for one in (two.home, agency()))
    client.force_login(watcher)
    address = reverse("dossiers:across")
    with django_assert_max_num_queries(14):
        page = client.get(address).content.decode()
    assert dossier.code in page
    assert "refused on demand" in page
    letter = AcrossLetter.objects.get()
    client.force_login(stranger)
    assert dossier.code not in client.get(address).content.decode()
    retry = reverse("dossiers:across_retry")
    assert client.post(retry, {"letter": letter.pk}).status_code == 409
    client.force_login(watcher)
    assert client.post(retry, {"letter": letter.pk}).status_code == 302
    assert AcrossLetter.objects.get().next_attempt_at != letter.next_attempt_at
    AcrossLetter.objects.update(next_attempt_at=two.at)
    two.both()
    client.force_login(official_in(two.home, Role.SPECIALIST))
    page = client.get(reverse("dossiers:dossier", args=[dossier.pk])).content.decode()
    assert "Bên kia đã tiếp nhận" in page
    assert theirs(dossier).code in page
    client.force_login(official_in(two.far, Role.SPECIALIST))
    page = client.get(reverse("dossiers:dossier", args=[theirs(dossier).pk])).content.decode()
    assert f"Do {two.home.name} chuyển giao" in page
    assert dossier.code in page


def test_what_the_other_side_returned_is_made_anew_when_it_is_sent_again(two: Pair) -> None:
    dossier = at_the_far_step(two)
    two.both()
    copy = theirs(dossier)
    finish_step(done=StepDone(open_task(copy, "asked").pk), viewer=two.worker(), at=two.at)
    two.over_there()
    [delivery] = [
        key for one in two.axis.packets.values() for key in one.deliveries.values()
        if one.content.sender.organ_id == two.far.old_code and two.axis.states[key] == "00"
    ]  # fmt: skip
    two.axis.report_status(str(delivery), StatusReport("02", two.at, "Chưa tin cậy"), at=two.at)
    two.over_there(5)
    letter = AcrossLetter.objects.get(refused_at__isnull=False)
    assert letter.problem == "Chưa tin cậy"
    assert check_across().state is State.WARNING
    watcher = official(two.far, Role.ADMINISTRATOR)
    assert send_again(letter_id=None, viewer=watcher, at=two.at) == 1
    two.over_there()
    two.at_home()
    assert far_of(dossier).state == "finished"
    assert check_across().state is State.BAD, "a letter of months ago waits to be looked after"
    two.over_there(5)
    assert check_across().state is State.GOOD
    with pytest.raises(NotAllowed):
        send_again(letter_id=None, viewer=two.worker(), at=two.at)


def test_handing_over_many_steps_takes_as_many_queries_as_one(
    two: Pair, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    counts = []
    for number in (1, 4):
        for _dossier in range(number):
            at_the_far_step(two)
        with CaptureQueriesContext(connection) as queries:
            assert hand_steps_over(at=two.at, axis=away_of(two.far)) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
    with django_assert_num_queries(1):
        assert hand_steps_over(at=two.at, axis=FakeAxis()) == 0, "where nobody is elsewhere one query is all"


def asked_there(two: Pair, dossier: Dossier) -> Dossier:
    """The other installation asks for a supplement, and home has heard of it; their dossier."""
    two.both()
    copy = theirs(dossier)
    missing = Supplement(("Bản đồ hiện trạng",), "Thiếu bản đồ")
    ask_supplement(dossier_id=copy.pk, asked=missing, viewer=two.worker(), at=two.at)
    two.over_there()
    two.at_home()
    return copy


def test_a_result_that_comes_while_the_applicant_is_waited_for_waits_too(two: Pair) -> None:
    dossier = at_the_far_step(two)
    copy = asked_there(two, dossier)
    receive_supplement(dossier_id=copy.pk, viewer=receptionist(two.far), at=two.at)
    finish_step(done=StepDone(open_task(copy, "asked").pk), viewer=two.worker(), at=two.at)
    two.over_there()
    two.at_home()
    assert (far_of(dossier).state, open_task(dossier, "plan").done_at) == ("finished", None)
    receive_supplement(dossier_id=dossier.pk, viewer=receptionist(two.home), at=two.at)
    two.at_home()
    assert far_of(dossier).settled_at == two.at
    assert open_task(dossier, "fits").kind == TaskKind.CHOICE


def test_a_second_supplement_is_not_asked_of_the_applicant(two: Pair) -> None:
    dossier = at_the_far_step(two)
    SupplementRequest.objects.create(
        dossier=dossier, items=["Đơn"], reason="Thiếu", asked_at=two.at, answered_at=two.at
    )
    copy = asked_there(two, dossier)
    dossier.refresh_from_db()
    assert (dossier.paused_at, dossier.state) == (None, DossierState.IN_PROGRESS)
    two.over_there()
    copy.refresh_from_db()
    assert (copy.state, copy.paused_at) == (DossierState.IN_PROGRESS, None)
