"""Pages of a draft's versions: who saved what when, and how two of them differ."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lienthong.directory.public import Agency, Division, Official
from lienthong.identity.public import NotFound, Role, needs, viewer_of
from lienthong.office import outgoing_queries
from lienthong.office.contracts import Composition
from lienthong.office.drafting_models import DraftVersion
from lienthong.office.groups import ADDRESSES
from lienthong.office.models import OutgoingDocument
from lienthong.office.versions import Content, Difference, differences, paragraphs_of
from lienthong.office.web.common import file_answer
from lienthong.tasks.public import PartyKind

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)
SHOWN = 200


@needs(*READERS)
@require_GET
def versions(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The versions, newest first, and the difference of two; of the last two unless others are asked for."""
    outgoing = outgoing_queries.find_drafted(viewer_of(request), document_id)
    rows = list(outgoing.versions.defer("content").select_related("saved_by").order_by("-number")[:SHOWN])
    newest = rows[0].number if rows else 0
    new = _number(request, "new") or newest
    old = _number(request, "old") or max(new - 1, 1)
    context = {
        "outgoing": outgoing,
        "rows": rows,
        "old": old,
        "new": new,
        "changes": _changes(outgoing, old, new) if rows else [],
    }
    return render(request, "office/versions.html", context)


@needs(*READERS)
@require_GET
def version_pdf(request: HttpRequest, document_id: UUID, number: int) -> HttpResponseBase:
    """The PDF that was uploaded with a version; `?inline=1` shows it in the browser."""
    outgoing = outgoing_queries.find_drafted(viewer_of(request), document_id)
    version = outgoing.versions.select_related("uploaded").filter(number=number).first()
    if version is None or version.uploaded is None:
        raise NotFound
    return file_answer(version.uploaded, f"draft-{number}.pdf", inline="inline" in request.GET)


def changes_meanwhile(draft: OutgoingDocument, typed: Composition) -> tuple[int, list[Difference]]:
    """The number of the newest version, which somebody else saved, and how what was typed differs from it."""
    newest = draft.versions.latest("number")
    saved = Content.from_json(newest.content)
    names = Agency.objects.filter(id__in=typed.recipients).order_by("code").values_list("name", flat=True)
    mine = Content(
        type_code=typed.type_code,
        subject=typed.subject,
        place=typed.place,
        urgency=typed.urgency,
        steering_type=typed.steering_type,
        due_on=typed.due_on.isoformat() if typed.due_on else "",
        authority=saved.authority,
        body=paragraphs_of(typed.body),
        recipients=(*(ADDRESSES[group] for group in sorted(typed.groups)), *names, *_beside(typed)),
        file=saved.file,
        annexes=saved.annexes,
    )
    return newest.number, differences(saved, mine)


def _beside(typed: Composition) -> list[str]:
    """The names of those inside the agency and on paper, in the order named: two queries."""
    ids: dict[PartyKind, list[int]] = {kind: [] for kind in PartyKind}
    for key in typed.inside:
        ids[key.kind].append(key.id)
    divisions = Division.objects.in_bulk(ids[PartyKind.DIVISION])
    officials = Official.objects.in_bulk(ids[PartyKind.OFFICIAL])
    named = [(divisions if key.kind is PartyKind.DIVISION else officials).get(key.id) for key in typed.inside]
    return [*(str(row) for row in named if row), *typed.paper]


def _changes(outgoing: OutgoingDocument, old: int, new: int) -> list[Difference]:
    """What changed between two versions; raises `NotFound` when one of them is not there."""
    found: dict[int, DraftVersion] = {
        version.number: version for version in outgoing.versions.filter(number__in={old, new})
    }
    if found.keys() != {old, new}:
        raise NotFound
    return differences(Content.from_json(found[old].content), Content.from_json(found[new].content))


def _number(request: HttpRequest, name: str) -> int:
    """The version named in the address; 0 without one, and for what is no number."""
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
