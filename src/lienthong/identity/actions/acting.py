"""Switching between posts, and letting a colleague act in one's own (ủy quyền)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.access import NotAllowed, NotFound
from lienthong.identity.contracts import Capacity, Viewer
from lienthong.identity.models import Account, Delegation
from lienthong.identity.queries.acting import capacities, held_capacities
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, record

LONGEST = timedelta(days=366)


class NotYourPost(NotAllowed):
    """The official neither holds the post nor acts in it by delegation now."""

    code = "not-your-post"
    sentence = _(
        "You do not hold this post now, nor is it delegated to you. It may have ended today; "
        "choose one from the list."
    )


class DelegateCannotDelegate(NotAllowed):
    """The post is only delegated to the official."""

    code = "delegate-cannot-delegate"
    sentence = _("You act in this post for %(name)s. Only the holder of a post may delegate it.")


class DelegateToSelf(Refusal):
    """An official delegated to themselves."""

    code, status = "delegate-to-self", 422
    sentence = _("You cannot delegate a post to yourself. Choose a colleague.")


class DelegateFromElsewhere(Refusal):
    """The delegate holds no post in the post's agency."""

    code, status = "delegate-from-elsewhere", 422
    sentence = _("A post can be delegated only to an official who now holds a post in the same agency.")


class DelegateHoldsPost(Refusal):
    """The delegate holds that very post."""

    code, status = "delegate-holds-post", 422
    sentence = _("%(name)s holds this post already and needs no delegation for it.")


class BadPeriod(Refusal):
    """The period is in the past, ends before it starts, or is longer than a year."""

    code, status = "bad-period", 422
    sentence = _(
        "The period must end after it starts, end in the future, and last at most one year. "
        "Correct the dates."
    )


class ReasonMissing(Refusal):
    """An act that needs a reason was given none, or one too long."""

    code, status = "reason-missing", 422
    sentence = _("Give the reason in 1 to 500 characters; it is kept in the ledger.")


class DelegationOverlaps(Refusal):
    """The post is delegated already for part of the period."""

    code, status = "delegation-overlaps", 409
    sentence = _(
        "This post is already delegated for part of that period. "
        "End that delegation first, or choose other dates."
    )


def switch_post(*, viewer: Viewer, post_id: int, at: datetime) -> Capacity:
    """Let the official act in another post from now on, and remember it for the next sign-in.

    Raises:
        NotYourPost: it is neither held nor delegated now.
    """
    chosen = _capacity(viewer, post_id, at=at)
    with transaction.atomic():
        Account.objects.filter(official_id=chosen.official_id).update(last_post_id=post_id)
        record(
            actor=viewer.actor(),
            verb="post.switch",
            subject=Subject("directory.post", str(post_id)),
            at=at,
            data={"post": chosen.post_title, "agency": chosen.agency_code, "acting_for": chosen.acting_for},
        )
    return chosen


def delegate(
    *,
    viewer: Viewer,
    post_id: int,
    delegate_id: int,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    at: datetime,
) -> Delegation:
    """Let a colleague of the same agency act in the viewer's own post for a period.

    A start in the past is taken as now.

    Raises:
        DelegateCannotDelegate: the viewer acts in the post by delegation.
        NotYourPost: the viewer does not hold it.
        DelegateToSelf, DelegateFromElsewhere, DelegateHoldsPost: the colleague cannot receive it.
        BadPeriod, ReasonMissing: the input is at fault.
        DelegationOverlaps: it is delegated already for part of the period.
    """
    own = _held(viewer, post_id, at=at)
    starts_at = max(starts_at, at)
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise BadPeriod(field="ends_at")
    reason = clean_reason(reason)
    name = _require_can_receive(viewer, own, delegate_id, at=at)
    try:
        with transaction.atomic():
            delegation = Delegation.objects.create(
                post_id=post_id,
                delegator_id=own.official_id,
                delegate_id=delegate_id,
                starts_at=starts_at,
                ends_at=ends_at,
                reason=reason,
            )
            record(
                actor=viewer.actor(),
                verb="delegation.create",
                subject=Subject("identity.delegation", str(delegation.pk)),
                at=at,
                data={
                    "post": own.post_title,
                    "delegate": name,
                    "starts_at": starts_at.isoformat(),
                    "ends_at": ends_at.isoformat(),
                    "reason": reason,
                },
            )
    except IntegrityError as error:
        raise DelegationOverlaps(field="starts_at") from error
    return delegation


def end_delegation(*, viewer: Viewer, delegation_id: int, at: datetime) -> None:
    """End it now; either of its two officials may. One that has ended already stays as it is.

    Raises:
        NotFound: no such delegation, or not the viewer's.
    """
    with transaction.atomic():
        found = Delegation.objects.select_for_update().filter(pk=delegation_id).first()
        if found is None or viewer.official_id not in (found.delegator_id, found.delegate_id):
            raise NotFound
        if found.ended_at is not None or found.ends_at <= at:
            return
        found.ended_at = at
        found.save(update_fields=["ended_at"])
        record(
            actor=viewer.actor(),
            verb="delegation.end",
            subject=Subject("identity.delegation", str(found.pk)),
            at=at,
        )


def clean_reason(reason: str) -> str:
    """The reason without surrounding space.

    Raises:
        ReasonMissing: empty or over 500 characters.
    """
    cleaned = reason.strip()
    if not 1 <= len(cleaned) <= 500:
        raise ReasonMissing(field="reason")
    return cleaned


def _capacity(viewer: Viewer, post_id: int, *, at: datetime) -> Capacity:
    official_id = viewer.official_id
    found = capacities(official_id, at=at) if official_id else []
    for capacity in found:
        if capacity.post_id == post_id:
            return capacity
    raise NotYourPost(field="post")


def _held(viewer: Viewer, post_id: int, *, at: datetime) -> Capacity:
    """The viewer's own post; a delegated one is refused by name."""
    capacity = _capacity(viewer, post_id, at=at)
    if capacity.acting_for:
        raise DelegateCannotDelegate(name=capacity.acting_for)
    return capacity


def _require_can_receive(viewer: Viewer, own: Capacity, delegate_id: int, *, at: datetime) -> str:
    """The colleague's name, if the post can be delegated to them."""
    if delegate_id == viewer.official_id:
        raise DelegateToSelf(field="delegate")
    theirs = held_capacities(delegate_id, on=at.astimezone(VIETNAM).date())
    if all(capacity.agency_id != own.agency_id for capacity in theirs):
        raise DelegateFromElsewhere(field="delegate")
    if any(capacity.post_id == own.post_id for capacity in theirs):
        raise DelegateHoldsPost(field="delegate", name=theirs[0].official_name)
    return theirs[0].official_name
