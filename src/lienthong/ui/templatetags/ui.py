"""Template tags of the common look; built in, so no template has to load them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect
from django.http import HttpRequest, QueryDict
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lienthong.kernel import clock
from lienthong.ui import navigation
from lienthong.ui.drawing import badge, day, due, due_color, grouped, icon, parts_of, when

register = template.Library()
register.filter(when)
register.filter(day)
register.filter(due)
register.filter(due_color)
register.filter(grouped)
register.simple_tag(badge)
register.simple_tag(icon)
SCHEMES = ("light", "dark")
CITIZENS = frozenset({"citizen", "own", "own_tools"})


@register.filter
def moment(value: datetime | None) -> str:
    """The instant as plain words, for mail: "23/11/2026 22:54" at +07:00; empty for None."""
    return f"{value.astimezone(clock.VIETNAM):%d/%m/%Y %H:%M}" if value else ""


@register.filter
def said(value: Any, name: str) -> str:
    """A text that is kept in both languages, `name` and `name_en`: the reader's, else the Vietnamese."""
    english: object = getattr(value, f"{name}_en", None) if get_language() == "en" else None
    return str(english or getattr(value, name, ""))


@register.filter
def money(value: int | None) -> str:
    """An amount in đồng: "8.000 đồng", in English "8,000 đồng"; empty for None."""
    if value is None:
        return ""
    return f"{grouped(value)} đồng"


@register.filter
def lasting(length: timedelta | None) -> str:
    """A length of time in its two largest units, rounded down: "2 h 5 min"; empty for None."""
    if length is None:
        return ""
    parts = parts_of(length)
    if parts["days"]:
        return _("%(days)d d %(hours)d h") % parts
    if parts["hours"]:
        return _("%(hours)d h %(minutes)d min") % parts
    return _("%(minutes)d min") % parts


@register.filter
def size(value: int | None) -> str:
    """A number of bytes for people, "1,2 MB"; empty for None."""
    return "" if value is None else filesizeformat(value)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The present query string with some values replaced ("" or None takes one out), led by "?"."""
    request: HttpRequest | None = context.get("request")
    values = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        values.pop(name, None)
        if value not in ("", None):
            values[name] = str(value)
    return f"?{values.urlencode()}"


@register.simple_tag
def url_if(name: str, *args: object) -> str:
    """The address of a page, or empty where this installation does not serve it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def navigation_links(context: template.Context, place: navigation.Place = "main") -> list[navigation.Link]:
    """The navigation for the viewer of this page."""
    viewer, request = context.get("viewer"), context.get("request")
    user = context.get("user")
    asks = context.get("visitor") if place in CITIZENS else viewer
    return navigation.links(
        place=place,
        roles=[str(role) for role in getattr(viewer, "roles", ())],
        signed_in=bool(getattr(user, "is_authenticated", False)),
        path=request.path if request else "",
        viewer=asks,
    )


@register.simple_tag
def navigation_bar(items: list[navigation.Link]) -> SafeString:
    """The bar of these links. Drawn once for all whose roles show them the same on the same page."""
    return _bar(get_language(), static("ui/icons.svg"), tuple(items))


@lru_cache(maxsize=500)
def _bar(_language: str, _sprite: str, items: tuple[navigation.Link, ...]) -> SafeString:
    return render_to_string("ui/components/navigation.html", {"items": items})


@register.simple_tag(takes_context=True)
def color_scheme(context: template.Context) -> str:
    """The viewer's choice of "light" or "dark" from the cookie; "auto" follows the device."""
    request: HttpRequest | None = context.get("request")
    chosen = request.COOKIES.get("scheme", "") if request else ""
    return chosen if chosen in SCHEMES else "auto"


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField, **attrs: str) -> dict[str, Any]:
    """A form field with its label, help and error, tied together for screen readers.

    Extra names become attributes of the input ("_" stands for "-"): `{% field form.subject rows="3" %}`.
    """
    widget = bound.field.widget
    group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    given: dict[str, Any] = {name.replace("_", "-"): value for name, value in attrs.items()}
    return {
        "field": bound,
        "html": bound.as_widget(attrs=given if group else _input_attributes(bound, given)),
        "group": group,
        "check": isinstance(widget, CheckboxInput),
        "file": isinstance(widget, FileInput),
    }


def _input_attributes(bound: BoundField, given: dict[str, Any]) -> dict[str, Any]:
    described = [f"{bound.auto_id}_help"] if bound.help_text else []
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
        given["aria-invalid"] = "true"
    if described:
        given["aria-describedby"] = " ".join(described)
    plain = isinstance(bound.field.widget, CheckboxInput)
    return given if plain else {"class": "ds-input", **given}
