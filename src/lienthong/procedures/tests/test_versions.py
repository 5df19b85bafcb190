"""Versions are drafted, saved, published, followed and withdrawn; what was published is never changed."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from lienthong.identity.public import NotAllowed, NotFound, Role
from lienthong.identity.tests.factories import agency
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import timeline
from lienthong.procedures.actions.versions import (
    ChangedMeanwhile,
    DraftThere,
    discard_draft,
    publish_version,
    save_draft,
    start_draft,
    withdraw_version,
)
from lienthong.procedures.definition import Result
from lienthong.procedures.faults import NotWhole
from lienthong.procedures.models import (
    FeeRule,
    FormVersion,
    ProcedureVersion,
    ProcessVersion,
    RequiredPaper,
    ServiceOffer,
)
from lienthong.procedures.policies import AnotherAuthority, VersionNotNow, allowed_actions
from lienthong.procedures.process import Process
from lienthong.procedures.states import Channel, VersionState
from lienthong.procedures.stored import definition_of
from lienthong.procedures.tests.factories import NOON, definition, draft, officer, procedure, published

LATER = NOON + timedelta(days=30)


@pytest.mark.django_db
def test_a_draft_says_what_was_saved() -> None:
    made = draft(procedure())
    assert definition_of(ProcedureVersion.objects.get(pk=made.pk)) == definition()


@pytest.mark.django_db
def test_publishing_freezes_the_version_with_all_that_belongs_to_it() -> None:
    version = published()
    form, process = version.form, version.process
    assert form is not None
    assert process is not None
    assert version.state == VersionState.PUBLISHED
    assert process.minutes == 615
    for change in (
        lambda: ProcedureVersion.objects.filter(pk=version.pk).update(conditions="x"),
        lambda: ProcedureVersion.objects.filter(pk=version.pk).update(state="draft", published_at=None),
        lambda: FormVersion.objects.filter(pk=form.pk).update(definition={}),
        lambda: ProcessVersion.objects.filter(pk=process.pk).delete(),
        lambda: FeeRule.objects.filter(version=version).update(amount=0),
        lambda: RequiredPaper.objects.filter(version=version).delete(),
        lambda: RequiredPaper.objects.create(version=version, position=9, key="x", name="X"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    verbs = [event.verb for event in timeline(version.procedure.ledger_subject)]
    assert sorted(verbs) == ["procedure.draft", "procedure.publish", "procedure.save"]


@pytest.mark.django_db
def test_a_negative_fee_is_refused_by_the_database_itself() -> None:
    made = draft(procedure())
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeRule.objects.create(version=made, position=9, key="x", name="X", amount=-1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"process": Process()}, "exactly one start"),
        ({"form": None}, "there is no form"),
        ({"limit_minutes": 600}, "the law allows 600"),
        ({"law": ()}, "no law is named"),
        ({"results": ()}, "what the applicant gets"),
        ({"results": (Result(key="card", name="Thẻ", document_type="XX"),)}, "a type of document that"),
    ],
)
def test_a_draft_that_is_not_whole_is_not_published(fields: dict[str, Any], expected: str) -> None:
    made = draft(procedure(), definition(**fields))
    leader = officer(made.procedure.authority, Role.LEADER)
    with override("en"), pytest.raises(NotWhole) as caught:
        publish_version(version_id=made.pk, viewer=leader, at=NOON)
    assert expected in caught.value.say("en")
    assert ProcedureVersion.objects.get(pk=made.pk).state == VersionState.DRAFT


@pytest.mark.django_db
def test_a_fee_that_asks_for_what_nobody_answers_is_found() -> None:
    fee = definition().fees[0].model_copy(update={"when": "colour == 'red'"})
    made = draft(procedure(), definition(fees=(fee,)))
    with override("en"), pytest.raises(NotWhole) as caught:
        publish_version(version_id=made.pk, viewer=officer(made.procedure.authority, Role.LEADER), at=NOON)
    assert "asks for “colour”" in caught.value.say("en")


@pytest.mark.django_db
def test_the_next_version_follows_and_its_offers_are_carried_over(django_assert_max_num_queries: Any) -> None:
    first = published()
    offers = [agency() for _number in range(30)]
    ServiceOffer.objects.bulk_create(
        ServiceOffer(agency=one, version=first, channel=Channel.COUNTER, offered_at=NOON) for one in offers
    )
    second = draft(first.procedure, definition(conditions="Mới"), at=LATER)
    leader = officer(first.procedure.authority, Role.LEADER, at=LATER)
    with django_assert_max_num_queries(24):
        publish_version(version_id=second.pk, viewer=leader, at=LATER)
    first.refresh_from_db()
    assert (first.state, first.ended_at) == (VersionState.SUPERSEDED, LATER)
    assert ServiceOffer.objects.filter(version=second, ended_at=None).count() == 30
    assert not ServiceOffer.objects.filter(version=first, ended_at=None).exists()


@pytest.mark.django_db
def test_an_unchanged_form_is_shared_and_a_changed_one_is_a_new_row() -> None:
    first = published()
    second = draft(first.procedure, definition(process=Process()), at=LATER)
    assert second.form_id == first.form_id
    assert second.process_id != first.process_id
    discard_draft(version_id=second.pk, viewer=officer(first.procedure.authority, at=LATER), at=LATER)
    assert FormVersion.objects.filter(pk=first.form_id).exists()
    assert not ProcessVersion.objects.filter(pk=second.process_id).exists()


@pytest.mark.django_db
def test_one_draft_at_a_time() -> None:
    made = draft(procedure())
    with pytest.raises(DraftThere):
        start_draft(procedure_id=made.procedure_id, viewer=officer(made.procedure.authority), at=NOON)


@pytest.mark.django_db
def test_who_saves_over_the_change_of_another_is_told() -> None:
    made = draft(procedure())
    viewer = officer(made.procedure.authority)
    save_draft(version_id=made.pk, definition=definition(), changes=1, viewer=viewer, at=NOON)
    with pytest.raises(ChangedMeanwhile):
        save_draft(version_id=made.pk, definition=definition(), changes=1, viewer=viewer, at=NOON)


@pytest.mark.django_db
def test_only_the_authority_changes_and_only_its_leader_publishes() -> None:
    made = draft(procedure())
    authority, neighbour = made.procedure.authority, agency()
    cases: list[tuple[Any, type[Refusal]]] = [
        (officer(neighbour), NotFound),
        (officer(authority, Role.SPECIALIST), NotAllowed),
        (officer(authority, Role.LEADER), NotAllowed),
    ]
    for viewer, refusal in cases:
        with pytest.raises(refusal):
            save_draft(version_id=made.pk, definition=definition(), viewer=viewer, at=NOON)
    with pytest.raises(NotAllowed):
        publish_version(version_id=made.pk, viewer=officer(authority), at=NOON)
    with pytest.raises(AnotherAuthority):
        start_draft(procedure_id=made.procedure_id, viewer=officer(neighbour), at=NOON)
    version = published()
    with pytest.raises(AnotherAuthority):
        withdraw_version(
            version_id=version.pk, reason="Lý do", viewer=officer(neighbour, Role.LEADER), at=NOON
        )


@pytest.mark.django_db
def test_a_withdrawn_procedure_is_offered_by_nobody_and_says_why() -> None:
    version = published()
    ServiceOffer.objects.create(agency=agency(), version=version, channel=Channel.POST, offered_at=NOON)
    leader = officer(version.procedure.authority, Role.LEADER)
    withdraw_version(version_id=version.pk, reason="Bãi bỏ theo NQ 66", viewer=leader, at=LATER)
    version.refresh_from_db()
    assert (version.state, version.end_reason) == (VersionState.WITHDRAWN, "Bãi bỏ theo NQ 66")
    assert not ServiceOffer.objects.filter(ended_at=None).exists()
    assert allowed_actions(leader, version) == []
    with pytest.raises(VersionNotNow):
        withdraw_version(version_id=version.pk, reason="Lần nữa", viewer=leader, at=LATER)


@pytest.mark.django_db(transaction=True)
def test_two_leaders_publish_at_once_and_one_wins() -> None:
    made = draft(procedure())
    leaders = [officer(made.procedure.authority, Role.LEADER) for _number in range(2)]
    gate, outcomes = threading.Barrier(2), list[str]()

    def go(place: int) -> None:
        gate.wait()
        try:
            publish_version(version_id=made.pk, viewer=leaders[place], at=NOON)
            outcomes.append("published")
        except VersionNotNow:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["published", "refused"]
