"""Who acts, in which post, and under which delegation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet

from lienthong.directory.public import Official, Post, PostHolding
from lienthong.identity.access import NotFound
from lienthong.identity.contracts import Capacity, Viewer, carried
from lienthong.identity.models import Account, Delegation, RoleGrant, in_force
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.statements import fetch

_HELD = """
    SELECT official.full_name, post.id, post.title, post.division_id, agency.id, agency.code, agency.name,
        ARRAY(SELECT role FROM identity_rolegrant given WHERE given.post_id = post.id)
    FROM directory_postholding held
    JOIN directory_official official ON official.id = held.official_id
    JOIN directory_post post ON post.id = held.post_id
    JOIN directory_agency agency ON agency.id = post.agency_id
    WHERE held.official_id = %s AND held.valid_from <= %s AND held.valid_to > %s
        AND agency.valid_from <= %s AND agency.valid_to > %s
    ORDER BY held.id
"""


@dataclass(frozen=True)
class DelegationRow:
    """A delegation as its two officials see it."""

    id: int
    post_title: str
    agency_name: str
    delegator_name: str
    delegate_name: str
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    reason: str
    given: bool
    open: bool


def acting_viewer(account: Account, *, at: datetime, source: str = "") -> Viewer:
    """The account's official in the post last acted in, or in the first one held; at most two queries.

    A post that is held no more, a delegation that has ended, an agency that was closed: each falls back to
    the first post held. Without any post the viewer has a name and no role.
    """
    if account.official_id is None:
        return Viewer(account_id=account.pk, name=account.username, source=source)
    held = held_capacities(account.official_id, on=_day(at))
    wanted = account.last_post_id
    chosen = next((capacity for capacity in held if capacity.post_id == wanted), None)
    if chosen is None and wanted is not None:
        chosen = next(iter(delegated_capacities(account.official_id, at=at, post_id=wanted)), None)
    chosen = chosen or next(iter(held), None)
    if chosen is None:
        return Viewer(
            account_id=account.pk, official_id=account.official_id, name=account.username, source=source
        )
    return _viewer(chosen, account_id=account.pk, source=source)


def viewer_for(official: Official, post: Post, *, at: datetime, source: str = "") -> Viewer:
    """The official acting in that very post, held or delegated: for jobs, the demonstration and tests.

    Raises:
        NotFound: the official may not act in the post at that time.
    """
    for capacity in capacities(official.pk, at=at):
        if capacity.post_id == post.pk:
            return _viewer(capacity, account_id=None, source=source)
    raise NotFound


def capacities(official_id: int, *, at: datetime) -> list[Capacity]:
    """Every post in which the official may act now: those held first, then those delegated; two queries."""
    held = held_capacities(official_id, on=_day(at))
    own = {capacity.post_id for capacity in held}
    delegated = delegated_capacities(official_id, at=at)
    return held + [capacity for capacity in delegated if capacity.post_id not in own]


def held_capacities(official_id: int, *, on: date) -> list[Capacity]:
    """The posts the official holds on the day in agencies that exist, oldest appointment first.

    Asked for on every page, so it is a fixed statement (ADR 0029).
    """
    return [
        Capacity(official_id, name, post_id, title, division_id, agency_id, code, agency, carried(roles))
        for name, post_id, title, division_id, agency_id, code, agency, roles in fetch(
            _HELD, official_id, on, on, on, on
        )
    ]


def delegated_capacities(official_id: int, *, at: datetime, post_id: int | None = None) -> list[Capacity]:
    """The posts delegated to the official now whose delegator still holds them."""
    still_held = current_holdings(_day(at)).filter(
        post_id=OuterRef("post_id"), official_id=OuterRef("delegator_id")
    )
    rows = (
        Delegation.objects.filter(in_force(at), Exists(still_held), delegate_id=official_id)
        .select_related("post__agency", "delegate", "delegator")
        .annotate(roles=roles_of("post_id"))
        .order_by("id")
    )
    if post_id is not None:
        rows = rows.filter(post_id=post_id)
    return [
        _capacity(
            row.post, row.delegate_id, row.delegate.full_name, row.roles, row.delegator.full_name, row.ends_at
        )
        for row in rows
    ]


def current_holdings(on: date) -> QuerySet[PostHolding]:
    """Posts held on the day in agencies that exist on it."""
    return PostHolding.objects.filter(
        valid_from__lte=on,
        valid_to__gt=on,
        post__agency__valid_from__lte=on,
        post__agency__valid_to__gt=on,
    )


def roles_of(post_field: str) -> ArraySubquery:
    """The roles of the post named by a column, as an annotation."""
    return ArraySubquery(RoleGrant.objects.filter(post_id=OuterRef(post_field)).values("role"))


def delegations_of(viewer: Viewer, *, at: datetime) -> list[DelegationRow]:
    """Those the viewer gave or received, newest first; the last 50 of each kind."""
    rows = Delegation.objects.select_related("post__agency", "delegator", "delegate").order_by(
        "-starts_at", "-id"
    )
    given = [_row(row, given=True, at=at) for row in rows.filter(delegator_id=viewer.official_id)[:50]]
    received = [_row(row, given=False, at=at) for row in rows.filter(delegate_id=viewer.official_id)[:50]]
    return given + received


def colleagues_of(viewer: Viewer, *, at: datetime) -> list[Official]:
    """The other officials who hold a post in the viewer's agency now, by name: possible delegates."""
    if viewer.agency_id is None or viewer.official_id is None:
        return []
    holdings = current_holdings(_day(at)).filter(post__agency_id=viewer.agency_id)
    found = Official.objects.filter(pk__in=holdings.values("official_id")).exclude(pk=viewer.official_id)
    return list(found.order_by("full_name", "pk")[:1000])


def _day(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()


def _capacity(
    post: Post,
    official_id: int,
    official_name: str,
    roles: Iterable[str],
    acting_for: str = "",
    ends_at: datetime | None = None,
) -> Capacity:
    return Capacity(
        official_id=official_id,
        official_name=official_name,
        post_id=post.pk,
        post_title=post.title,
        division_id=post.division_id,
        agency_id=post.agency_id,
        agency_code=post.agency.code,
        agency_name=post.agency.name,
        roles=carried(roles),
        acting_for=acting_for,
        ends_at=ends_at,
    )


def _viewer(capacity: Capacity, *, account_id: int | None, source: str) -> Viewer:
    return Viewer(
        account_id=account_id,
        official_id=capacity.official_id,
        name=capacity.official_name,
        post_id=capacity.post_id,
        post_title=capacity.post_title,
        division_id=capacity.division_id,
        agency_id=capacity.agency_id,
        agency_code=capacity.agency_code,
        agency_name=capacity.agency_name,
        roles=capacity.roles,
        acting_for=capacity.acting_for,
        source=source,
    )


def _row(row: Delegation, *, given: bool, at: datetime) -> DelegationRow:
    return DelegationRow(
        id=row.pk,
        post_title=row.post.title,
        agency_name=row.post.agency.name,
        delegator_name=row.delegator.full_name,
        delegate_name=row.delegate.full_name,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        reason=row.reason,
        given=given,
        open=row.ended_at is None and row.ends_at > at,
    )
