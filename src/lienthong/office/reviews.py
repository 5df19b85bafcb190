"""Who reviews a draft, and what waits for whose opinion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Division, Post, PostHolding
from lienthong.identity.public import Role, RoleGrant, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.paging import Page, page_of
from lienthong.kernel.remembered import Remembered
from lienthong.office.drafting_models import Review, ReviewChain, ReviewTurn
from lienthong.office.models import OutgoingDocument
from lienthong.office.outgoing_queries import outgoing_of
from lienthong.office.states import OutState, ReviewState, TurnState

# The divisions that look at form and law where the agency has defined no chain (NĐ 30/2020, Đ.12).
FORM_AND_LAW = (
    Q(name__istartswith="Văn phòng") | Q(name__istartswith="Phòng Hành chính") | Q(name__icontains="pháp chế")
)
MOST_SHOWN = 50
MOST_READY = 200


class NobodyReviews(Refusal):
    """The chain names a place that nobody fills today."""

    code, status = "nobody-reviews", 409
    sentence = _(
        "Nobody can give an opinion as “%(place)s”: the post has no holder today, or the division has no "
        "head. Ask the administrator of your agency to fill the post, or to change the review chain."
    )


@dataclass(frozen=True)
class Member:
    """A place in a chain: a post, a division's head, or with neither the head of the drafting unit."""

    step: int
    post_id: int | None = None
    division_id: int | None = None


@dataclass(frozen=True)
class Reviewer:
    """A post that gives an opinion in a step, and how it is called."""

    step: int
    post_id: int
    title: str


def chain_for(agency_id: int, type_code: str) -> tuple[list[Member], bool]:
    """The members of the agency's chain for the type, and whether the agency itself defined it."""
    chains = ReviewChain.objects.filter(agency_id=agency_id, type_code__in={type_code, ""})
    chain = chains.order_by("-type_code").prefetch_related("members").first()
    if chain is not None:
        return [Member(row.step, row.post_id, row.division_id) for row in chain.members.all()], True
    divisions = (
        Division.objects.filter(FORM_AND_LAW, agency_id=agency_id).order_by("id").values_list("id", flat=True)
    )
    return [Member(1), *(Member(2, division_id=division) for division in divisions)], False


def reviewers_of(draft: OutgoingDocument, *, at: datetime) -> list[Reviewer]:
    """Who reviews the draft, in order; the drafter's own post is left out, for it has agreed by drafting.

    Steps count from 1 without gap. Of a chain nobody defined, places that nobody fills are left out. At most
    six queries.

    Raises:
        NobodyReviews: a place of the agency's own chain has nobody.
    """
    members, defined = chain_for(draft.agency_id, draft.document.type)
    unit = draft.prepared_post.division_id if draft.prepared_post else None
    posts = _filled_posts(members, unit, draft.agency_id, at)
    found: dict[int, Reviewer] = {}
    for member in sorted(members, key=lambda member: member.step):
        fitting = _fitting(member, unit, posts)
        if not fitting and defined and not (_is_unit(member) and unit is None):
            raise NobodyReviews(place=place_name(member))
        for post in fitting:
            if post.pk != draft.prepared_post_id:
                found.setdefault(post.pk, Reviewer(member.step, post.pk, title_of(post)))
    steps = sorted({reviewer.step for reviewer in found.values()})
    return [Reviewer(steps.index(one.step) + 1, one.post_id, one.title) for one in found.values()]


def title_of(post: Post) -> str:
    """The post and the division it stands in."""
    return f"{post.title}, {post.division.name}" if post.division else post.title


def place_name(member: Member) -> Promise | str:
    """How a place of a chain is called."""
    if member.post_id is not None:
        return title_of(Post.objects.select_related("division").get(pk=member.post_id))
    if member.division_id is not None:
        return Division.objects.get(pk=member.division_id).name
    return _("head of the drafting unit")


def _filled_posts(members: Iterable[Member], unit: int | None, agency_id: int, at: datetime) -> list[Post]:
    """The posts that the members may mean and that somebody holds today."""
    today = at.astimezone(VIETNAM).date()
    held = PostHolding.objects.filter(post=OuterRef("pk"), valid_from__lte=today, valid_to__gt=today)
    divisions = {member.division_id for member in members} | {unit}
    named = Q(pk__in=[member.post_id for member in members if member.post_id])
    wanted = named | Q(division_id__in=[key for key in divisions if key])
    rows = Post.objects.filter(wanted, Exists(held), agency_id=agency_id).select_related("division")
    heads = RoleGrant.objects.filter(post=OuterRef("pk"), role=Role.HEAD)
    return list(rows.annotate(heads=Exists(heads)).order_by("id"))


def _fitting(member: Member, unit: int | None, posts: Iterable[Post]) -> list[Post]:
    if member.post_id is not None:
        return [post for post in posts if post.pk == member.post_id]
    division = member.division_id or unit
    return [
        post
        for post in posts
        if division is not None and post.division_id == division and post.heads  # type: ignore[attr-defined]
    ]


def _is_unit(member: Member) -> bool:
    return member.post_id is None and member.division_id is None


def rounds_of(draft: OutgoingDocument) -> list[Review]:
    """The rounds of review, newest first, each with its turns in order: two queries."""
    found = _ROUNDS(draft_id=draft.id)
    for review in found:
        review.outgoing = draft
        review.ordered = sorted(review.turns.all(), key=lambda turn: (turn.step, turn.pk))  # type: ignore[attr-defined]
    return found


def _rounds(draft_id: UUID) -> QuerySet[Review]:
    rows = Review.objects.filter(outgoing_id=draft_id).order_by("-round").select_related("submitted_by")
    return rows.prefetch_related("turns__given_by")[:MOST_SHOWN]


_ROUNDS = Remembered(_rounds)  # of every outgoing document's page


def open_turn(viewer: Viewer, rounds: Sequence[Review]) -> ReviewTurn | None:
    """The turn of the newest round in which the viewer's post is asked now."""
    if not rounds or rounds[0].state != ReviewState.RUNNING or viewer.official_id is None:
        return None
    turns = rounds[0].turns.all()
    mine = (turn for turn in turns if turn.post_id == viewer.post_id and turn.state == TurnState.WAITING)
    return next(mine, None)


def waiting_for(viewer: Viewer, *, cursor: str = "") -> Page[ReviewTurn]:
    """The drafts whose reviewers the viewer's post is now among, oldest first."""
    rows = turns_of(viewer).select_related(
        "review__outgoing__prepared_by", "review__outgoing__document", "review__submitted_by"
    )
    return page_of(rows, key="+id", cursor=cursor)


def turns_of(viewer: Viewer) -> QuerySet[ReviewTurn]:
    """The turns in which the viewer's post is asked now."""
    rows = ReviewTurn.objects.filter(post_id=viewer.post_id or 0, state=TurnState.WAITING)
    return rows.filter(review__outgoing__agency_id=viewer.agency_id or 0)


def returned_to(viewer: Viewer) -> list[Review]:
    """The viewer's own drafts that a reviewer returned and that were not submitted anew, newest first."""
    rows = returned_rows(viewer).select_related("outgoing").prefetch_related("turns__given_by")
    return list(rows.order_by("-ended_at")[:MOST_SHOWN])


def returned_rows(viewer: Viewer) -> QuerySet[Review]:
    """The last rounds of the viewer's own drafts, of those that a reviewer returned."""
    later = Review.objects.filter(outgoing=OuterRef("outgoing"), round__gt=OuterRef("round"))
    mine = outgoing_of(viewer).filter(prepared_by_id=viewer.official_id, state=OutState.DRAFT)
    return Review.objects.filter(~Exists(later), outgoing__in=mine, state=ReviewState.RETURNED)


def ready_to_sign(viewer: Viewer, *, among: Sequence[UUID] | None = None) -> list[OutgoingDocument]:
    """The drafts a leader of the agency can sign now, oldest first; `among` narrows to these."""
    rows = drafts_to_sign(viewer)
    if among is not None:
        rows = rows.filter(pk__in=among)
    return list(rows.select_related("document", "prepared_by").order_by("id")[:MOST_READY])


def drafts_to_sign(viewer: Viewer) -> QuerySet[OutgoingDocument]:
    """The drafts a leader can sign now; two queries of the agency's chains before it is asked.

    Those every reviewer agreed to, and those of types that nobody reviews and that nobody was asked about.
    """
    if not viewer.has(Role.LEADER):
        return OutgoingDocument.objects.none()
    agreed = Review.objects.filter(outgoing=OuterRef("pk"), state=ReviewState.AGREED)
    asked = Review.objects.filter(outgoing=OuterRef("pk"))
    ready = Q(Exists(agreed)) | ~Exists(asked) & _unreviewed_types(viewer.agency_id or 0)
    return outgoing_of(viewer).filter(ready, state=OutState.DRAFT)


def _unreviewed_types(agency_id: int) -> Q:
    """Drafts of the types that nobody reviews, whoever drafts them: two queries."""
    chains = ReviewChain.objects.filter(agency_id=agency_id).annotate(size=Count("members"))
    sizes = dict(chains.values_list("type_code", "size"))
    own = [code for code in sizes if code]
    nobody = Q(document__type__in=[code for code in own if not sizes[code]])
    if "" in sizes:
        general = sizes[""] == 0
    else:
        heads = RoleGrant.objects.filter(role=Role.HEAD, post__agency_id=agency_id)
        general = not heads.filter(post__division__isnull=False).exists()
    return nobody | ~Q(document__type__in=own) if general else nobody
