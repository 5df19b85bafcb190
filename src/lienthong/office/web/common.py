"""What several pages share: tabs, timelines, files, tables for download."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lienthong.documents.public import require_no_virus
from lienthong.kernel.downloads import csv_answer
from lienthong.kernel.downloads import file_answer as kept_file
from lienthong.kernel.models import Blob
from lienthong.ledger.public import Event, Subject, timeline
from lienthong.office.models import StatusToReport
from lienthong.office.states import VERB_LABELS

__all__ = ["csv_answer", "file_answer", "is_htmx", "tabs_of", "timeline_of"]

COLORS = {
    "incoming.refuse": "danger",
    "incoming.return": "danger",
    "incoming.finish": "success",
    "incoming.change": "warning",
    "incoming.withdraw": "danger",
    "incoming.secret-destroyed": "danger",
    "outgoing.take-back": "warning",
    "outgoing.revoke": "warning",
    "outgoing.send": "success",
}


def file_answer(blob: Blob, name: str, *, inline: bool) -> HttpResponseBase:
    """The file; raises `VirusFound` if one was found in it after it had been accepted."""
    require_no_virus(blob)
    return kept_file(blob, name, inline=inline)


def tabs_of(
    request: HttpRequest, choices: Iterable[tuple[str, str | Promise]], current: str
) -> list[dict[str, object]]:
    """Links that switch the tab and keep the other filters, but not the place in the list."""
    rows: list[dict[str, object]] = []
    for value, label in choices:
        query = request.GET.copy()
        query.pop("cursor", None)
        query["tab"] = value
        rows.append({"url": f"?{query.urlencode()}", "label": label, "current": value == current})
    return rows


def timeline_of(kind: str, key: object, statuses: Sequence[StatusToReport] = ()) -> list[dict[str, object]]:
    """The acts of the ledger and what the axis was told, newest first, for the timeline component."""
    rows = [_event_row(event) for event in timeline(Subject(kind, str(key)))]
    rows += [_status_row(status) for status in statuses]
    # Acts of the same instant keep the order in which they were recorded, the last of them on top.
    return sorted(rows, key=lambda row: row["at"])[::-1]  # type: ignore[arg-type,return-value]


def _event_row(event: Event) -> dict[str, object]:
    actor = event.actor
    who = _("The system") if actor.kind == "job" else ", ".join(filter(None, (actor.name, actor.post)))
    return {
        "title": VERB_LABELS.get(event.verb, event.verb),
        "at": event.at,
        "actor": who,
        "detail": _detail(event),
        "color": COLORS.get(event.verb, ""),
    }


def _detail(event: Event) -> str:
    data = event.data
    if number := data.get("number"):
        return _("Number %(number)s in the register") % {"number": number}
    if reason := data.get("reason"):
        return _("Reason: %(reason)s") % {"reason": reason}
    if lead := data.get("lead"):
        return _("Lead: %(lead)s. %(text)s") % {"lead": lead, "text": data.get("text", "")}
    return str(data.get("note") or data.get("code") or "")


def _status_row(status: StatusToReport) -> dict[str, object]:
    color, detail = "success", ""
    if status.refused:
        color, detail = "danger", status.refused
    elif status.reported_at is None:
        color = "warning"
        detail = _("The axis has not confirmed it yet; it will be told again.") if status.attempts else ""
    confirmed = status.reported_at is not None
    title = (
        _("The sender was told: %(code)s %(label)s")
        if confirmed
        else _("To be told to the sender: %(code)s %(label)s")
    )
    return {
        "title": title % {"code": status.code, "label": status.label},
        "at": status.reported_at or status.happened_at,
        "detail": detail,
        "color": color,
    }


def is_htmx(request: HttpRequest) -> bool:
    """Whether only a fragment of the page was asked for."""
    return request.headers.get("HX-Request") == "true"
