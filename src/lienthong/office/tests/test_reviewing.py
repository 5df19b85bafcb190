"""Review before signing: chains, rounds, opinions side by side and after each other, and what ends them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import IntegrityError, transaction

from lienthong.directory.public import Agency, Division, PostHolding
from lienthong.identity.public import Account, NotAllowed, NotFound, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, official_of, post_of, viewer_in
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, timeline
from lienthong.office import outgoing_queries, policies, reviews
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions import reviewing
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.drafting_models import Review, ReviewChain, ReviewTurn
from lienthong.office.models import OutgoingDocument
from lienthong.office.review_moves import REVIEW_TRANSITIONS
from lienthong.office.reviews import Member
from lienthong.office.states import ReviewState, TurnState
from lienthong.office.tests.factories import NOON, composition
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

AGREE, REMARK, RETURN = TurnState.AGREED, TurnState.REMARKED, TurnState.RETURNED


@dataclass(frozen=True)
class House:
    """An agency with an economic division, an office and a legal division, each with its head."""

    agency: Agency
    economy: Division
    drafter: Account
    chief: Account
    office: Account
    legal: Account
    leader: Account

    def viewer(self, name: str) -> Viewer:
        return acting_viewer(getattr(self, name), at=NOON)


@pytest.fixture
def house(db: None) -> House:
    ours = agency()
    economy = Division.objects.create(agency=ours, name="Phòng Kinh tế", short_name="KT")
    office = Division.objects.create(agency=ours, name="Văn phòng", short_name="VP")
    legal = Division.objects.create(agency=ours, name="Phòng Pháp chế", short_name="PC")
    worker = Role.SPECIALIST
    return House(
        agency=ours,
        economy=economy,
        drafter=official_in(ours, worker, title="Chuyên viên", division=economy, name="Người Soạn"),
        chief=official_in(ours, Role.HEAD, title="Trưởng phòng", division=economy, name="Trưởng Kinh Tế"),
        office=official_in(ours, Role.HEAD, title="Chánh Văn phòng", division=office, name="Chánh Văn Phòng"),
        legal=official_in(ours, Role.HEAD, title="Trưởng phòng", division=legal, name="Trưởng Pháp Chế"),
        leader=official_in(ours, Role.LEADER, title="Giám đốc", name="Giám Đốc"),
    )


def _draft(house: House, by: str = "drafter") -> OutgoingDocument:
    return actions.compose(composition=composition(agency()), viewer=house.viewer(by), at=NOON)


def _submit(house: House, draft: OutgoingDocument) -> Review:
    return reviewing.submit_for_review(outgoing_id=draft.id, viewer=house.viewer("drafter"), at=NOON)


def _opine(
    house: House, draft: OutgoingDocument, who: str, opinion: str = AGREE, remarks: str = ""
) -> ReviewTurn:
    return reviewing.give_opinion(
        outgoing_id=draft.id, viewer=house.viewer(who), opinion=opinion, remarks=remarks, at=NOON
    )


def _sign(house: House, draft: OutgoingDocument) -> OutgoingDocument:
    leader = house.viewer("leader")
    ensure_agency_certificates([house.agency.id], at=NOON)
    ensure_official_certificates([leader.official_id or 0], at=NOON)
    return actions.sign_and_send(outgoing_id=draft.id, viewer=leader, at=NOON, port=FakeAxis())


def _states(draft: OutgoingDocument) -> list[str]:
    turns = ReviewTurn.objects.filter(review__outgoing=draft).order_by("review__round", "step", "id")
    return list(turns.values_list("state", flat=True))


def _define(house: House, *members: Member, type_code: str = "") -> ReviewChain:
    return reviewing.define_chain(
        viewer=viewer_in(house.agency, Role.CLERK, at=NOON), type_code=type_code, members=members, at=NOON
    )


# The chain


def test_by_default_the_head_of_the_drafting_unit_reviews_and_then_office_and_law(house: House) -> None:
    found = reviews.reviewers_of(_draft(house), at=NOON)
    assert [(one.step, one.title) for one in found] == [
        (1, "Trưởng phòng, Phòng Kinh tế"),
        (2, "Chánh Văn phòng, Văn phòng"),
        (2, "Trưởng phòng, Phòng Pháp chế"),
    ]


def test_who_heads_the_drafting_unit_and_drafts_is_not_asked_again(house: House) -> None:
    found = reviews.reviewers_of(_draft(house, "chief"), at=NOON)
    assert [(one.step, one.title[:6]) for one in found] == [(1, "Chánh "), (1, "Trưởng")]


def test_the_chain_of_a_type_goes_before_the_general_one_and_an_empty_one_means_nobody(house: House) -> None:
    draft = _draft(house)
    _define(house, Member(1, post_id=post_of(house.legal).pk))
    assert [one.post_id for one in reviews.reviewers_of(draft, at=NOON)] == [post_of(house.legal).pk]
    _define(house, type_code="CV")
    assert reviews.reviewers_of(draft, at=NOON) == []
    reviewing.forget_chain(viewer=viewer_in(house.agency, Role.ADMINISTRATOR), type_code="CV", at=NOON)
    assert len(reviews.reviewers_of(draft, at=NOON)) == 1


def test_a_place_nobody_fills_is_refused_by_name_in_a_defined_chain_and_passed_over_otherwise(
    house: House,
) -> None:
    draft = _draft(house)
    PostHolding.objects.filter(post=post_of(house.legal)).update(valid_to=NOON.date())
    assert len(reviews.reviewers_of(draft, at=NOON)) == 2
    _define(house, Member(1, post_id=post_of(house.legal).pk))
    with pytest.raises(reviews.NobodyReviews) as refusal:
        _submit(house, draft)
    assert "Pháp chế" in refusal.value.say("vi")


@pytest.mark.parametrize("wrong", ["post", "division", "type", "step", "twice", "both", "many"])
def test_a_chain_of_what_the_agency_does_not_have_is_refused(house: House, wrong: str) -> None:
    foreign = official_in(agency(), Role.LEADER)
    elsewhere = Division.objects.create(agency=agency(), name="Phòng khác", short_name="K")
    own = post_of(house.chief).pk
    members = {
        "post": [Member(1, post_id=post_of(foreign).pk)],
        "division": [Member(1, division_id=elsewhere.pk)],
        "type": [Member(1)],
        "step": [Member(10)],
        "twice": [Member(1, post_id=own), Member(2, post_id=own)],
        "both": [Member(1, post_id=own, division_id=house.economy.pk)],
        "many": [Member(1, post_id=number) for number in range(61)],
    }[wrong]
    with pytest.raises(reviewing.BadChain):
        _define(house, *members, type_code="XX" if wrong == "type" else "")
    assert not ReviewChain.objects.exists()


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.LEADER, Role.AUDITOR, Role.OPERATOR])
def test_only_a_clerk_or_the_administrator_defines_a_chain(house: House, role: Role) -> None:
    viewer = viewer_in(house.agency, role, at=NOON)
    with pytest.raises(NotAllowed):
        reviewing.define_chain(viewer=viewer, type_code="", members=[], at=NOON)
    with pytest.raises(NotAllowed):
        reviewing.forget_chain(viewer=viewer, type_code="", at=NOON)


# A round


def test_each_step_is_asked_when_the_one_before_agreed_and_then_the_leader_signs(house: House) -> None:
    draft = _draft(house)
    with pytest.raises(reviewing.NotReviewed):
        _sign(house, draft)
    _submit(house, draft)
    assert _states(draft) == ["waiting", "ahead", "ahead"]
    _opine(house, draft, "chief")
    assert _states(draft) == ["agreed", "waiting", "waiting"]
    _opine(house, draft, "legal", REMARK, "Sửa căn cứ thứ hai.")
    with pytest.raises(reviewing.NotReviewed):
        _sign(house, draft)
    _opine(house, draft, "office")
    assert draft.reviews.get().state == ReviewState.AGREED
    assert _sign(house, draft).code.startswith("01/")
    verbs = [event.verb for event in timeline(Subject("office.outgoing", str(draft.id)))]
    assert verbs[:5] == ["outgoing.compose", "outgoing.submit", *["outgoing.opinion"] * 3]


def test_a_return_ends_the_round_gives_the_draft_back_and_keeps_every_opinion(house: House) -> None:
    draft = _draft(house)
    _submit(house, draft)
    _opine(house, draft, "chief", REMARK, "Được.")
    _opine(house, draft, "legal", RETURN, "Sai thẩm quyền ký.")
    assert _states(draft) == ["remarked", "lapsed", "returned"]
    with pytest.raises(reviewing.NotYourTurn):
        _opine(house, draft, "office")
    with pytest.raises(reviewing.NotReviewed):
        _sign(house, draft)
    assert [review.outgoing_id for review in reviews.returned_to(house.viewer("drafter"))] == [draft.id]
    again = _submit(house, draft)
    assert (again.round, again.version) == (2, 1)
    assert _states(draft) == ["remarked", "lapsed", "returned", "waiting", "ahead", "ahead"]
    assert reviews.returned_to(house.viewer("drafter")) == []


def test_a_change_of_the_draft_starts_the_review_anew_even_after_all_agreed(house: House) -> None:
    draft = _draft(house)
    _submit(house, draft)
    for who in ("chief", "legal", "office"):
        _opine(house, draft, who)
    actions.revise(
        outgoing_id=draft.id,
        composition=composition(agency(), subject="Khác hẳn"),
        viewer=house.viewer("leader"),
        at=NOON,
    )
    assert draft.reviews.get().state == ReviewState.LAPSED
    with pytest.raises(reviewing.NotReviewed):
        _sign(house, draft)
    assert _submit(house, draft).version == 2


def test_the_chain_is_copied_on_submission_so_that_a_later_change_of_it_does_not_touch_the_round(
    house: House,
) -> None:
    draft = _draft(house)
    _submit(house, draft)
    _define(house)
    assert _states(draft) == ["waiting", "ahead", "ahead"]
    with pytest.raises(reviewing.NotReviewed):
        _sign(house, draft)


def test_without_a_chain_by_the_agencys_choice_a_leader_signs_at_once(house: House) -> None:
    _define(house)
    draft = _draft(house)
    with pytest.raises(reviewing.NothingToReview):
        _submit(house, draft)
    assert _sign(house, draft).code


def test_a_draft_is_submitted_once_at_a_time(house: House) -> None:
    draft = _draft(house)
    _submit(house, draft)
    with pytest.raises(reviewing.UnderReviewAlready):
        _submit(house, draft)


@pytest.mark.parametrize(
    ("opinion", "remarks", "refusal"),
    [
        ("maybe", "", reviewing.UnknownOpinion),
        ("", "", reviewing.UnknownOpinion),
        (TurnState.WAITING, "", reviewing.UnknownOpinion),
        (REMARK, "  ", reviewing.MissingRemarks),
        (RETURN, "", reviewing.MissingRemarks),
        (RETURN, "x" * 5001, reviewing.MissingRemarks),
    ],
)
def test_a_bad_opinion_is_refused_and_changes_nothing(
    house: House, opinion: str, remarks: str, refusal: type[Refusal]
) -> None:
    draft = _draft(house)
    _submit(house, draft)
    with pytest.raises(refusal):
        _opine(house, draft, "chief", opinion, remarks)
    assert _states(draft) == ["waiting", "ahead", "ahead"]


@pytest.mark.parametrize("who", ["office", "drafter", "leader"])
def test_who_is_not_asked_now_gives_no_opinion(house: House, who: str) -> None:
    draft = _draft(house)
    _submit(house, draft)
    with pytest.raises((reviewing.NotYourTurn, NotFound)):
        _opine(house, draft, who)
    stranger = viewer_in(agency(), Role.LEADER, at=NOON)
    with pytest.raises(NotFound):
        reviewing.give_opinion(outgoing_id=draft.id, viewer=stranger, opinion=AGREE, remarks="", at=NOON)


def test_a_reviewer_reads_the_draft_once_asked_and_may_not_change_it(house: House) -> None:
    draft = _draft(house)
    chief, office = house.viewer("chief"), house.viewer("office")
    assert outgoing_queries.find_outgoing(chief, draft.id) == draft  # the head of the drafting unit
    with pytest.raises(NotFound):
        outgoing_queries.find_outgoing(office, draft.id)
    _submit(house, draft)
    assert policies.allowed_acts(chief, outgoing_queries.find_outgoing(chief, draft.id)) == []
    with pytest.raises(NotFound):
        outgoing_queries.find_outgoing(office, draft.id)
    for act in (policies.REVISE, policies.DISCARD, policies.SUBMIT):
        with pytest.raises(NotAllowed):
            policies.require_act(chief, outgoing_queries.find_outgoing(chief, draft.id), act)


def test_the_database_refuses_a_second_open_round_a_return_without_words_and_an_opinion_of_nobody(
    house: House,
) -> None:
    draft = _draft(house)
    review = _submit(house, draft)
    turns = ReviewTurn.objects.filter(review=review)
    for bad in (
        {"state": RETURN, "given_by": official_of(house.chief), "given_at": NOON},
        {"state": AGREE},
        {"state": "other"},
        {"given_at": NOON},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            turns.update(**bad)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(
            outgoing=draft, round=2, version=1, submitted_by=official_of(house.drafter), submitted_at=NOON
        )
    for bad in ({"state": ReviewState.AGREED}, {"ended_at": NOON}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Review.objects.update(**bad)


def test_every_move_of_a_round_names_its_article_and_none_leaves_an_ended_round() -> None:
    for move in REVIEW_TRANSITIONS.values():
        assert move.article.startswith("Đ.1")
        assert not move.sources & {ReviewState.RETURNED, ReviewState.LAPSED}
    assert {move.target for move in REVIEW_TRANSITIONS.values()} == set(ReviewState) - {ReviewState.RUNNING}


# At once


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_who_agree_at_once_complete_the_round_once(house: House) -> None:
    from lienthong.office.tests.test_concurrency import at_once

    draft = _draft(house)
    _submit(house, draft)
    _opine(house, draft, "chief")
    results = at_once(*(lambda who=who: _opine(house, draft, who) for who in ("legal", "office")))  # type: ignore[misc]
    assert [type(result) for result in results] == [ReviewTurn, ReviewTurn]
    assert draft.reviews.get().state == ReviewState.AGREED


@pytest.mark.django_db(transaction=True)
def test_of_two_holders_of_one_post_who_answer_at_once_one_opinion_counts(house: House) -> None:
    from lienthong.identity.tests.factories import holds
    from lienthong.office.tests.test_concurrency import at_once

    second = official_in(agency(), Role.SPECIALIST)
    holds(official_of(second), post_of(house.chief))
    PostHolding.objects.filter(official=official_of(second)).exclude(post=post_of(house.chief)).delete()
    draft = _draft(house)
    _submit(house, draft)

    def answer(account: Account, opinion: str) -> ReviewTurn:
        viewer = acting_viewer(account, at=NOON)
        return reviewing.give_opinion(
            outgoing_id=draft.id, viewer=viewer, opinion=opinion, remarks="Có ý kiến.", at=NOON
        )

    results = at_once(lambda: answer(house.chief, AGREE), lambda: answer(second, RETURN))
    assert sorted(type(result).__name__ for result in results) == ["NotYourTurn", "ReviewTurn"]
