"""The rows of the lists of documents and of the desk: fifty of a kind, drawn without templates (ADR 0055)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lienthong.kernel.clock import now
from lienthong.office.desk import Waiting
from lienthong.office.models import IncomingDocument, OutgoingDocument
from lienthong.office.same_day import SameDay
from lienthong.office.states import OutState, State
from lienthong.ui.public import DASH, badge, due, due_color, pages_of, said_once, shortened, when

register = template.Library()
EMPTY = SafeString("")
TITLE_LENGTH = 180

INCOMING_ROW = """<tr data-row{late}>
{chosen}<td><a href="{url}" class="row-title">{title}</a>{acts}</td>
<td data-label="{l_number}" class="number">{code}</td>
<td data-label="{l_sender}">{sender}</td>
<td data-label="{l_received}">{arrived}</td>
<td data-label="{l_register}" class="number">{number}</td>
<td data-label="{l_lead}">{lead}</td>
<td data-label="{l_deadline}">{deadline}</td>
<td data-label="{l_state}">{state}</td>
</tr>"""
CHOICE = (
    '<td><input type="checkbox" class="ds-input" name="document" value="{id}" aria-label="{l_choose}"></td>'
)
REGISTERS = (
    '<button class="ds-button" data-variant="tertiary" name="only" value="{id}" data-key="r">{l_do}'
    '<span class="ds-sr-only"> {code}</span></button>'
)
ACTS = (
    '<div class="row-acts">{registers}<a class="ds-button" data-variant="tertiary" data-color="neutral" '
    'data-key="b" href="{url}#return">{l_return}<span class="ds-sr-only"> {code}</span></a></div>'
)

OUTGOING_ROW = """<tr>
<td><a href="{url}" class="row-title">{title}</a></td>
<td data-label="{l_number}" class="number">{code}</td>
<td data-label="{l_prepared}">{who}<br><span class="muted">{prepared}</span></td>
<td data-label="{l_sent}">{sent}</td>
<td data-label="{l_to}" class="number">{progress}</td>
<td data-label="{l_state}">{state}</td></tr>"""

WAITING_ROW = """<tr data-row{late}>
<td><a href="{url}" class="row-title">{what}</a>{detail}</td>
<td data-label="{l_kind}">{kind}</td>
<td data-label="{l_who}">{who}<br><span class="muted">{since}</span></td>
<td data-label="{l_deadline}">{deadline}</td>
<td data-label="{l_do}"><a class="ds-button" data-variant="secondary" href="{url}">{act}<span class="ds-sr-only">: {short}</span></a></td>
</tr>"""  # noqa: E501 - a cell of the row is one line


@register.simple_tag
def incoming_rows(
    rows: Iterable[IncomingDocument], enters: bool | str = False, rule: SameDay | None = None
) -> SafeString:
    """The rows of the list of incoming documents; for who `enters` them also what registers and returns."""
    at, page, clerk = now(), pages_of("office:incoming_detail"), bool(enters)
    words = said_once(
        l_number=_("Number, notation"),
        l_sender=_("Sender"),
        l_received=_("Received"),
        l_register=_("Register"),
        l_lead=_("Lead"),
        l_deadline=_("Deadline"),
        l_state=_("State"),
    )
    untitled, drawn = _("(without a summary)"), list[SafeString]()
    for row in rows:
        piled = clerk and row.state == State.ARRIVED
        late, arrived = _arrival(row, rule if piled else None)
        url = page(row.pk)
        drawn.append(
            format_html(
                INCOMING_ROW,
                late=SafeString(' class="late"') if late else EMPTY,
                chosen=_choice(row, piled=piled) if clerk else EMPTY,
                url=url,
                title=shortened(row.subject, TITLE_LENGTH) or untitled,
                acts=_acts(row, url) if piled else EMPTY,
                code=row.code,
                sender=row.sender_name or row.sender_code,
                arrived=arrived,
                number=DASH if row.register_number is None else row.register_number,
                lead=row.lead_name or DASH,  # type: ignore[attr-defined]
                deadline=_deadline(row, at),
                state=_state(row),
                **words,
            )
        )
    return SafeString("".join(drawn))


def _arrival(row: IncomingDocument, rule: SameDay | None) -> tuple[bool, SafeString]:
    """Whether what waits to be registered is late by the rule, and when it came."""
    arrived = SafeString(when(row.arrived_at))
    if rule is None or row.arrived_at >= rule.late_before:
        return False, arrived
    unlawful = row.arrived_at < rule.unlawful_before
    tag = badge(_("Past the law's time"), "danger") if unlawful else badge(_("Late"), "warning")
    return True, SafeString(f"{arrived} {tag}")


def _choice(row: IncomingDocument, *, piled: bool) -> SafeString:
    if not (piled and row.authentic):
        return SafeString("<td></td>")
    label = _("Choose %(code)s") % {"code": row.code}
    return format_html(CHOICE, id=row.pk, l_choose=label)


def _acts(row: IncomingDocument, url: str) -> SafeString:
    """The buttons of a document on the pile."""
    registers = format_html(REGISTERS, id=row.pk, code=row.code, l_do=_("Register")) if row.authentic else ""
    return format_html(ACTS, registers=registers, url=url, code=row.code, l_return=_("Return"))


def _deadline(row: IncomingDocument, at: datetime) -> SafeString:
    if row.due_at is None:
        return DASH
    return badge(due(row.due_at, at), due_color(row.due_at, at)) if row.open else SafeString(when(row.due_at))


def _state(row: IncomingDocument) -> SafeString:
    """The state and what is to be seen beside it."""
    tags = [badge(row.state_label, row.state_color)]
    if not row.authentic:
        tags.append(badge(_("Not authentic"), "danger"))
    if row.urgency:
        tags.append(badge(row.urgency_label, "warning"))
    asked = row.asked  # type: ignore[attr-defined]
    if asked:
        update = asked == "update"
        tags.append(
            badge(_("Update requested"), "warning") if update else badge(_("Withdrawal requested"), "danger")
        )
    return SafeString(" ".join(tags))


@register.simple_tag
def outgoing_rows(rows: Iterable[OutgoingDocument]) -> SafeString:
    """The rows of the list of outgoing documents."""
    page = pages_of("office:outgoing_detail")
    words = said_once(
        l_number=_("Number, notation"),
        l_prepared=_("Prepared"),
        l_sent=_("Sent"),
        l_to=_("Recipients"),
        l_state=_("State"),
    )
    return SafeString(
        "".join(
            format_html(
                OUTGOING_ROW,
                url=page(row.pk),
                title=shortened(row.subject, TITLE_LENGTH),
                code=row.code or DASH,
                who=row.prepared_by.full_name,
                prepared=when(row.prepared_at),
                sent=when(row.sent_at) if row.sent_at else DASH,
                progress=_progress(row),
                state=out_badge(row),
                **words,
            )
            for row in rows
        )
    )


def _progress(row: OutgoingDocument) -> SafeString:
    """How many of the recipients have received it and are done with it."""
    progress: dict[str, int] = row.progress  # type: ignore[attr-defined]
    if not row.sent_at:
        return format_html("{}", progress["total"])
    received, finished = progress.get("received", 0), progress.get("finished", 0)
    told = format_html(
        "{}", _("%(received)s of %(total)s received") % {"received": received, "total": progress["total"]}
    )
    if not finished:
        return told
    done = ngettext("%(finished)s finished", "%(finished)s finished", finished) % {"finished": finished}
    return format_html("{}<br>{}", told, done)


OUT_COLORS: dict[str, str] = {OutState.DRAFT: "neutral", OutState.WAITING: "warning"}


@register.simple_tag
def out_badge(row: OutgoingDocument) -> SafeString:
    """The state of an outgoing document."""
    color = "danger" if row.withdrawn_at else OUT_COLORS.get(row.state, "success")
    return badge(row.state_label, color)


@register.simple_tag
def waiting_rows(rows: Iterable[Waiting]) -> SafeString:
    """The rows of the desk."""
    at = now()
    words = said_once(
        l_kind=_("Kind"), l_who=_("From whom"), l_deadline=_("Deadline"), l_do=_("To do")
    )  # fmt: skip
    untitled = _("(without a summary)")
    return SafeString(
        "".join(
            format_html(
                WAITING_ROW,
                late=SafeString(' class="late"') if row.late else EMPTY,
                url=row.url,
                what=row.what or untitled,
                detail=_detail(row),
                kind=row.kind.label,
                who=row.who or DASH,
                since=when(row.since),
                deadline=_waiting_until(row, at),
                act=row.kind.act,
                short=shortened(row.what, 80),
                **words,
            )
            for row in rows
        )
    )


def _detail(row: Waiting) -> SafeString:
    if not row.detail:
        return EMPTY
    return format_html('<br><span class="muted">{}</span>', shortened(row.detail, 120))


def _waiting_until(row: Waiting, at: datetime) -> SafeString:
    if row.due_at is None:
        return DASH
    tag = badge(due(row.due_at, at), "danger" if row.late else due_color(row.due_at, at))
    return format_html('{}<br><span class="muted">{}</span>', tag, when(row.due_at))
