"""Who of an agency acts now, in sets: for telling people, and for saying who may see something."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from lienthong.directory.public import PostHolding
from lienthong.identity.contracts import Colleague, Deputy, Role
from lienthong.identity.models import Delegation, RoleGrant, in_force
from lienthong.identity.queries.acting import current_holdings
from lienthong.kernel.clock import VIETNAM

MOST_COLLEAGUES = 500


def officials_acting(
    *,
    at: datetime,
    posts: Collection[int] = (),
    divisions: Collection[int] = (),
    agency_id: int | None = None,
    agencies: Collection[int] = (),
    roles: Collection[Role] = (),
) -> set[int]:
    """Who acts now in one of the posts, or with one of the roles in a division or anywhere in an agency.

    Holders, and those to whom a holder delegated the post. One query.
    """
    places = Q(post__division_id__in=list(divisions))
    places |= Q(post__agency_id__in=[*agencies, agency_id or 0])
    wanted = Q(post_id__in=list(posts)) | (places & Q(_granted(roles)))
    held = current_holdings(at.astimezone(VIETNAM).date()).filter(wanted)
    delegated = _in_force(at).filter(wanted)
    found = held.values_list("official_id").union(delegated.values_list("delegate_id"))
    return {key for (key,) in found}


def deputies_in(posts: Collection[int], *, at: datetime) -> list[Deputy]:
    """Who acts now for the absent holders of the posts. One query, none without posts."""
    if not posts:
        return []
    rows = _in_force(at).filter(post_id__in=list(posts)).select_related("delegate").order_by("id")
    return [
        Deputy(row.post_id, row.delegator_id, row.delegate_id, row.delegate.full_name, row.ends_at)
        for row in rows
    ]


def acted_for(official_ids: Collection[int], *, at: datetime) -> list[Deputy]:
    """In which posts the officials act now for an absent holder, whose name the row bears. One query."""
    rows = _in_force(at).filter(delegate_id__in=list(official_ids)).select_related("delegator").order_by("id")
    return [
        Deputy(row.post_id, row.delegator_id, row.delegate_id, row.delegator.full_name, row.ends_at)
        for row in rows
    ]


def colleagues_with(
    agency_id: int,
    roles: Collection[Role],
    *,
    at: datetime,
    named: Q | None = None,
    also: Collection[Role] = (),
) -> list[Colleague]:
    """Those of the agency with one of the roles, and of those `named` the ones with one of `also`, by name.

    `named` is a condition on holdings. Each official once, with the first of the posts. One query; at most
    `MOST_COLLEAGUES`.
    """
    wanted = Q(_granted(roles))
    if named is not None:
        wanted |= named & Q(_granted(also))
    rows = current_holdings(at.astimezone(VIETNAM).date()).filter(wanted, post__agency_id=agency_id)
    rows = rows.select_related("official", "post").only("official_id", "official__full_name", "post__title")
    rows = rows.order_by("official_id", "id").distinct("official_id")
    found = [
        Colleague(row.official_id, row.official.full_name, row.post.title) for row in rows[:MOST_COLLEAGUES]
    ]
    return sorted(found, key=lambda one: (one.name, one.official_id))


def _granted(roles: Collection[Role]) -> Exists:
    return Exists(RoleGrant.objects.filter(post=OuterRef("post_id"), role__in=list(roles)))


def _in_force(at: datetime) -> QuerySet[Delegation, Any]:
    """The delegations of today whose delegator still holds the post."""
    held = PostHolding.objects.filter(post_id=OuterRef("post_id"), official_id=OuterRef("delegator_id"))
    today = at.astimezone(VIETNAM).date()
    still = held.filter(valid_from__lte=today, valid_to__gt=today)
    return Delegation.objects.filter(in_force(at), Exists(still))
