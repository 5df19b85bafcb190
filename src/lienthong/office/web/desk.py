"""The desk: the first page of the day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.office.desk import MOST, Desk, desk_of, standing_in
from lienthong.office.waiting import KINDS


@needs(Role.CLERK, Role.SPECIALIST, Role.LEADER)
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for the viewer, the soonest due first; `?kind=` narrows it to one kind."""
    asked = request.GET.get("kind", "")
    kind = asked if asked in KINDS else ""
    viewer, at = viewer_of(request), now()
    found = desk_of(viewer, at=at, kind=kind)
    context = {
        "desk": found,
        "kind": kind,
        "most": MOST,
        "tabs": _tabs(found, kind),
        "standing_in": standing_in(viewer, at=at),
        "longer": [count for count in found.counts if count.more and kind in ("", count.kind.code)],
    }
    return render(request, "office/desk.html", context)


def _tabs(found: Desk, kind: str) -> list[dict[str, object]]:
    """All, and each kind of which something waits; the one asked for also when nothing does any more."""
    rows = [_tab("", _("All"), found.total, found.more, kind)]
    rows += [_tab(one.kind.code, one.kind.label, one.count, one.more, kind) for one in found.counts]
    if kind and not any(one.kind.code == kind for one in found.counts):
        rows.append(_tab(kind, KINDS[kind].label, 0, False, kind))
    return rows


def _tab(code: str, label: object, count: int, more: bool, current: str) -> dict[str, object]:
    url = f"?kind={code}" if code else "?"
    return {"url": url, "label": f"{label} ({count}{'+' if more else ''})", "current": code == current}
