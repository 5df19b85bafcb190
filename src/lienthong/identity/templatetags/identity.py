"""Template tags of identity."""

from __future__ import annotations

from django import template

from lienthong.identity.contracts import Role
from lienthong.identity.labels import ROLE_LABELS, WORKS_AS

register = template.Library()


@register.filter
def role_label(role: Role) -> str:
    """What a role is called."""
    return str(ROLE_LABELS[role])


@register.filter
def works_as(weekday: int) -> str:
    """As on which weekday (0 Monday) is worked."""
    return str(WORKS_AS[weekday])
