"""The rows of the list of dossiers, and of the steps of one: drawn without templates (ADR 0055)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lienthong.dossiers.models import Dossier, DossierTask
from lienthong.ui.public import badge, icon, pages_of, said_once, when

register = template.Library()
EMPTY = SafeString("")

DOSSIER_ROW = """<tr>
<td><a href="{url}" class="row-title">{applicant}</a><br><span class="muted mono">{code}</span>{linked}</td>
<td data-label="{l_procedure}">{procedure}</td>
<td data-label="{l_submitted}">{submitted}</td>
<td data-label="{l_deadline}">{left}{due}</td>
<td data-label="{l_state}">{state}</td>
</tr>"""
STEP_ROW = """<tr><td class="row-title">{step}</td>
<td data-label="{l_where}">{where}{who}</td>
<td data-label="{l_opened}">{opened}</td>
<td data-label="{l_end}">{end}</td></tr>"""
WAITING_ROW = """<tr>
<td><input class="ds-input" type="checkbox" name="task" value="{key}" \
aria-label="{l_choose} {code}: {step}"></td>
<td><a href="{url}" class="row-title">{applicant}</a><br><span class="muted">{procedure}</span><br>\
<span class="muted mono">{code}</span></td>
<td data-label="{l_step}">{step}{words}{who}</td>
<td data-label="{l_time}">{left}<br><span class="muted">{due}</span></td>
</tr>"""
TAKEN = '<br><span class="muted">{} {}</span>'
WHO = '<br><span class="muted">{}</span>'


@register.simple_tag
def dossier_rows(rows: Iterable[tuple[Dossier, str, str]]) -> SafeString:
    """The rows of `list_dossiers`, each with the time left in words and its colour."""
    page, english = pages_of("dossiers:dossier"), get_language() == "en"
    words = said_once(
        l_procedure=_("Procedure"), l_submitted=_("Handed in"), l_deadline=_("Deadline"), l_state=_("State")
    )
    linked, stands = format_html(" {}", badge(_("linked"), "info")), conditional_escape(_("The clock stands"))
    # Of these a page has few, and a row would look each up again.
    states, drawn = dict[tuple[int, str], SafeString](), list[SafeString]()
    for row, left, color in rows:
        name, name_en = row.procedure_name, row.procedure_name_en  # type: ignore[attr-defined]
        place = (row.state, row.timing)
        if place not in states:
            states[place] = _state(row)
        drawn.append(
            format_html(
                DOSSIER_ROW,
                url=page(row.pk),
                applicant=row.applicant_name,
                code=row.code,
                linked=EMPTY if row.root_id == row.pk else linked,
                procedure=(english and name_en) or name,
                submitted=when(row.submitted_at),
                left=format_html("{}<br>", badge(left, color)) if left else EMPTY,
                due=stands if row.paused_at else when(row.due_at),
                state=states[place],
                **words,
            )
        )
    return SafeString("".join(drawn))


@register.simple_tag
def inbox_rows(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """The rows of the inbox: a `task`, the name of its `step`, the time `left`, its `color`, if `plain`."""
    page, english = pages_of("dossiers:dossier"), get_language() == "en"
    words = said_once(l_choose=_("Choose"), l_step=_("Step"), l_time=_("Working time"))
    needs, symbol, drawn = format_html(WHO, _("needs more words")), icon("user"), list[SafeString]()
    for row in rows:
        task, dossier = row["task"], row["task"].dossier
        procedure = dossier.version.procedure
        drawn.append(
            format_html(
                WAITING_ROW,
                key=task.pk,
                url=page(task.dossier_id),
                applicant=dossier.applicant_name,
                code=dossier.code,
                procedure=(english and procedure.name_en) or procedure.name,
                step=row["step"],
                words=EMPTY if row["plain"] else needs,
                who=format_html(TAKEN, symbol, task.assignee) if task.assignee else EMPTY,
                left=badge(row["left"], row["color"]),
                due=when(task.due_at),
                **words,
            )
        )
    return SafeString("".join(drawn))


@register.simple_tag
def step_rows(steps: Iterable[tuple[str, DossierTask]]) -> SafeString:
    """The steps of a dossier, each with its name."""
    words = said_once(l_where=_("Where"), l_opened=_("Opened"), l_end=_("Due or done"))
    is_open, stands = badge(_("open"), "accent"), conditional_escape(_("The clock stands"))
    drawn = []
    for name, task in steps:
        by = task.done_by or task.assignee
        ends = stands if task.paused_at else when(task.due_at)
        drawn.append(
            format_html(
                STEP_ROW,
                step=name,
                where=task.agency.name,
                who=format_html(WHO, by) if by else EMPTY,
                opened=when(task.opened_at),
                end=format_html("{} {}", is_open, ends) if task.open else when(task.done_at),
                **words,
            )
        )
    return SafeString("".join(drawn))


def _state(row: Dossier) -> SafeString:
    timing = f" {row.timing_label}" if row.timing else ""
    return format_html("{}{}", badge(row.state_label, row.state_color), timing)
