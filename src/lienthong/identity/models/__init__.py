"""Accounts, roles and delegation; parties, how they come in, and who acts for them."""

from lienthong.identity.models.accounts import (
    Account,
    AccountManager,
    Delegation,
    Party,
    RoleGrant,
    TimeRange,
    in_force,
)
from lienthong.identity.models.citizens import Mandate, OneTimeCode, Representation, SignOn, live

__all__ = [
    "Account",
    "AccountManager",
    "Delegation",
    "Mandate",
    "OneTimeCode",
    "Party",
    "Representation",
    "RoleGrant",
    "SignOn",
    "TimeRange",
    "in_force",
    "live",
]
