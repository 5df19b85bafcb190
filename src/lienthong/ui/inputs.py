"""How the widgets of forms are drawn: those of nearly every page by functions, others by Django's templates.

A list's filters are ten fields of three templates each, which took a tenth of the page (ADR 0055). What is
drawn here is what Django's own templates draw, to the letter but for empty lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Widget = Mapping[str, Any]
FOLDER = "django/forms/widgets/"
PLAIN = (
    "text", "number", "email", "url", "search", "tel", "color", "password", "hidden", "date", "datetime",
    "time", "checkbox", "file", "input",
)  # fmt: skip


class Renderer(DjangoTemplates):
    """Django's renderer, quicker for the widgets in `DRAWN`."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """The widget's HTML."""
        draw = DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def _input(widget: Widget) -> SafeString:
    value = widget["value"]
    return format_html(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        "" if value is None else format_html(' value="{}"', value),
        _attributes(widget["attrs"]),
    )


def _option(widget: Widget) -> SafeString:
    """A box to tick or a round one, in its label unless that is drawn elsewhere."""
    if not widget.get("wrap_label"):
        return _input(widget)
    key = widget["attrs"].get("id")
    named = format_html(' for="{}"', key) if key else ""
    return format_html("<label{}>{} {}</label>", named, _input(widget), widget["label"])


def _textarea(widget: Widget) -> SafeString:
    attributes = _attributes(widget["attrs"])
    return format_html(
        '<textarea name="{}"{}>\n{}</textarea>', widget["name"], attributes, widget["value"] or ""
    )


def _select(widget: Widget) -> SafeString:
    groups = format_html_join("", "{}", ((_group(name, rows),) for name, rows, _at in widget["optgroups"]))
    return format_html(
        '<select name="{}"{}>{}\n</select>', widget["name"], _attributes(widget["attrs"]), groups
    )


def _group(name: str | None, options: list[Widget]) -> SafeString:
    rows = format_html_join(
        "",
        '\n  <option value="{}"{}>{}</option>',
        ((row["value"], _attributes(row["attrs"]), row["label"]) for row in options),
    )
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, rows) if name else rows


def _attributes(attributes: Mapping[str, Any]) -> SafeString:
    """Those that are set: `True` stands alone, `False` is left out."""
    pairs = ((name, value) for name, value in attributes.items() if value is not False)
    return SafeString(
        "".join(
            format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value)
            for name, value in pairs
        )
    )


DRAWN: dict[str, Callable[[Widget], SafeString]] = {
    **{f"{FOLDER}{name}.html": _input for name in PLAIN},
    f"{FOLDER}checkbox_option.html": _option,
    f"{FOLDER}radio_option.html": _option,
    f"{FOLDER}textarea.html": _textarea,
    f"{FOLDER}select.html": _select,
}
