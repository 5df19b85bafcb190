"""Public figures by body and service, what is late, and open data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lienthong.dossiers.public import Group, late_dossiers, open_figures
from lienthong.identity.public import NotFound
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.downloads import csv_answer
from lienthong.portal.opening.catalogue import FORMATS, catalogue
from lienthong.portal.opening.datasets import DATASETS, Asked, Dataset, as_told
from lienthong.portal.opening.periods import LABELS, USUAL, days_of, days_said

GROUPS = {"body": Group.AGENCY, "service": Group.PROCEDURE, "field": Group.FIELD}
GROUP_LABELS = {"body": _("Body"), "service": _("Service"), "field": _("Field")}
TITLE = _("Open data of public services")
TEXT = _(
    "How the bodies of the State settle what citizens and businesses apply for, in figures without persons."
)
PUBLISHER = "Liên Thông"


@public_page("everyone may know how the bodies work")
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """The figures of a usual period by body, service or field; `?body=` narrows them to one body."""
    at, period = now(), request.GET.get("period", USUAL)
    by, body = request.GET.get("by", "body"), request.GET.get("body", "")[:40]
    days = days_of(period, at=at)
    group = GROUPS.get(by, Group.AGENCY)
    table = open_figures(
        under=_under(request), group=group, since=days.since, until=days.until, at=at, body=body
    )
    context = {
        "periods": [(key, label, key == period) for key, label in LABELS.items()],
        "groups": [(key, label, GROUPS[key] is group) for key, label in GROUP_LABELS.items()],
        "by": by if by in GROUPS else "body",
        "body": body,
        "days": days,
        "table": table,
        "label": GROUP_LABELS.get(by, GROUP_LABELS["body"]),
    }
    return render(request, "portal/figures.html", context)


@public_page("everyone may know what is late")
@require_GET
def late(request: HttpRequest) -> HttpResponse:
    """The dossiers that are late, by their codes."""
    at, body = now(), request.GET.get("body", "")[:40]
    page = late_dossiers(under=_under(request), body=body, at=at, cursor=request.GET.get("cursor", ""))
    return render(request, "portal/late.html", {"page": page, "body": body, "at": at})


@public_page("open data are for everyone")
@require_GET
def open_data(request: HttpRequest) -> HttpResponse:
    """What sets there are, and where their files are."""
    context = {"datasets": [*DATASETS.values()], "formats": [*FORMATS], "days": days_of(USUAL, at=now())}
    return render(request, "portal/open_data.html", context)


@public_page("the description of open data is for everyone")
@require_GET
def open_catalogue(request: HttpRequest) -> HttpResponse:
    """The catalogue in DCAT-AP, as JSON-LD."""
    address = request.build_absolute_uri(reverse("portal:open_data"))
    told = catalogue(address=address, publisher=PUBLISHER, title=TITLE, text=TEXT, at=now())
    return JsonResponse(told, content_type="application/ld+json", json_dumps_params={"ensure_ascii": False})


@public_page("open data are for everyone")
@require_GET
def dataset(request: HttpRequest, key: str, kind: str) -> HttpResponseBase:
    """A file of open data: `?since=` and `?until=` are its days, `?under=` the code of a body.

    Raises:
        NotFound: there is no such set, kind of file or body. PeriodWrong.
    """
    one = DATASETS.get(key)
    if one is None or kind not in FORMATS:
        raise NotFound
    at, asked = now(), request.GET
    days = days_said(asked.get("since", ""), asked.get("until", ""), at=at)
    rows = one.rows(Asked(asked.get("under", "")[:40] or _under(request), days, at))
    first = next(rows, None)  # what is wrong is refused before the file begins
    rows = chain([first] if first is not None else [], rows)
    told = (tuple(as_told(value) for value in row) for row in rows)
    answer = csv_answer(f"{key}.csv", one.columns, told) if kind == "csv" else _json(one, told)
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _json(one: Dataset, rows: Iterator[tuple[object, ...]]) -> HttpResponseBase:
    """An array of objects, streamed."""

    def lines() -> Iterator[str]:
        yield "["
        for number, row in enumerate(rows):
            told = json.dumps(dict(zip(one.columns, row, strict=True)), ensure_ascii=False)
            yield f",\n{told}" if number else told
        yield "]"

    return StreamingHttpResponse(lines(), content_type="application/json")


def _under(request: HttpRequest) -> str:
    """The code of the agency whose portal this is; empty for the national one."""
    site = getattr(request, "site", None)
    return str(getattr(getattr(site, "agency", None), "code", "") or "")
