"""Divisions, posts, and who holds them."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.db.models.deletion import ProtectedError
from django.utils.translation import gettext_lazy as _

from lienthong.directory.actions.agencies import ImpossibleDate, locked, require_open
from lienthong.directory.actions.text import one_line
from lienthong.directory.models import OPEN_END, Agency, Division, Official, Post, PostHolding
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, Actor, Subject, record


class DivisionExists(Refusal):
    """The agency has a division of that name."""

    code, status = "division-exists", 409
    sentence = _("This agency already has a division named “%(name)s”. Choose another name.")


class ForeignDivision(Refusal):
    """The division belongs to another agency than the post."""

    code, status = "foreign-division", 400
    sentence = _("The division “%(name)s” belongs to another agency. Choose one of this agency.")


class AlreadyHolds(Refusal):
    """The official holds the post in that time."""

    code, status = "already-holds-post", 409
    sentence = _("%(official)s already holds the post “%(post)s” at that time. End that first.")


class StillUsed(Refusal):
    """A division or post that something points to cannot be removed."""

    code, status = "still-used", 409
    sentence = _("“%(name)s” cannot be removed, because posts, people or documents point to it.")


def add_division(*, agency: Agency, name: str, short_name: str, actor: Actor, at: datetime) -> Division:
    """Give the agency a division; `short_name` is used in notations (`KT`).

    Raises `BadText`, `DivisionExists`.
    """
    division = Division(
        agency=agency,
        name=one_line(name, model=Division, field="name"),
        short_name=one_line(short_name, model=Division, field="short_name"),
    )
    with transaction.atomic():
        require_open(locked(agency), on=at.date())
        if Division.objects.filter(agency=agency, name=division.name).exists():
            raise DivisionExists(field="name", name=division.name)
        division.save(force_insert=True)
        _record("division.add", agency, actor=actor, at=at, data={"name": division.name})
    return division


def remove_division(*, division: Division, actor: Actor, at: datetime) -> None:
    """Remove a division without posts; raises `StillUsed`."""
    with transaction.atomic():
        _remove(division)
        _record("division.remove", division.agency, actor=actor, at=at, data={"name": division.name})


def add_post(
    *, agency: Agency, title: str, actor: Actor, at: datetime, division: Division | None = None
) -> Post:
    """Make a post in the agency, in one of its divisions if given. Raises `BadText`, `ForeignDivision`."""
    post = Post(agency=agency, division=division, title=one_line(title, model=Post, field="title"))
    if division and division.agency_id != agency.pk:
        raise ForeignDivision(field="division", name=division.name)
    with transaction.atomic():
        require_open(locked(agency), on=at.date())
        post.save(force_insert=True)
        _record("post.add", agency, actor=actor, at=at, data={"post": post.pk, "title": post.title})
    return post


def remove_post(*, post: Post, actor: Actor, at: datetime) -> None:
    """Remove a post that nobody ever held; raises `StillUsed`."""
    data: dict[str, JSON] = {"post": post.pk, "title": post.title}
    with transaction.atomic():
        _remove(post)
        _record("post.remove", post.agency, actor=actor, at=at, data=data)


def add_official(
    *, full_name: str, actor: Actor, at: datetime, email: str = "", telephone: str = ""
) -> Official:
    """Enter a person in the service of the State. Raises `BadText`."""
    official = Official(
        full_name=one_line(full_name, model=Official, field="full_name"),
        email=one_line(email, model=Official, field="email", required=False),
        telephone=one_line(telephone, model=Official, field="telephone", required=False),
    )
    with transaction.atomic():
        official.save(force_insert=True)
        subject = Subject(kind="directory.official", id=str(official.pk))
        record(actor=actor, verb="official.add", subject=subject, at=at, data={"name": official.full_name})
    return official


def appoint(
    post: Post, official: Official, *, on: date, actor: Actor, at: datetime, until: date = OPEN_END
) -> PostHolding:
    """Let the official hold the post from `on` to the day before `until`.

    Raises:
        ClosedAgency: the post's agency does not exist on the day.
        AlreadyHolds: the official holds it in that time already.
        ImpossibleDate: `until` is not after `on`.
    """
    _require_order(on, until)
    try:
        with transaction.atomic():
            agency = locked(post.agency)
            require_open(agency, on=on)
            holding = PostHolding.objects.create(post=post, official=official, valid_from=on, valid_to=until)
            data: dict[str, JSON] = {"post": post.pk, "title": post.title, "from": on.isoformat()}
            data |= {"official": official.pk, "name": official.full_name}
            _record("post.appoint", agency, actor=actor, at=at, data=data)
    except IntegrityError as error:
        raise AlreadyHolds(field="official", official=official.full_name, post=post.title) from error
    return holding


def end_holding(*, holding: PostHolding, on: date, actor: Actor, at: datetime) -> None:
    """Let the official no longer hold the post from `on`. Raises `ImpossibleDate`."""
    _require_order(holding.valid_from, on)
    with transaction.atomic():
        agency = locked(holding.post.agency)
        PostHolding.objects.filter(pk=holding.pk).update(valid_to=on)
        data: dict[str, JSON] = {
            "post": holding.post_id,
            "official": holding.official_id,
            "until": on.isoformat(),
        }
        _record("post.end", agency, actor=actor, at=at, data=data)
    holding.valid_to = on


def _require_order(start: date, end: date) -> None:
    if end <= start:
        raise ImpossibleDate(field="until", start=f"{start:%d/%m/%Y}", end=f"{end:%d/%m/%Y}")


def _remove(row: Division | Post) -> None:
    key = row.pk
    try:
        row.delete()
    except ProtectedError as error:
        raise StillUsed(name=_name(row)) from error
    row.pk = key


def _name(row: Model) -> str:
    return row.title if isinstance(row, Post) else str(row)


def _record(verb: str, agency: Agency, *, actor: Actor, at: datetime, data: dict[str, JSON]) -> None:
    subject = Subject(kind="directory.agency", id=str(agency.pk))
    record(actor=actor, verb=verb, subject=subject, at=at, data=data)
