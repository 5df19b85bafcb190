"""A group of linked procedures of the catalogue: one application, settled in parts, handed out together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.dossiers.actions.ending import withdraw_dossier
from lienthong.dossiers.actions.handing import hand_out_result
from lienthong.dossiers.actions.receiving import receive_at_counter, register_dossiers
from lienthong.dossiers.actions.stepping import finish_step, finish_steps
from lienthong.dossiers.actions.supplements import ask_supplement, receive_supplement
from lienthong.dossiers.contracts import Handing, StepDone, Supplement
from lienthong.dossiers.facts.counting import dossier_figures
from lienthong.dossiers.facts.measures import Group, Wanted
from lienthong.dossiers.models import Dossier, HandOut, Pause, Slip
from lienthong.dossiers.queries import groups_of, parts_of
from lienthong.dossiers.refusals import LinkedNotReady, PartNotOffered, PartsMissing, RootUnfit
from lienthong.dossiers.states import DossierState, Outcome
from lienthong.dossiers.tests.factories import (
    NOON,
    applicant,
    intake,
    offered,
    official,
    open_task,
    receptionist,
    submitted,
)
from lienthong.dossiers.tests.processes import BIRTH, LANES
from lienthong.dossiers.tests.test_web import FORM, filled, signed_in
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency
from lienthong.procedures.public import LinkedPart, ServiceOffer
from lienthong.procedures.tests.factories import definition, published
from lienthong.procedures.tests.processes import node, process, task, way

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
GROUP = process(
    task("receive", 15, "desk"),
    node("parts", "message", name="Chờ các thủ tục liên thông", message="linked"),
    task("hand_out", 15, "desk", effects=["result"]),
    ways=[way("begin>receive"), way("receive>parts"), way("parts>hand_out"), way("hand_out>end")],
    lanes=LANES[:1],
)


def group_at(of: Agency, *, parts: int = 2, here: bool = True) -> ServiceOffer:
    """A group of procedures; `here`: the agency offers its parts too. It is due a day sooner than they."""
    whole = published(says=definition(process=GROUP, fees=(), limit_minutes=480))
    for place in range(parts):
        part = published(says=definition(process=BIRTH, fees=(), limit_minutes=960))
        LinkedPart.objects.create(whole=whole.procedure, part=part.procedure, position=place)
        if here:
            offered(part, of)
    return offered(whole, of)


def received_group(group: ServiceOffer) -> list[Dossier]:
    """The dossiers of an application for the group, the main one first."""
    desk = receptionist(group.agency)
    parts = [intake(one) for one in parts_of(desk, group)]
    root = receive_at_counter(intake=intake(group), linked=parts, viewer=desk, at=NOON)
    return list(Dossier.objects.filter(root=root).order_by("pk"))


def settle(part: Dossier, way_on: str = "fee_due") -> None:
    """Its officials do what is theirs, until the result may go out."""
    steps = {"fee_due": [("examine", Role.SPECIALIST), ("sign", Role.LEADER)]}
    refusing = [("examine", Role.SPECIALIST), ("refuse", Role.SPECIALIST)]
    for step, role in steps.get(way_on, refusing):
        choices = {"complete": way_on} if step == "examine" else {}
        done = StepDone(open_task(part, step).pk, choices)
        finish_step(done=done, viewer=official(part.agency, role), at=NOON + HOUR)


def test_a_group_is_one_application_decided_with_its_last_part_and_handed_out_at_once() -> None:
    group = group_at(agency())
    desk = receptionist(group.agency)
    root, first, second = received_group(group)
    assert Slip.objects.get().dossier_id == root.pk
    assert [code for code, _name, _due in Slip.objects.get().facts["linked"]] == [first.code, second.code]
    assert first.due_at == second.due_at == root.due_at, "a part is due no later than the group"
    assert list(root.tasks.filter(state="open").values_list("step", "role")) == [("parts", "")]
    settle(first)
    root.refresh_from_db()
    assert root.state == DossierState.IN_PROGRESS
    with pytest.raises(LinkedNotReady) as early:
        hand_out_result(
            dossier_id=first.pk, handing=Handing("counter", root.applicant_id), viewer=desk, at=NOON
        )
    assert root.code in early.value.say()
    assert second.code in early.value.say()
    with pytest.raises(LinkedNotReady):
        finish_steps(all_done=[StepDone(open_task(first, "hand_out").pk)], viewer=desk, at=NOON + HOUR)
    settle(second)
    root.refresh_from_db()
    assert (root.state, root.outcome, root.timing) == (DossierState.FINISHED, Outcome.GRANTED, "early")
    handing = Handing("counter", root.applicant_id)
    hand_out_result(dossier_id=second.pk, handing=handing, viewer=desk, at=NOON + 2 * HOUR)
    assert set(Dossier.objects.values_list("state", flat=True)) == {DossierState.HANDED_OUT}
    assert HandOut.objects.filter(received_by=root.applicant_name).count() == 3
    wanted = Wanted(NOON.date(), NOON.date(), Group.PROCEDURE)
    figures = dossier_figures(official(group.agency, Role.LEADER), wanted, at=NOON + 2 * HOUR)
    assert (figures.total.counter, figures.total.early) == (1, 1)
    assert [line.name for line in figures.lines] == [group.version.procedure.name]


def test_the_clock_of_the_group_stands_while_a_part_waits_for_the_applicant() -> None:
    root, first, second = received_group(group_at(agency()))
    due = root.due_at
    asked = Supplement(("Giấy chứng sinh bản chính",), "Bản chụp không đọc được")
    worker = official(first.agency, Role.SPECIALIST)
    ask_supplement(dossier_id=first.pk, asked=asked, viewer=worker, at=NOON)
    root.refresh_from_db()
    assert (root.due_at, root.paused_at, root.state) == (None, NOON, DossierState.IN_PROGRESS)
    settle(second)
    root.refresh_from_db()
    assert root.paused_at == NOON, "the first still waits"
    desk = receptionist(root.agency)
    receive_supplement(dossier_id=first.pk, viewer=desk, at=NOON + timedelta(days=1))
    root.refresh_from_db()
    assert due is not None
    assert (root.paused_at, root.due_at) == (None, due + timedelta(days=1))
    assert Pause.objects.filter(dossier=root, ended_at=NOON + timedelta(days=1)).count() == 1


def test_what_becomes_of_the_parts_becomes_of_the_group() -> None:
    root, first, second = received_group(group_at(agency()))
    desk = receptionist(root.agency)
    settle(first, "refuse")
    withdraw_dossier(dossier_id=second.pk, reason="Đổi ý", viewer=desk, at=NOON + HOUR)
    root.refresh_from_db()
    assert (root.state, root.outcome) == (DossierState.FINISHED, Outcome.REFUSED)
    assert not root.tasks.filter(state="open").exists()
    root, *parts = received_group(group_at(agency()))
    desk = receptionist(root.agency)
    for part in parts:
        withdraw_dossier(dossier_id=part.pk, reason="Đổi ý", viewer=desk, at=NOON)
    root.refresh_from_db()
    assert root.state == DossierState.WITHDRAWN
    root, first, second = received_group(group_at(agency()))
    settle(first)
    withdraw_dossier(dossier_id=root.pk, reason="Đổi ý", viewer=receptionist(root.agency), at=NOON + HOUR)
    states = list(Dossier.objects.filter(root=root).order_by("pk").values_list("state", flat=True))
    assert states == [DossierState.WITHDRAWN, DossierState.FINISHED, DossierState.WITHDRAWN]


def test_a_result_may_go_out_alone_if_that_is_said() -> None:
    root, first, _second = received_group(group_at(agency()))
    settle(first)
    client = signed_in(ServiceOffer.objects.filter(agency=root.agency)[0], Role.RECEPTIONIST)
    url = reverse("dossiers:dossier", args=[first.pk])
    act = reverse("dossiers:act", args=[first.pk, "hand-out"])
    assert 'name="apart"' in client.get(url).content.decode()
    sent = {"to": str(first.applicant_id), "way": "counter"}
    refused = client.post(act, sent)
    assert refused.status_code == 422
    assert root.code in refused.content.decode()
    assert client.post(act, {**sent, "apart": "on"}).status_code == 302
    first.refresh_from_db()
    assert first.state == DossierState.HANDED_OUT
    assert HandOut.objects.count() == 1


def test_a_group_is_received_whole_or_not_at_all() -> None:
    group = group_at(agency())
    desk = receptionist(group.agency)
    first, second = parts_of(desk, group)
    for linked in (
        [],
        [intake(first)],
        [intake(first), intake(first)],
        [intake(second), intake(offered(at_agency=group.agency))],
    ):
        with pytest.raises(PartsMissing):
            receive_at_counter(intake=intake(group), linked=linked, viewer=desk, at=NOON)
    with pytest.raises(PartsMissing):
        receive_at_counter(intake=intake(first), linked=[intake(group)], viewer=desk, at=NOON)
    with pytest.raises(PartsMissing):
        register_dossiers(intakes=[intake(group)], viewer=desk, at=NOON)
    assert not Dossier.objects.exists()
    nowhere = group_at(agency(), here=False)
    with pytest.raises(PartNotOffered):
        parts_of(receptionist(nowhere.agency), nowhere)
    assert [one.pk for one in groups_of(desk, second)] == [group.pk]
    assert groups_of(receptionist(nowhere.agency), nowhere) == []


def test_a_part_suggests_its_group_whose_forms_follow_one_after_the_other() -> None:
    group = group_at(agency())
    desk = receptionist(group.agency)
    first, second = parts_of(desk, group)
    client = signed_in(group, Role.RECEPTIONIST)
    url = reverse("dossiers:receive_form", args=[group.pk])
    assert url in client.get(reverse("dossiers:receive_form", args=[first.pk])).content.decode()
    shown = client.get(url)
    assert [one["current"] for one in shown.context["parts"]] == [True, False, False]
    assert 'name="linked"' not in shown.content.decode(), "it is whole as it is"
    page = client.post(url, filled(client, url, shown.content, **FORM))
    for place in (1, 2):
        assert (page.status_code, page.context["linked_place"]) == (200, place)
        assert page.context["offer"].pk == (first.pk, second.pk)[place - 1]
        page = client.post(url, filled(client, url, page.content))
    assert page.status_code == 302
    root, *parts = Dossier.objects.order_by("pk")
    assert [one.version_id for one in (root, *parts)] == [
        group.version_id,
        first.version_id,
        second.version_id,
    ]
    assert {one.root_id for one in parts} == {root.pk}
    nowhere = group_at(group.agency, here=False)
    answer = client.get(reverse("dossiers:receive_form", args=[nowhere.pk]))
    assert answer.status_code == 409


def test_a_part_is_only_received_below_a_main_dossier_of_its_applicant_here() -> None:
    offer = offered()
    desk, whose = receptionist(offer.agency), applicant()
    root = submitted(offer, applicant=whose)
    part = register_dossiers(intakes=[intake(offer, applicant=whose, root_id=root.pk)], viewer=desk, at=NOON)[
        0
    ]
    assert part.root_id == root.pk
    ended = submitted(offer, applicant=whose)
    withdraw_dossier(dossier_id=ended.pk, reason="Đổi ý", viewer=desk, at=NOON)
    for unfit in (part, ended, submitted(offer), submitted(applicant=whose)):
        with pytest.raises(RootUnfit):
            register_dossiers(
                intakes=[intake(offer, applicant=whose, root_id=unfit.pk)], viewer=desk, at=NOON
            )
    neighbour = submitted(applicant=whose)
    with pytest.raises(RootUnfit) as said:
        register_dossiers(
            intakes=[intake(offer, applicant=whose, root_id=neighbour.pk)], viewer=desk, at=NOON
        )
    assert neighbour.code not in said.value.say()
