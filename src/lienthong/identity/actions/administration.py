"""What the administrator of an agency does to its officials, posts and accounts, all in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import (
    Agency,
    Division,
    Official,
    Post,
    PostHolding,
    Session,
    add_official,
    add_post,
    appoint,
    clear_day,
    clear_hours,
    end_holding,
    set_day,
    set_hours,
)
from lienthong.identity import policies
from lienthong.identity.access import NotFound
from lienthong.identity.actions.accounts import create_account, grant_role, initial_password
from lienthong.identity.actions.acting import clean_reason
from lienthong.identity.adapters.allauth import remove_second_factors
from lienthong.identity.contracts import OfficialSheet, Role, Viewer
from lienthong.identity.models import Account, RoleGrant
from lienthong.identity.queries.administration import administrators_left, official_sheet, post_of_agency
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, Subject, record


class LastAdministrator(Refusal):
    """The act would leave the agency without an administrator who can sign in."""

    code, status = "last-administrator", 409
    sentence = _(
        "This would leave the agency without an administrator. Make another official administrator first."
    )


@dataclass(frozen=True)
class Engaged:
    """A new or reset account with the password to hand over; it is stored nowhere and shown once."""

    official_id: int
    full_name: str
    username: str
    password: str


def engage_official(
    *,
    viewer: Viewer,
    full_name: str,
    username: str,
    post_id: int,
    email: str = "",
    telephone: str = "",
    valid_from: date,
    at: datetime,
) -> Engaged:
    """Make an official with an account and a first appointment in the viewer's agency.

    Raises:
        NotAllowed, NotFound: not an administrator, or no such post in the agency.
        BadUsername, UsernameTaken, and the refusals of the directory: the input is at fault.
    """
    post = _appointable(viewer, post_id)
    actor, password = viewer.actor(), initial_password()
    with transaction.atomic():
        official = add_official(full_name=full_name, email=email, telephone=telephone, actor=actor, at=at)
        account = create_account(
            username=username, official=official, password=password, email=email, must_change_password=True
        )
        appoint(post, official, on=valid_from, actor=actor, at=at)
        data: dict[str, JSON] = {"username": account.username, "name": official.full_name}
        _record(viewer, "account.create", official.pk, at, data)
    return Engaged(official.pk, official.full_name, account.username, password)


def appoint_official(
    *, viewer: Viewer, official_id: int, post_id: int, valid_from: date, at: datetime
) -> None:
    """Give an official of the agency another of its posts from a day on.

    Raises:
        NotAllowed, NotFound: not an administrator; official or post not of the agency.
        AlreadyHolds: holds it already for part of that time.
    """
    post = _appointable(viewer, post_id)
    sheet = official_sheet(viewer, official_id, at=at)
    policies.require_action(viewer, "appoint_official", sheet)
    official = Official.objects.get(pk=official_id)
    appoint(post, official, on=valid_from, actor=viewer.actor(), at=at)


def end_appointment(*, viewer: Viewer, holding_id: int, reason: str, at: datetime) -> int:
    """End an appointment at once, or withdraw one still to come; answers the official's id.

    Raises:
        NotAllowed, NotFound: not an administrator; not an appointment of the agency.
        ReasonMissing: no reason was given.
        LastAdministrator: nobody would administer the agency.
    """
    agency_id = policies.administered_agency(viewer)
    reason = clean_reason(reason)
    today = at.astimezone(VIETNAM).date()
    with _agency_locked(viewer):
        rows = PostHolding.objects.select_for_update(of=("self",)).select_related("post__agency")
        holding = rows.filter(pk=holding_id, post__agency_id=agency_id).first()
        if holding is None or holding.valid_to <= today:
            raise NotFound
        data: dict[str, JSON] = {"post": holding.post.title, "reason": reason}
        _record(viewer, "appointment.end", holding.official_id, at, data)
        if holding.valid_from >= today:
            holding.delete()
        else:
            end_holding(holding=holding, on=today, actor=viewer.actor(), at=at)
        _require_administrator_left(viewer, at)
    return holding.official_id


def create_post(*, viewer: Viewer, title: str, division_id: int | None, at: datetime) -> Post:
    """Make a post in the viewer's agency.

    Raises:
        NotAllowed, NotFound: not an administrator; no such division in the agency.
        BadText: the title is empty or too long.
    """
    agency = Agency.objects.get(pk=policies.administered_agency(viewer))
    division = Division.objects.filter(pk=division_id, agency=agency).first() if division_id else None
    if division_id and division is None:
        raise NotFound
    return add_post(agency=agency, title=title, division=division, actor=viewer.actor(), at=at)


def change_day(*, viewer: Viewer, day: date, works_as: int | None, name: str, at: datetime) -> None:
    """Decide that on the day the viewer's agency works as on a weekday (0 Monday), or not at all (None).

    Raises:
        NotAllowed: not an administrator.
        BadText, BadWeekday: the input is at fault.
    """
    agency = Agency.objects.get(pk=policies.administered_agency(viewer))
    set_day(agency=agency, day=day, works_as=works_as, name=name, actor=viewer.actor(), at=at)


def restore_day(*, viewer: Viewer, day: date, at: datetime) -> None:
    """Take back what the viewer's agency decided for the day.

    Raises:
        NotAllowed: not an administrator.
    """
    agency = Agency.objects.get(pk=policies.administered_agency(viewer))
    clear_day(agency=agency, day=day, actor=viewer.actor(), at=at)


def change_hours(
    *,
    viewer: Viewer,
    week: Sequence[tuple[Session, ...]],
    cut_off: int,
    valid_from: date,
    reason: str,
    at: datetime,
) -> None:
    """Decide the hours of Monday to Sunday of the viewer's agency from a day on.

    Raises:
        NotAllowed: not an administrator.
        BadHours, NoWorkingDays, BadText: the input is at fault.
    """
    agency = Agency.objects.get(pk=policies.administered_agency(viewer))
    actor = viewer.actor()
    set_hours(
        agency=agency, week=week, cut_off=cut_off, valid_from=valid_from, reason=reason, actor=actor, at=at
    )


def restore_hours(*, viewer: Viewer, valid_from: date, at: datetime) -> None:
    """Take back hours of the viewer's agency that are yet to begin.

    Raises:
        NotAllowed: not an administrator.
        NoSuchHours: there are none from that day, or they hold already.
    """
    agency = Agency.objects.get(pk=policies.administered_agency(viewer))
    clear_hours(agency=agency, valid_from=valid_from, actor=viewer.actor(), at=at)


def grant_post_role(*, viewer: Viewer, post_id: int, role: Role, at: datetime) -> None:
    """Let a post of the agency carry the role.

    Raises:
        NotAllowed, RoleNotYoursToGrant, NotFound: not the viewer's to grant, or not a post of the agency.
        HeadOfNothing: a head heads a division, and the post belongs to none.
    """
    policies.require_may_grant(viewer, role)
    post = post_of_agency(viewer, post_id)
    if role is Role.HEAD and post.division_id is None:
        raise policies.HeadOfNothing(post=post.title)
    with transaction.atomic():
        grant_role(post, role)
        _record_role(viewer, post, "role.grant", role, at)


def revoke_post_role(*, viewer: Viewer, post_id: int, role: Role, reason: str, at: datetime) -> None:
    """Take the role from a post of the agency.

    Raises:
        NotAllowed, RoleNotYoursToGrant, NotFound: not the viewer's to revoke, or no such grant in the agency.
        ReasonMissing: no reason was given.
        LastAdministrator: nobody would administer the agency.
    """
    policies.require_may_grant(viewer, role)
    reason = clean_reason(reason)
    with _agency_locked(viewer):
        post = post_of_agency(viewer, post_id)
        deleted, _by_model = RoleGrant.objects.filter(post=post, role=role.value).delete()
        if not deleted:
            raise NotFound
        _record_role(viewer, post, "role.revoke", role, at, reason)
        _require_administrator_left(viewer, at)


def disable_account(*, viewer: Viewer, official_id: int, reason: str, at: datetime) -> None:
    """Close the account to every sign-in; its open sessions end with their next request.

    Raises:
        NotAllowed, AnswersElsewhere, NotFound: not the viewer's to close, or closed already.
        ReasonMissing, LastAdministrator: as their sentences say.
    """
    reason = clean_reason(reason)
    with _agency_locked(viewer):
        sheet = _require(viewer, "disable_account", official_id, at)
        Account.objects.filter(official_id=official_id).update(is_active=False)
        _record(viewer, "account.disable", official_id, at, {"username": sheet.username, "reason": reason})
        _require_administrator_left(viewer, at)


def enable_account(*, viewer: Viewer, official_id: int, reason: str, at: datetime) -> None:
    """Open a closed account again.

    Raises:
        NotAllowed, AnswersElsewhere, NotFound: not the viewer's to open, or open already.
        ReasonMissing: no reason was given.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        sheet = _require(viewer, "enable_account", official_id, at)
        Account.objects.filter(official_id=official_id).update(is_active=True)
        _record(viewer, "account.enable", official_id, at, {"username": sheet.username, "reason": reason})


def reset_password(*, viewer: Viewer, official_id: int, reason: str, at: datetime) -> Engaged:
    """Replace a password by an initial one, which ends the account's sessions.

    Raises:
        NotAllowed, AnswersElsewhere, NotFound: not the viewer's to reset.
        ReasonMissing: no reason was given.
    """
    reason, password = clean_reason(reason), initial_password()
    with transaction.atomic():
        sheet = _require(viewer, "reset_password", official_id, at)
        account = Account.objects.select_for_update().get(official_id=official_id)
        account.set_password(password)
        account.must_change_password = True
        account.save(update_fields=["password", "must_change_password"])
        _record(
            viewer, "account.reset_password", official_id, at, {"username": sheet.username, "reason": reason}
        )
    return Engaged(official_id, sheet.full_name, sheet.username, password)


def reset_second_factor(*, viewer: Viewer, official_id: int, reason: str, at: datetime) -> None:
    """Remove every authenticator app, key and recovery code of the account.

    Raises:
        NotAllowed, AnswersElsewhere, NotFound: not the viewer's to reset, or there is none.
        ReasonMissing: no reason was given.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        sheet = _require(viewer, "reset_second_factor", official_id, at)
        remove_second_factors(sheet.account_id or 0)
        data: dict[str, JSON] = {"username": sheet.username, "reason": reason}
        _record(viewer, "account.reset_second_factor", official_id, at, data)


@contextmanager
def _agency_locked(viewer: Viewer) -> Iterator[None]:
    """A transaction in which no other administrator changes who administers the viewer's agency."""
    with transaction.atomic():
        Agency.objects.select_for_update(no_key=True).get(pk=policies.administered_agency(viewer))
        yield


def _require(viewer: Viewer, action: str, official_id: int, at: datetime) -> OfficialSheet:
    sheet = official_sheet(viewer, official_id, at=at)
    policies.require_action(viewer, action, sheet)
    return sheet


def _require_administrator_left(viewer: Viewer, at: datetime) -> None:
    if not administrators_left(policies.administered_agency(viewer), at=at):
        raise LastAdministrator


def _appointable(viewer: Viewer, post_id: int) -> Post:
    """A post of the agency to which this viewer may appoint: all its roles are the viewer's to give."""
    post = post_of_agency(viewer, post_id)
    for role in RoleGrant.objects.filter(post=post).values_list("role", flat=True):
        policies.require_may_grant(viewer, Role(role))
    return post


def _record(viewer: Viewer, verb: str, official_id: int, at: datetime, data: dict[str, JSON]) -> None:
    subject = Subject("directory.official", str(official_id))
    record(actor=viewer.actor(), verb=verb, subject=subject, at=at, data=data)


def _record_role(viewer: Viewer, post: Post, verb: str, role: Role, at: datetime, reason: str = "") -> None:
    data: dict[str, JSON] = {"post": post.title, "role": role.value}
    subject = Subject("directory.post", str(post.pk))
    full = data | ({"reason": reason} if reason else {})
    record(actor=viewer.actor(), verb=verb, subject=subject, at=at, data=full)
