"""Officials with accounts, posts and roles, for the tests of every app above."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from itertools import count

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password

from lienthong.directory.public import Agency, Division, Official, Post, PostHolding
from lienthong.identity.actions.mandates import grant_mandate
from lienthong.identity.contracts import Assurance, NewMandate
from lienthong.identity.models import Account, Mandate, Party, Representation, RoleGrant
from lienthong.identity.public import PartyKind, Role, Viewer, Visitor, acting_viewer, visitor_for
from lienthong.kernel.clock import VIETNAM, now

PASSWORD = "a-long-enough-password-1"
BEGINNING = date(2020, 1, 1)
_numbers = count(1)


def hashed_password() -> str:
    """`PASSWORD` under the hasher now in use: another one's hash is renewed at sign-in, ending sessions."""
    return _hashed_by(settings.PASSWORD_HASHERS[0])


@cache
def _hashed_by(hasher: str) -> str:
    """Hashed once for all, since hashing is meant to take long."""
    return make_password(PASSWORD)


def at_noon(year: int = 2026, month: int = 3, day: int = 2) -> datetime:
    """Noon of a day at +07:00."""
    return datetime(year, month, day, 12, tzinfo=VIETNAM)


def agency(code: str = "", name: str = "") -> Agency:
    """An agency without parent that exists since 2020."""
    number = next(_numbers)
    code = code or f"Z{number:04d}"
    return Agency.objects.create(
        code=code,
        old_code=f"000.00.00.{code}",
        name=name or f"Sở Thử nghiệm {number}",
        short_name=f"STN{number}",
        kind="department",
        valid_from=BEGINNING,
    )


def post_in(agency: Agency, *roles: Role, title: str = "", division: Division | None = None) -> Post:
    """A post of the agency that carries the roles."""
    post = Post.objects.create(agency=agency, division=division, title=title or f"Chức vụ {next(_numbers)}")
    RoleGrant.objects.bulk_create([RoleGrant(post=post, role=role.value) for role in roles])
    return post


def holds(official: Official, post: Post, *, since: date = BEGINNING) -> PostHolding:
    """Let the official hold the post."""
    return PostHolding.objects.create(official=official, post=post, valid_from=since)


def official_in(
    agency: Agency,
    *roles: Role,
    name: str = "",
    title: str = "",
    division: Division | None = None,
    username: str = "",
) -> Account:
    """An account (with `PASSWORD`) of an official whose only post, in the agency, has exactly the roles."""
    number = next(_numbers)
    official = Official.objects.create(full_name=name or f"Nguyễn Văn Thử {number}")
    holds(official, post_in(agency, *roles, title=title, division=division))
    return Account.objects.create(
        username=username or f"official{number}", official=official, password=hashed_password()
    )


def a_citizen(
    *, name: str = "", number: str = "", username: str = "", confirmed: bool = True, **account: str
) -> tuple[Account, Party]:
    """A citizen with an account (with `PASSWORD`), known to be theirs unless it is not `confirmed`.

    The number of an account that is not confirmed is only what it says: its party has none (ADR 0074).
    """
    count_ = next(_numbers)
    number = number or f"{19_090_000_000 + count_:012d}"
    stored = Account.objects.create(
        username=username or f"citizen{count_}",
        password=hashed_password(),
        number=number,
        assurance=(Assurance.COUNTER if confirmed else Assurance.SELF).value,
        **account,
    )
    party = Party.objects.create(
        kind=PartyKind.CITIZEN.value,
        number=number if confirmed else "",
        name=name or f"Trần Thị Dân {count_}",
        account=stored,
        known_since=now(),
    )
    return stored, party


def a_business(name: str = "") -> Party:
    """A business with a tax code."""
    number = next(_numbers)
    return Party.objects.create(
        kind=PartyKind.BUSINESS.value,
        number=f"{3_100_000_000 + number}",
        name=name or f"Công ty Thử nghiệm {number}",
        known_since=now(),
    )


def a_representation(account: Account, business: Party | None = None) -> Representation:
    """The citizen represents the business, as the national sign-on said."""
    return Representation.objects.create(
        person=party_of(account), business=business or a_business(), proof="national", since=now()
    )


def a_mandate(giver: Account, holder: Account, *, at: datetime, procedures: tuple[str, ...] = ()) -> Mandate:
    """A mandate for a month from today, addressed and not yet accepted."""
    today = at.astimezone(VIETNAM).date()
    new = NewMandate(
        holder.number, party_of(holder).name, "Nộp hồ sơ", procedures, today, today + timedelta(days=30)
    )
    return grant_mandate(visitor=visitor_for(giver), new=new, at=at)


def a_key(account: Account) -> int:
    """A passkey of the account, by its key; its data serve for nothing."""
    return int(Authenticator.objects.create(user=account, type="webauthn", data={"name": "Máy"}).pk)


def party_of(account: Account) -> Party:
    """The party whose account it is."""
    return Party.objects.get(account=account)


def visitor_as(account: Account) -> Visitor:
    """The citizen whose account it is, acting for themselves."""
    return visitor_for(account)


def viewer_in(agency: Agency, *roles: Role, at: datetime | None = None) -> Viewer:
    """A viewer with exactly the roles in the agency."""
    return acting_viewer(official_in(agency, *roles), at=at or now())


def official_of(account: Account) -> Official:
    """The account's official, which factories always give it."""
    assert account.official is not None
    return account.official


def post_of(account: Account) -> Post:
    """The first post of the account's official."""
    return official_of(account).holdings.order_by("pk").first().post  # type: ignore[union-attr]


def post_of_viewer(viewer: Viewer) -> Post:
    """The first post of the viewer's official."""
    return PostHolding.objects.filter(official_id=viewer.official_id).order_by("pk")[0].post
