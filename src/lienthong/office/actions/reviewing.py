"""Review before signing (NĐ 30/2020/NĐ-CP, articles 11 and 12): chains, rounds, opinions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Division, Post
from lienthong.documents.public import GENERAL_TYPES
from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, Subject, record
from lienthong.office import outgoing_queries, policies
from lienthong.office.actions.versions import latest_number
from lienthong.office.drafting_models import MOST_STEPS, ChainMember, Review, ReviewChain, ReviewTurn
from lienthong.office.models import OutgoingDocument
from lienthong.office.review_moves import REVIEW_TRANSITIONS
from lienthong.office.reviews import Member, Reviewer, reviewers_of
from lienthong.office.states import (
    REVIEW_STATE_LABELS,
    REVIEWS_OPEN,
    ReviewState,
    TurnState,
)
from lienthong.office.telling import tell_of_review

DEFINERS = (Role.ADMINISTRATOR, Role.CLERK)
MOST_MEMBERS = 60
MOST_REMARKS = 5000
OPINIONS = (TurnState.AGREED, TurnState.REMARKED, TurnState.RETURNED)


class NotReviewed(Refusal):
    """A draft is signed only once its review chain is complete (NĐ 30/2020, Đ.11 and Đ.12)."""

    code, status = "not-reviewed", 409
    sentence = _(
        "The document cannot be signed yet: its review is not complete (%(state)s). "
        "It is signed once every reviewer has agreed to the newest version (NĐ 30/2020, articles 11 and 12)."
    )


class NothingToReview(Refusal):
    """Nobody reviews such a document."""

    code, status = "nothing-to-review", 409
    sentence = _(
        "Nobody reviews documents of this type in your agency, so there is nobody to submit it to. "
        "A leader can sign it now."
    )


class UnderReviewAlready(Refusal):
    """The draft was submitted before."""

    code, status = "under-review-already", 409
    sentence = _("The draft was submitted already (%(state)s). Reload the page to see where it stands.")


class NotYourTurn(Refusal):
    """The draft does not wait for this post's opinion."""

    code, status = "not-your-turn", 409
    sentence = _(
        "The draft does not wait for your opinion now. It may have been answered from your post, returned by "
        "another reviewer, or changed by the drafter. Reload the page to see what happened."
    )


class MissingRemarks(Refusal):
    """Remarks and returns are in words."""

    code, status = "missing-remarks", 422
    sentence = _(
        "Write what you remark or why you return it, in at most 5,000 characters. The drafter reads it."
    )


class UnknownOpinion(Refusal):
    """There is no such opinion."""

    code, status = "unknown-opinion", 422
    sentence = _("Choose one of the three: agree, agree with remarks, or return.")


class BadChain(Refusal):
    """The chain names something that is not there."""

    code, status = "bad-chain", 422
    sentence = _(
        "The review chain was not saved: it names a type, post, division or step that your agency does not "
        "have. Reload the page and choose again."
    )


def define_chain(*, viewer: Viewer, type_code: str, members: Sequence[Member], at: datetime) -> ReviewChain:
    """Set who reviews the agency's drafts of the type, in the place of what was set before.

    An empty `type_code` means every type without a chain of its own; without members nobody reviews.

    Raises:
        NotAllowed, BadChain
    """
    _require_definer(viewer)
    _require_known(viewer, type_code, members)
    with transaction.atomic():
        chain, _made = ReviewChain.objects.update_or_create(
            agency_id=viewer.agency_id or 0,
            type_code=type_code,
            defaults={"changed_by_id": viewer.official_id or 0, "changed_at": at},
        )
        chain.members.all().delete()
        ChainMember.objects.bulk_create(
            ChainMember(chain=chain, step=one.step, post_id=one.post_id, division_id=one.division_id)
            for one in dict.fromkeys(members)
        )
        _record_chain("review-chain.define", viewer, type_code, at)
    return chain


def forget_chain(*, viewer: Viewer, type_code: str, at: datetime) -> None:
    """Let the type follow the agency's general chain again, or that one the usual order of review.

    Raises:
        NotAllowed
    """
    _require_definer(viewer)
    with transaction.atomic():
        ReviewChain.objects.filter(agency_id=viewer.agency_id or 0, type_code=type_code).delete()
        _record_chain("review-chain.forget", viewer, type_code, at)


def submit_for_review(*, outgoing_id: UUID, viewer: Viewer, at: datetime) -> Review:
    """Begin a round: the chain as it is now is copied to the draft, and the first step is asked.

    Raises:
        NotFound, NotAllowed, NotNow, UnderReviewAlready, NothingToReview, NobodyReviews
    """
    with transaction.atomic():
        draft = outgoing_queries.find_outgoing(viewer, outgoing_id, lock=True)
        policies.require_act(viewer, draft, policies.SUBMIT)
        former = draft.reviews.order_by("round").last()
        if former is not None and former.state in REVIEWS_OPEN:
            raise UnderReviewAlready(state=former.state_label)
        reviewers = reviewers_of(draft, at=at)
        if not reviewers:
            raise NothingToReview
        review = Review.objects.create(
            outgoing=draft,
            round=former.round + 1 if former else 1,
            version=latest_number(draft),
            submitted_by_id=viewer.official_id or 0,
            submitted_at=at,
        )
        _ask(review, reviewers)
        tell_of_review(draft, review, viewer=viewer, at=at)
        _record(draft, "outgoing.submit", viewer, at, {"round": review.round})
    return review


def give_opinion(
    *, outgoing_id: UUID, viewer: Viewer, opinion: str, remarks: str, at: datetime
) -> ReviewTurn:
    """Agree, agree with remarks, or return the draft, as the post that the viewer acts in.

    The next step is asked once all of this one agreed; a return ends the round and keeps the opinions.

    Raises:
        NotFound, UnknownOpinion, MissingRemarks, NotYourTurn
    """
    words = remarks.strip()
    with transaction.atomic():
        draft = outgoing_queries.find_outgoing(viewer, outgoing_id, lock=True)
        if opinion not in OPINIONS:
            raise UnknownOpinion(field="opinion")
        if len(words) > MOST_REMARKS or (not words and opinion != TurnState.AGREED):
            raise MissingRemarks(field="remarks")
        waiting = ReviewTurn.objects.filter(
            review__outgoing=draft, review__state=ReviewState.RUNNING, state=TurnState.WAITING
        )
        turn = waiting.filter(post_id=viewer.post_id or 0).select_related("review").first()
        if turn is None or viewer.official_id is None or viewer.agency_id != draft.agency_id:
            raise NotYourTurn
        turn.state, turn.remarks = TurnState(opinion), words
        turn.given_by_id, turn.given_at = viewer.official_id, at
        turn.save()
        if opinion == TurnState.RETURNED:
            _end(turn.review, "return", at)
        else:
            _go_on(turn.review, turn.step, at)
        tell_of_review(draft, turn.review, viewer=viewer, at=at)
        _record(draft, "outgoing.opinion", viewer, at, {"opinion": opinion, "note": words})
    return turn


def lapse_review(draft: OutgoingDocument, *, at: datetime) -> None:
    """End the open round because the draft was changed; the caller holds the lock on the draft."""
    review = draft.reviews.filter(state__in=REVIEWS_OPEN).first()
    if review is not None:
        _end(review, "change", at)


def require_reviewed(draft: OutgoingDocument, *, at: datetime) -> None:
    """Raise `NotReviewed` unless all reviewers agreed to the newest version, or the document has none."""
    review = draft.reviews.order_by("round").last()
    if review is not None and review.state == ReviewState.AGREED and review.version == latest_number(draft):
        return
    if (review is None or review.state != ReviewState.RUNNING) and not reviewers_of(draft, at=at):
        return
    raise NotReviewed(state=review.state_label if review else _("not submitted"))


def _ask(review: Review, reviewers: Sequence[Reviewer]) -> None:
    ReviewTurn.objects.bulk_create(
        ReviewTurn(
            review=review,
            step=one.step,
            post_id=one.post_id,
            title=one.title,
            state=TurnState.WAITING if one.step == 1 else TurnState.AHEAD,
        )
        for one in reviewers
    )


def _go_on(review: Review, step: int, at: datetime) -> None:
    """Ask the next step when nobody of this one is waited for; after the last, the round is agreed."""
    if review.turns.filter(step=step, state=TurnState.WAITING).exists():
        return
    if not review.turns.filter(step=step + 1).update(state=TurnState.WAITING):
        _end(review, "agree", at)


def _end(review: Review, verb: str, at: datetime) -> None:
    move = REVIEW_TRANSITIONS[verb]
    if ReviewState(review.state) not in move.sources:
        raise UnderReviewAlready(state=REVIEW_STATE_LABELS[review.state])
    review.state, review.ended_at = move.target, at
    review.save(update_fields=["state", "ended_at"])
    review.turns.filter(state__in=[TurnState.WAITING, TurnState.AHEAD]).update(state=TurnState.LAPSED)


def _require_definer(viewer: Viewer) -> None:
    if viewer.agency_id is None or viewer.official_id is None or not viewer.has(*DEFINERS):
        raise NotAllowed


def _require_known(viewer: Viewer, type_code: str, members: Sequence[Member]) -> None:
    posts = {one.post_id for one in members if one.post_id is not None}
    divisions = {one.division_id for one in members if one.division_id is not None}
    good = (
        type_code in {"", *GENERAL_TYPES}
        and len(members) <= MOST_MEMBERS
        and len({(one.post_id, one.division_id) for one in members}) == len(members)
        and all(1 <= one.step <= MOST_STEPS for one in members)
        and not any(one.post_id and one.division_id for one in members)
        and Post.objects.filter(pk__in=posts, agency_id=viewer.agency_id or 0).count() == len(posts)
        and Division.objects.filter(pk__in=divisions, agency_id=viewer.agency_id or 0).count()
        == len(divisions)
    )
    if not good:
        raise BadChain


def _record_chain(verb: str, viewer: Viewer, type_code: str, at: datetime) -> None:
    subject = Subject("office.review-chain", f"{viewer.agency_id}:{type_code}")
    record(actor=viewer.actor(), verb=verb, subject=subject, at=at)


def _record(draft: OutgoingDocument, verb: str, viewer: Viewer, at: datetime, data: dict[str, JSON]) -> None:
    subject = Subject("office.outgoing", str(draft.id))
    record(actor=viewer.actor(), verb=verb, subject=subject, at=at, data=data)
