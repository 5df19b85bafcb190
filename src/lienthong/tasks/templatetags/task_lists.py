"""The rows of the lists of tasks: fifty of a kind, drawn without templates (ADR 0055)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lienthong.kernel.clock import now
from lienthong.tasks.models import Task
from lienthong.ui.public import badge, day, due, due_color, pages_of, said_once, shortened, when

register = template.Library()
TITLE_LENGTH = 180

TASK_ROW = """<tr>
<td><a href="{url}" class="row-title">{work}</a>{source}{below}</td>
<td data-label="{l_lead}">{lead}</td>
<td data-label="{l_giver}">{giver}<br><span class="muted">{given}</span></td>
<td data-label="{l_deadline}">{deadline}</td>
<td data-label="{l_state}">{state}</td>
</tr>"""
SOURCE = '<br><span class="muted">{}</span>'


@register.simple_tag
def task_rows(rows: Iterable[Task]) -> SafeString:
    """The rows of a list of tasks."""
    at, page = now(), pages_of("tasks:task_detail")
    words = said_once(l_lead=_("Lead"), l_giver=_("Given by"), l_deadline=_("Deadline"), l_state=_("State"))
    return SafeString(
        "".join(
            format_html(
                TASK_ROW,
                url=page(row.pk),
                work=shortened(row.work, TITLE_LENGTH),
                source=format_html(SOURCE, row.source_label) if row.source_label else "",
                below=format_html(" {}", badge(_("Sub-task"))) if row.parent_id else "",
                lead=row.lead_name,  # type: ignore[attr-defined]
                giver=row.given_by.full_name,
                given=day(row.given_at),
                deadline=_deadline(row, at),
                state=badge(row.state_label, row.state_color),
                **words,
            )
            for row in rows
        )
    )


def _deadline(row: Task, at: datetime) -> SafeString:
    if not row.running:
        return SafeString(when(row.due_at))
    return format_html("{}<br>{}", badge(due(row.due_at, at), due_color(row.due_at, at)), when(row.due_at))
