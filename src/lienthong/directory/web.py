"""The public pages of the directory: the tree, the search, one agency. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lienthong.directory import queries
from lienthong.directory.calendars import calendar_of, special_days_of
from lienthong.directory.contracts import Day
from lienthong.directory.kinds import kind_in_words
from lienthong.directory.models import Agency
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now

WHY_PUBLIC = "who the agencies are is public"
FOUND_MOST = 50
YEARS_AROUND = 5


@public_page(WHY_PUBLIC)
@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    """The tree, opened at one agency (`?open=`), or what a search (`?q=`) found."""
    today = now().date()
    text = request.GET.get("q", "")
    if text.strip():
        found = queries.search_agencies(text, on=today, limit=FOUND_MOST)
        rows = queries.with_superiors(found)
        return render(request, "directory/search.html", {"text": text, "rows": rows, "most": FOUND_MOST})
    opened = request.GET.get("open", "")
    at = queries.agency_by_key(opened) if opened else None
    branches = queries.tree_opened_at(at, on=today)
    return render(request, "directory/tree.html", {"branches": branches, "opened": at})


@public_page(WHY_PUBLIC)
@require_safe
def agency(request: HttpRequest, key: int) -> HttpResponse:
    """One agency, and of it what `?show=` asks for: itself, those below, its posts, its working time."""
    shown = queries.agency_by_key(key)
    view = request.GET.get("show", "")
    template, facts = _VIEWS.get(view, _VIEWS[""])
    common = {
        "agency": shown,
        "kind": kind_in_words(shown.kind),
        "breadcrumb": _breadcrumb(shown),
        "tabs": _tabs(shown, view if view in _VIEWS else ""),
        "exists": shown.valid_from <= now().date() < shown.valid_to,
    }
    return render(request, f"directory/{template}", {**common, **facts(request, shown)})


def _about(request: HttpRequest, shown: Agency) -> dict[str, Any]:
    return {"history": queries.history_of(shown)}


def _below(request: HttpRequest, shown: Agency) -> dict[str, Any]:
    page = queries.children_page(shown, on=now().date(), cursor=request.GET.get("cursor", ""))
    return {"page": page, "rows": [(row, kind_in_words(row.kind)) for row in page.rows]}


def _posts(request: HttpRequest, shown: Agency) -> dict[str, Any]:
    signed_in = request.user.is_authenticated
    page = queries.posts_page(
        shown, on=now().date(), signed_in=signed_in, cursor=request.GET.get("cursor", "")
    )
    return {"page": page, "divisions": queries.divisions_of(shown), "signed_in": signed_in}


def _working_time(request: HttpRequest, shown: Agency) -> dict[str, Any]:
    year = _year(request.GET.get("year", ""), now().date())
    calendar = calendar_of(shown.pk, years=[year])
    hours = calendar.hours_on(min(max(now().date(), calendar.first), calendar.last))
    return {
        "year": year,
        "week": [(WEEKDAYS[number], _hours(day)) for number, day in enumerate(hours.week)],
        "cut_off": _clock(hours.cut_off),
        "days": [
            (row, WEEKDAYS[row.day.weekday()], _hours(calendar.special[row.day]))
            for row in special_days_of(shown, year=year)
        ],
    }


_VIEWS: dict[str, tuple[str, Callable[[HttpRequest, Agency], dict[str, Any]]]] = {
    "": ("agency.html", _about),
    "below": ("below.html", _below),
    "posts": ("posts.html", _posts),
    "time": ("working_time.html", _working_time),
}


def _tabs(shown: Agency, current: str) -> list[dict[str, object]]:
    url = reverse("directory:agency", args=[shown.pk])
    labels = (
        ("", _("About")),
        ("below", _("Bodies below")),
        ("posts", _("Divisions and posts")),
        ("time", _("Working time")),
    )
    return [
        {"url": f"{url}?show={view}" if view else url, "label": label, "current": view == current}
        for view, label in labels
    ]


def _breadcrumb(shown: Agency) -> list[dict[str, str]]:
    above = [
        {"url": reverse("directory:agency", args=[one.pk]), "label": one.name}
        for one in queries.ancestors_of(shown)
    ]
    return [{"url": f"{reverse('directory:tree')}?open={shown.pk}", "label": _("Directory")}, *above]


def _year(text: str, today: date) -> int:
    near = range(today.year - YEARS_AROUND, today.year + YEARS_AROUND + 1)
    return next((year for year in near if str(year) == text), today.year)


def _hours(day: Day) -> str:
    return ", ".join(f"{_clock(session.starts)}–{_clock(session.ends)}" for session in day)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
