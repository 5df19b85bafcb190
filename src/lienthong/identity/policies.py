"""What a viewer may do. Actions require it; pages draw their buttons from the same functions."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lienthong.identity.access import NotAllowed, NotFound
from lienthong.identity.contracts import By, OfficialSheet, Role, Viewer, Visitor
from lienthong.identity.models import Mandate

ADMINISTERED = frozenset(
    {
        Role.CLERK,
        Role.SPECIALIST,
        Role.LEADER,
        Role.HEAD,
        Role.ADMINISTRATOR,
        Role.AUDITOR,
        Role.RECEPTIONIST,
        Role.CALLER,
        Role.HALL_KEEPER,
    }
)
SECOND_FACTOR_ROLES = frozenset({Role.ADMINISTRATOR, Role.OPERATOR})


class AnswersElsewhere(NotAllowed):
    """The account belongs to an official who also holds a post in another agency."""

    code = "account-answers-elsewhere"
    sentence = _(
        "%(name)s also holds a post in another agency, so one agency alone cannot change this account. "
        "End the appointments here, or let the other agency end its own first."
    )


class RoleNotYoursToGrant(NotAllowed):
    """An administrator tried to grant or revoke a role that is not given inside an agency."""

    code = "role-not-yours"
    sentence = _(
        "The role of operator of the axis concerns every agency; only an operator may grant or revoke it."
    )


class HeadOfNothing(NotAllowed):
    """The role of head was to be given to a post of no division."""

    code = "head-of-nothing"
    sentence = _(
        "The post “%(post)s” belongs to no division, so it cannot head one. "
        "Choose a post in a division; who heads the agency is a leader."
    )


def codes_are_shown() -> bool:
    """Whether the demonstration shows one-time codes on the page: never on an address that others reach."""
    local = urlsplit(settings.BASE_URL).hostname in {"127.0.0.1", "localhost", "::1"}
    return local and bool(settings.ENV.sign_in_show_codes)


def require_role(viewer: Viewer, *roles: Role) -> None:
    """Refuse unless the post acted in carries one of `roles`.

    Raises:
        NotAllowed: it carries none of them.
    """
    if not viewer.has(*roles):
        raise NotAllowed


def require_same_agency(viewer: Viewer, agency_id: int | None) -> None:
    """Refuse unless the viewer acts for that agency.

    Raises:
        NotFound: another agency's, or nobody's: said as if it did not exist.
    """
    if viewer.agency_id is None or viewer.agency_id != agency_id:
        raise NotFound


def administered_agency(viewer: Viewer) -> int:
    """The agency that the viewer administers, by id.

    Raises:
        NotAllowed: not an administrator of an agency.
    """
    require_role(viewer, Role.ADMINISTRATOR)
    if viewer.agency_id is None:
        raise NotAllowed
    return viewer.agency_id


def grantable_roles(viewer: Viewer) -> frozenset[Role]:
    """The roles this viewer may put on posts of the own agency."""
    if not viewer.has(Role.ADMINISTRATOR):
        return frozenset()
    return ADMINISTERED | ({Role.OPERATOR} if viewer.has(Role.OPERATOR) else frozenset())


def require_may_grant(viewer: Viewer, role: Role) -> None:
    """Refuse unless the viewer may grant and revoke `role`.

    Raises:
        NotAllowed: not an administrator.
        RoleNotYoursToGrant: the role reaches beyond the agency.
    """
    require_role(viewer, Role.ADMINISTRATOR)
    if role not in grantable_roles(viewer):
        raise RoleNotYoursToGrant


def allowed_actions(viewer: Viewer, sheet: OfficialSheet) -> frozenset[str]:
    """What an administrator may do with this official now; the names are those of the actions."""
    if not viewer.has(Role.ADMINISTRATOR):
        return frozenset()
    actions = {"appoint_official"}
    if any(appointment.open for appointment in sheet.appointments):
        actions.add("end_appointment")
    if sheet.account_id is None or sheet.posts_elsewhere or not sheet.roles <= grantable_roles(viewer):
        return frozenset(actions)
    actions.add("disable_account" if sheet.active else "enable_account")
    if sheet.active:
        actions.add("reset_password")
    if sheet.second_factors:
        actions.add("reset_second_factor")
    return frozenset(actions)


def require_action(viewer: Viewer, action: str, sheet: OfficialSheet) -> None:
    """Refuse unless `action` is among the allowed ones.

    Raises:
        NotAllowed: not an administrator, or not in this state.
        AnswersElsewhere: the official's account is not this agency's alone.
        RoleNotYoursToGrant: the official holds a role that the viewer could not give.
    """
    if action in allowed_actions(viewer, sheet):
        return
    if viewer.has(Role.ADMINISTRATOR) and sheet.posts_elsewhere:
        raise AnswersElsewhere(name=sheet.full_name)
    if viewer.has(Role.ADMINISTRATOR) and not sheet.roles <= grantable_roles(viewer):
        raise RoleNotYoursToGrant
    raise NotAllowed


def is_givers(mandate: Mandate, visitor: Visitor) -> bool:
    """Whether the visitor may take it back: for themselves, or as the representative of the business."""
    return visitor.by is not By.MANDATE and mandate.giver_id == visitor.for_id


def is_addressed(mandate: Mandate, visitor: Visitor) -> bool:
    """Whether the visitor is who the giver named, by number and by name."""
    if mandate.holder_id is not None:
        return mandate.holder_id == visitor.party_id
    same = mandate.holder_name.casefold() == visitor.party_name.casefold()
    return same and bool(visitor.number) and mandate.holder_number == visitor.number
