"""Template tags of identity."""

from __future__ import annotations

from django import template
from django.forms import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.safestring import SafeString

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


@register.filter
def weekday(number: int) -> str:
    """What a weekday (0 Monday) is called."""
    return str(WEEKDAYS[number])


@register.simple_tag
def session_time(bound: BoundField, key: str) -> SafeString:
    """A time in the table of a week: named for screen readers, tied to what is wrong with it."""
    attributes: dict[str, str | bool] = {"class": "ds-input", "aria-label": str(bound.label)}
    if bound.errors:
        attributes |= {"aria-invalid": "true", "aria-describedby": f"{key}_error"}
    return bound.as_widget(attrs=attributes)
