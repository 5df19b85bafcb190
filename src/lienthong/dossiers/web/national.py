"""What the national portal was not told: seen, searched, exported, tried again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from lienthong.dossiers import national_queries
from lienthong.dossiers.actions.national import retry_reports
from lienthong.dossiers.forms import NationalFilterForm
from lienthong.dossiers.models import NationalReport
from lienthong.dossiers.national.items import words_of
from lienthong.dossiers.outbox import national_on
from lienthong.dossiers.policies import READERS
from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.downloads import csv_answer

WATCHERS = (Role.ADMINISTRATOR, Role.OPERATOR)
TABS = (
    (national_queries.REFUSED, gettext_lazy("Not taken")),
    (national_queries.FAILING, gettext_lazy("Being tried again")),
    (national_queries.ALL, gettext_lazy("All that waits")),
)


@needs(*WATCHERS)
@require_GET
def national(request: HttpRequest) -> HttpResponse:
    """The list; it opens on what a person must look at."""
    viewer, form = viewer_of(request), NationalFilterForm(request.GET)
    tab, text = form.wanted()
    page = national_queries.list_reports(viewer, tab, text, cursor=request.GET.get("cursor", ""))
    context = {
        "page": page,
        "rows": [_shown(row) for row in page.rows],
        "figures": national_queries.figures(viewer),
        "form": form,
        "filtered": bool(text),
        "tab": tab,
        "tabs": [_tab(request, value, label, tab) for value, label in TABS],
        "on": national_on(),
        "opens": viewer.has(*READERS),
        "query": request.GET.urlencode(),
    }
    return render(request, "dossiers/national.html", context)


@needs(*WATCHERS)
@require_POST
def national_retry(request: HttpRequest) -> HttpResponse:
    """Try one again (`report`), or all that failed."""
    sent = request.POST.get("report", "")
    known = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else 0
    number = retry_reports(report_id=known if sent else None, viewer=viewer_of(request), at=now())
    said = ngettext(
        "%(number)d report is tried again within a minute.",
        "%(number)d reports are tried again within a minute.",
        number,
    )
    messages.success(request, said % {"number": number})
    return redirect(f"{reverse('dossiers:national')}?tab={national_queries.ALL}")


@needs(*WATCHERS)
@require_GET
def national_export(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV, all of it."""
    tab, text = NationalFilterForm(request.GET).wanted()
    rows = national_queries.narrowed(viewer_of(request), tab, text).order_by("id")
    head = [
        _("Dossier"),
        _("Agency"),
        _("Procedure"),
        _("What happened"),
        _("When"),
        _("Attempts"),
        _("Why it did not go through"),
        _("The portal's words"),
    ]
    name = f"{_('national-portal')}-{now():%Y%m%d}.csv"
    return csv_answer(name, head, (_line(row) for row in rows.iterator(chunk_size=500)))


def _line(row: NationalReport) -> list[object]:
    return [
        row.dossier.code,
        row.dossier.agency.name,
        row.dossier.version.procedure.name,
        words_of(row.verb),
        f"{row.happened_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}",
        row.attempts,
        national_queries.reason_of(row),
        row.problem,
    ]


def _shown(row: NationalReport) -> dict[str, object]:
    return {
        "report": row,
        "words": words_of(row.verb),
        "reason": national_queries.reason_of(row),
    }


def _tab(request: HttpRequest, value: str, label: object, current: str) -> dict[str, object]:
    query = request.GET.copy()
    query.pop("cursor", None)
    query["tab"] = value
    return {"url": f"?{query.urlencode()}", "label": label, "current": value == current}
