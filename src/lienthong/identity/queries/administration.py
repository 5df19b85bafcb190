"""What the administrator of an agency sees of its officials, posts and accounts."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeAlias, TypedDict

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce
from django_stubs_ext import WithAnnotations

from lienthong.directory.public import (
    Agency,
    Division,
    Official,
    Post,
    PostHolding,
    calendar_of,
    ever_works,
    special_days_of,
)
from lienthong.identity.access import NotFound
from lienthong.identity.adapters.allauth import count_second_factors
from lienthong.identity.contracts import (
    Appointment,
    OfficialRow,
    OfficialSheet,
    PostRow,
    Role,
    SpecialDay,
    Viewer,
)
from lienthong.identity.models import Account, RoleGrant
from lienthong.identity.policies import administered_agency
from lienthong.identity.queries.acting import current_holdings, roles_of
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import Page, page_of
from lienthong.kernel.plain import Plain as Plain


class Columns(TypedDict):
    """What the list adds to an official."""

    username: str
    active: bool
    titles: str


Listed: TypeAlias = "WithAnnotations[Official, Columns]"


def officials_of_agency(
    viewer: Viewer, *, text: str = "", cursor: str = "", at: datetime
) -> tuple[list[OfficialRow], str]:
    """The officials who hold or held a post in the viewer's agency, and the cursor of the next page.

    `text` is searched, without marks, in names and user names.

    Raises:
        NotAllowed: not an administrator.
        BadCursor: the cursor was not made here.
    """
    page = _page(administered_agency(viewer), text=text.strip()[:100], cursor=cursor, on=_day(at))
    rows = [
        OfficialRow(
            id=official.pk,
            full_name=official.full_name,
            username=official.username,
            active=official.active,
            posts=official.titles,
        )
        for official in page.rows
    ]
    return rows, page.next


def official_sheet(viewer: Viewer, official_id: int, *, at: datetime) -> OfficialSheet:
    """One official with account and appointments in the viewer's agency; five queries.

    Raises:
        NotAllowed: not an administrator.
        NotFound: never held a post in the viewer's agency.
    """
    agency_id = administered_agency(viewer)
    official = _of_agency(agency_id).filter(pk=official_id).first()
    if official is None:
        raise NotFound
    on = _day(at)
    account = Account.objects.filter(official_id=official_id).first()
    elsewhere = current_holdings(on).filter(official_id=official_id).exclude(post__agency_id=agency_id)
    return OfficialSheet(
        official_id=official.pk,
        full_name=official.full_name,
        email=official.email,
        telephone=official.telephone,
        account_id=account.pk if account else None,
        username=account.username if account else "",
        active=bool(account and account.is_active),
        must_change_password=bool(account and account.must_change_password),
        second_factors=count_second_factors(account.pk) if account else 0,
        appointments=_appointments(agency_id, official_id, on),
        posts_elsewhere=elsewhere.count(),
    )


def posts_of_agency(viewer: Viewer, *, at: datetime) -> list[PostRow]:
    """The posts of the viewer's agency with roles and present holders, by title; at most 1,000.

    Raises:
        NotAllowed: not an administrator.
    """
    agency_id = administered_agency(viewer)
    holders = (
        current_holdings(_day(at))
        .filter(post_id=OuterRef("pk"))
        .order_by()
        .values("post_id")
        .annotate(names=_listed("official__full_name"))
        .values("names")
    )
    posts = (
        Post.objects.filter(agency_id=agency_id)
        .select_related("division")
        .annotate(
            roles=roles_of("pk"), holders=Coalesce(Subquery(holders), Value(""), output_field=TextField())
        )
        .order_by("title", "pk")[:1000]
    )
    return [
        PostRow(
            id=post.pk,
            title=post.title,
            division_name=post.division.name if post.division else "",
            roles=frozenset(Role(role) for role in post.roles),
            holders=post.holders,
        )
        for post in posts
    ]


def divisions_of_agency(viewer: Viewer) -> list[Division]:
    """The divisions of the viewer's agency, by name.

    Raises:
        NotAllowed: not an administrator.
    """
    return list(Division.objects.filter(agency_id=administered_agency(viewer)).order_by("name")[:500])


def days_of_agency(viewer: Viewer, *, year: int) -> list[SpecialDay]:
    """The days of the year on which the viewer's agency works otherwise than on their weekday, in order.

    Raises:
        NotAllowed: not an administrator.
    """
    agency = Agency.objects.get(pk=administered_agency(viewer))
    return [
        SpecialDay(day=row.day, works_as=row.works_as, name=row.name, own=row.agency_id == agency.pk)
        for row in special_days_of(agency, year=year)
    ]


def works_at_all(viewer: Viewer, *, on: date) -> bool:
    """Whether the calendar of the viewer's agency has a working day within a year. Three queries.

    Raises:
        NotAllowed: not an administrator.
    """
    return ever_works(calendar_of(administered_agency(viewer), years=[on.year, on.year + 1]), on=on)


def post_of_agency(viewer: Viewer, post_id: int) -> Post:
    """One post of the viewer's agency.

    Raises:
        NotAllowed: not an administrator.
        NotFound: no such post there.
    """
    found = (
        Post.objects.filter(pk=post_id, agency_id=administered_agency(viewer))
        .select_related("agency")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def administrators_left(agency_id: int, *, at: datetime) -> bool:
    """Whether an official with an active account administers the agency."""
    holdings = current_holdings(_day(at)).filter(
        Exists(RoleGrant.objects.filter(post_id=OuterRef("post_id"), role=Role.ADMINISTRATOR.value)),
        Exists(Account.objects.filter(official_id=OuterRef("official_id"), is_active=True)),
        post__agency_id=agency_id,
    )
    return holdings.exists()


def _of_agency(agency_id: int) -> QuerySet[Official]:
    holdings = PostHolding.objects.filter(official_id=OuterRef("pk"), post__agency_id=agency_id)
    return Official.objects.filter(Exists(holdings))


def _page(agency_id: int, *, text: str, cursor: str, on: date) -> Page[Listed]:
    account = Account.objects.filter(official_id=OuterRef("pk"))
    titles = (
        current_holdings(on)
        .filter(official_id=OuterRef("pk"), post__agency_id=agency_id)
        .order_by()
        .values("official_id")
        .annotate(titles=_listed("post__title"))
        .values("titles")
    )
    found = _of_agency(agency_id).annotate(
        username=Coalesce(Subquery(account.values("username")[:1]), Value(""), output_field=TextField()),
        active=Coalesce(Subquery(account.values("is_active")[:1]), Value(False)),
        titles=Coalesce(Subquery(titles), Value(""), output_field=TextField()),
    )
    if text:
        found = found.annotate(name=Plain(F("full_name")), sought=Plain(Value(text))).filter(
            Q(name__contains=F("sought")) | Q(username__contains=F("sought"))
        )
    return page_of(found, key="+id", cursor=cursor)


def _appointments(agency_id: int, official_id: int, on: date) -> tuple[Appointment, ...]:
    holdings = (
        PostHolding.objects.filter(official_id=official_id, post__agency_id=agency_id)
        .select_related("post__division")
        .annotate(roles=roles_of("post_id"))
        .order_by("-valid_to", "-pk")[:100]
    )
    return tuple(
        Appointment(
            holding_id=holding.pk,
            post_id=holding.post_id,
            post_title=holding.post.title,
            division_name=holding.post.division.name if holding.post.division else "",
            valid_from=holding.valid_from,
            valid_to=None if holding.valid_to.year == 9999 else holding.valid_to,
            roles=frozenset(Role(role) for role in holding.roles),
            current=holding.valid_from <= on < holding.valid_to,
            open=on < holding.valid_to,
        )
        for holding in holdings
    )


def _listed(field: str) -> StringAgg:
    return StringAgg(field, delimiter=", ", order_by=field, output_field=TextField())


def _day(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()
