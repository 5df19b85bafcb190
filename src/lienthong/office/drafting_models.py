"""The life of a draft before it is signed: versions and reviews. Django finds it through `models.py`."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Division, Official, Post, remembers_agency
from lienthong.documents.public import GENERAL_TYPES
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.office.signing_states import ITEM_STATE_LABELS, ItemState
from lienthong.office.states import (
    OPINIONS_GIVEN,
    REVIEW_STATE_LABELS,
    REVIEWS_OPEN,
    TURN_STATE_LABELS,
    ReviewState,
    TurnState,
)

MOST_STEPS = 9


class DraftVersion(models.Model):
    """A draft as it was saved once; numbered from 1, never changed (a trigger refuses it).

    Only a draft that is discarded takes its versions with it; those of an issued document stay.
    """

    outgoing = models.ForeignKey(
        "office.OutgoingDocument", on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    content = models.JSONField(help_text="versions.Content: the texts as they were stored")
    uploaded = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    saved_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    saved_title = models.CharField(max_length=150, blank=True, help_text="the post in which it was saved")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outgoing", "number"], name="draft_version_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="draft_version_from_one"),
        ]


class ReviewChain(models.Model):
    """Who reviews an agency's drafts of one type before they are signed; an empty `type_code` is every other.

    A chain without members is the agency's choice that nobody does.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    type_code = models.CharField(max_length=10, blank=True)
    changed_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "type_code"], name="review_chain_once"),
            models.CheckConstraint(
                condition=Q(type_code__in=["", *GENERAL_TYPES]), name="review_chain_type_known"
            ),
        ]


class ChainMember(models.Model):
    """A place in a chain: a post, a division's head, or with neither the head of the drafting unit.

    Members of one step review side by side; steps follow each other.
    """

    chain = models.ForeignKey(ReviewChain, on_delete=models.CASCADE, related_name="members")
    step = models.PositiveSmallIntegerField()
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "post", "division"], nulls_distinct=False, name="chain_member_once"
            ),
            models.CheckConstraint(condition=Q(step__range=(1, MOST_STEPS)), name="chain_step_in_range"),
            models.CheckConstraint(
                condition=Q(post__isnull=True) | Q(division__isnull=True), name="chain_member_is_one_thing"
            ),
        ]


class Review(models.Model):
    """A round of review of a draft: the chain as it was when the version was submitted."""

    outgoing = models.ForeignKey(
        "office.OutgoingDocument", on_delete=models.CASCADE, related_name="reviews", db_index=False
    )
    round = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(help_text="the number of the version submitted")
    state = models.CharField(max_length=10, default=ReviewState.RUNNING)
    submitted_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    submitted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outgoing", "round"], name="review_round_unique"),
            models.UniqueConstraint(
                fields=["outgoing"], condition=Q(state__in=sorted(REVIEWS_OPEN)), name="review_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=list(ReviewState)), name="review_state_known"),
            models.CheckConstraint(
                condition=Q(state=ReviewState.RUNNING, ended_at=None)
                | Q(ended_at__isnull=False) & ~Q(state=ReviewState.RUNNING),
                name="review_ended_is_dated",
            ),
        ]

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return REVIEW_STATE_LABELS[self.state]


class ReviewTurn(models.Model):
    """A reviewer's part in a round: whoever holds the post gives one opinion, once."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="turns", db_index=False)
    step = models.PositiveSmallIntegerField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=400, help_text="the post and its division when it was submitted")
    state = models.CharField(max_length=10, default=TurnState.AHEAD)
    remarks = models.TextField(blank=True)
    given_by = models.ForeignKey(
        Official, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    given_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "post"], name="review_turn_once"),
            models.CheckConstraint(condition=Q(state__in=list(TurnState)), name="review_turn_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[TurnState.REMARKED, TurnState.RETURNED]) | ~Q(remarks=""),
                name="review_remarks_are_there",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(OPINIONS_GIVEN), given_by__isnull=False, given_at__isnull=False)
                | Q(given_by=None, given_at=None) & ~Q(state__in=sorted(OPINIONS_GIVEN)),
                name="review_opinion_has_giver",
            ),
        ]
        indexes = [
            models.Index(fields=["post", "id"], condition=Q(state=TurnState.WAITING), name="review_waiting"),
        ]

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return TURN_STATE_LABELS[self.state]


class SigningList(models.Model):
    """Documents that a leader chose to sign one after another with one confirmation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    @property
    def by_token(self) -> bool:
        """Whether the signer's own token signs it; a query unless `token` was selected with it."""
        return getattr(self, "token", None) is not None


class SigningItem(models.Model):
    """One document of such a list and what came of it."""

    signing_list = models.ForeignKey(
        SigningList, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    outgoing = models.ForeignKey("office.OutgoingDocument", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, default=ItemState.WAITING)
    note = models.TextField(blank=True, help_text="number and notation, or why it was not signed")
    begun_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["signing_list", "position"], name="signing_item_position"),
            models.UniqueConstraint(fields=["signing_list", "outgoing"], name="signing_item_once"),
            models.CheckConstraint(condition=Q(state__in=list(ItemState)), name="signing_item_state_known"),
            models.CheckConstraint(
                condition=Q(state=ItemState.WAITING) | Q(begun_at__isnull=False), name="signing_item_begun"
            ),
        ]

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return ITEM_STATE_LABELS[self.state]


remembers_agency(ReviewChain._meta.label, "agency")
