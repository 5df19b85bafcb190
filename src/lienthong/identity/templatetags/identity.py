"""Template tags of identity."""

from __future__ import annotations

from django import template

from lienthong.identity.contracts import Role
from lienthong.identity.labels import ROLE_LABELS

register = template.Library()


@register.filter
def role_label(role: Role) -> str:
    """What a role is called."""
    return str(ROLE_LABELS[role])
