"""The demonstration country with its people, keys and connection to the axis; made once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from lienthong.axis.public import ConnectedSystem, Serves, connect_system
from lienthong.demo.cast import GOVERNMENT_OFFICE, ROLES, SHOWN, WATCHERS, WORDS
from lienthong.demo.contracts import Login, Report, Watcher
from lienthong.directory.public import (
    Agency,
    Duty,
    Official,
    Post,
    PostHolding,
    StaffedPost,
    find_agency,
    load_country,
    staff_agencies,
)
from lienthong.dossiers.public import seed_competent_bodies
from lienthong.identity.public import Account, NewAccount, create_accounts, grant_roles
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Actor
from lienthong.portal.public import load_everyday_words
from lienthong.procedures.public import load_catalogue, load_offers
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

SEEDER = Actor(kind="job", id="demo", name="demo.prepare", source="job:demo.prepare")
BATCH = 200
# Posts are held and keys certified since then, so that the offices have a past.
SINCE = timedelta(days=60)
LEGIBLE = "abcdefghijkmnpqrstuvwxyz23456789"


def prepare_country(*, at: datetime, report: Report) -> None:
    """Load the country, staff every agency, give accounts and roles, issue certificates, connect the office.

    `report(stage, done, total)` is called as the work goes on. Whatever is there already stays.
    """
    if Account.objects.filter(username=WATCHERS[-1].username).exists():
        return
    load_country(report=report)
    since = at - SINCE
    agencies = list(Agency.objects.valid(at.astimezone(VIETNAM).date()))
    staff = staff_agencies(agencies, on=since.astimezone(VIETNAM).date(), report=report)
    _issue_certificates(agencies, staff, at=since, report=report)
    _connect_office(since)
    load_catalogue(at=since)
    load_offers(at=since)
    load_everyday_words()
    seed_competent_bodies(at=since)
    _open_accounts(staff, at=at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # or the first plans are made for empty tables, until autovacuum comes by


def logins() -> list[Login]:
    """The accounts that a newcomer is shown, in the order of the story."""
    accounts = Account.objects.filter(username__in=SHOWN).values_list("username", "official_id")
    officials = dict(accounts)
    held = PostHolding.objects.filter(official_id__in=officials.values())
    who = {
        row.official_id: f"{row.official}, {row.post.title}, {row.post.agency}"
        for row in held.select_related("official", "post__agency")
    }
    return [
        Login(username, demo_password(), who.get(officials[username] or 0, ""))
        for username in SHOWN
        if username in officials
    ]


def demo_password() -> str:
    """The one password of all demonstration accounts, drawn once and kept beside the secrets."""
    file = Path(settings.ENV.var) / "secrets" / "demo_password"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        drawn = "-".join("".join(secrets.choice(LEGIBLE) for _ in range(4)) for _ in range(3))
        with file.open("x") as made:
            file.chmod(0o600)
            made.write(drawn)
    return file.read_text()


def _issue_certificates(
    agencies: Sequence[Agency], staff: Sequence[StaffedPost], *, at: datetime, report: Report
) -> None:
    """One certificate for every agency, and one for every official who signs."""
    signers = [post.official_id for post in staff if ROLES[post.duty].value == "leader"]
    total, done = len(agencies) + len(signers), 0
    for ids in _batches([agency.pk for agency in agencies]):
        ensure_agency_certificates(ids, at=at)
        done += len(ids)
        report("certificates", done, total)
    for ids in _batches(signers):
        ensure_official_certificates(ids, at=at)
        done += len(ids)
        report("certificates", done, total)


def _connect_office(at: datetime) -> None:
    """The office of this installation speaks to the axis for all agencies."""
    if ConnectedSystem.objects.filter(serves=Serves.ALL).exists():
        return
    agency = find_agency(GOVERNMENT_OFFICE, on=at.astimezone(VIETNAM).date())
    connect_system(name="Văn phòng điện tử dùng chung", agency=agency, serves=Serves.ALL, actor=SEEDER, at=at)


@transaction.atomic
def _open_accounts(staff: Sequence[StaffedPost], *, at: datetime) -> None:
    """Accounts `<agency code>.<duty>` for the first holder of each duty, and those of the watchers."""
    first: dict[str, StaffedPost] = {}
    for post in staff:
        first.setdefault(_username(post.agency_code, post.duty), post)
    grant_roles([(post.post_id, ROLES[post.duty]) for post in staff])
    accounts = [NewAccount(username, post.official_id) for username, post in first.items()]
    accounts += [_watcher(watcher, at) for watcher in WATCHERS]
    create_accounts(accounts, password=demo_password())


def _username(agency_code: str, duty: Duty) -> str:
    return f"{agency_code.lower()}.{WORDS[duty]}"


def _watcher(watcher: Watcher, at: datetime) -> NewAccount:
    since = (at - SINCE).astimezone(VIETNAM).date()
    agency = find_agency(watcher.agency, on=at.astimezone(VIETNAM).date())
    post = Post.objects.create(agency=agency, title=watcher.title)
    official = Official.objects.create(full_name=watcher.name)
    PostHolding.objects.create(post=post, official=official, valid_from=since)
    grant_roles([(post.pk, watcher.role)])
    return NewAccount(watcher.username, official.pk)


def _batches(ids: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch
