"""What the roles are called on the pages."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from lienthong.identity.contracts import Role

ROLE_LABELS: dict[Role, Promise | str] = {
    Role.CLERK: _("Clerk"),
    Role.SPECIALIST: _("Specialist"),
    Role.LEADER: _("Leader"),
    Role.HEAD: _("Head of a division"),
    Role.ADMINISTRATOR: _("Administrator of the agency"),
    Role.OPERATOR: _("Operator of the axis"),
    Role.AUDITOR: _("Auditor"),
    Role.CATALOGUER: _("Procedure control officer"),
    Role.RECEPTIONIST: _("Receptionist of the one-stop"),
    Role.CALLER: _("Caller of queue tickets"),
    Role.HALL_KEEPER: _("Keeper of queues and appointment hours"),
}

MANDATE_STATES: dict[str, Promise | str] = {
    "waiting": _("Waits to be accepted"),
    "later": _("Begins later"),
    "open": _("In force"),
    "over": _("Over"),
    "ended": _("Ended"),
}

WORKS_AS: tuple[Promise | str, ...] = (
    _("Works as on Monday"),
    _("Works as on Tuesday"),
    _("Works as on Wednesday"),
    _("Works as on Thursday"),
    _("Works as on Friday"),
    _("Works as on Saturday"),
    _("Works as on Sunday"),
)

# What allauth's own forms say, so that its words stand in our catalogue and are translated like ours.
ALLAUTH_WORDS = (
    gettext_noop("Username"),
    gettext_noop("Password"),
    gettext_noop("Current Password"),
    gettext_noop("New Password"),
    gettext_noop("New Password (again)"),
    gettext_noop("Authenticator code"),
    gettext_noop("Name"),
    gettext_noop("Passwordless"),
    gettext_noop(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes additional "
        "requirements such as biometrics or PIN protection."
    ),
    gettext_noop("Master key"),
    gettext_noop("Backup key"),
    gettext_noop("Key nr. {number}"),
    gettext_noop("Use your password"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Use a security key"),
    gettext_noop("You must type the same password each time."),
    gettext_noop("You cannot generate recovery codes without having two-factor authentication enabled."),
)
