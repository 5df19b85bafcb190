"""Filling agencies of the demonstration with divisions, posts and invented officials, in sets."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction

from lienthong.directory.contracts import StaffedPost
from lienthong.directory.country.loading import Report, say_nothing
from lienthong.directory.country.people import Seat, divisions_of, duty_of, invented_name, seats_of
from lienthong.directory.models import Agency, Division, Official, Post, PostHolding

BATCH = 2_000
MAIL_DOMAIN = "lienthong.example"


def staff_agencies(
    agencies: Iterable[Agency], *, on: date, seed: int = 1, report: Report = say_nothing
) -> list[StaffedPost]:
    """Give each agency that has no posts its divisions, posts and officials; return all that fill such posts.

    The same seed invents the same people for the same agency codes, whatever else is staffed. What is there
    already stays, so a second call creates nothing and returns the same. Six statements per 2,000 agencies.
    """
    wanted = sorted(agencies, key=lambda agency: agency.code)
    staffed: list[StaffedPost] = []
    for first in range(0, len(wanted), BATCH):
        batch = wanted[first : first + BATCH]
        with transaction.atomic():
            _fill(batch, on=on, seed=seed)
        staffed += _filled(batch, on=on)
        report("officials", first + len(batch), len(wanted))
    return staffed


def _fill(batch: Sequence[Agency], *, on: date, seed: int) -> None:
    keys = [agency.pk for agency in batch]
    list(Agency.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    busy = set(Post.objects.filter(agency__in=keys).values_list("agency_id", flat=True))
    empty = [agency for agency in batch if agency.pk not in busy]
    divisions = _divisions(empty)
    posts: list[Post] = []
    officials: list[Official] = []
    for agency in empty:
        chance = random.Random(f"{seed} {agency.code}")  # noqa: S311
        for number, seat in enumerate(_seats(agency), start=1):
            division = divisions.get((agency.pk, seat.division))
            posts.append(Post(agency=agency, division=division, title=seat.title))
            officials.append(_official(agency, number, invented_name(chance)))
    Post.objects.bulk_create(posts)
    Official.objects.bulk_create(officials)
    PostHolding.objects.bulk_create(
        PostHolding(post=post, official=official, valid_from=on)
        for post, official in zip(posts, officials, strict=True)
    )


def _divisions(agencies: Sequence[Agency]) -> dict[tuple[int, str], Division]:
    rows = [
        Division(agency=agency, name=name, short_name=short_name)
        for agency in agencies
        for name, short_name in divisions_of(agency.kind)
    ]
    Division.objects.bulk_create(rows, ignore_conflicts=True)
    stored = Division.objects.filter(agency__in=agencies)
    return {(division.agency_id, division.name): division for division in stored}


def _official(agency: Agency, number: int, name: str) -> Official:
    return Official(full_name=name, email=f"{agency.code.lower()}-{number}@{MAIL_DOMAIN}")


def _filled(batch: Sequence[Agency], *, on: date) -> list[StaffedPost]:
    by_agency: defaultdict[int, list[PostHolding]] = defaultdict(list)
    rows = PostHolding.objects.filter(post__agency__in=batch, valid_from__lte=on, valid_to__gt=on)
    for row in rows.select_related("post", "official").order_by("pk"):
        by_agency[row.post.agency_id].append(row)
    return [staffed for agency in batch for row in by_agency[agency.pk] for staffed in _staffed(agency, row)]


def _staffed(agency: Agency, holding: PostHolding) -> list[StaffedPost]:
    duty = duty_of(holding.post.title, _seats(agency))
    if duty is None:
        return []
    post = StaffedPost(
        agency_id=agency.pk,
        agency_code=agency.code,
        post_id=holding.post_id,
        title=holding.post.title,
        duty=duty,
        official_id=holding.official_id,
        official_name=holding.official.full_name,
    )
    return [post]


def _seats(agency: Agency) -> tuple[Seat, ...]:
    return seats_of(agency.code, agency.short_name, agency.kind)
