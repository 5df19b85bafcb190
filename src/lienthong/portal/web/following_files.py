"""Files of a party's own dossiers, found by what they belong to and never by their hash."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from lienthong.documents.public import require_no_virus
from lienthong.dossiers.public import find_held, find_own_paper, own_slip, read_result
from lienthong.identity.public import NotFound, citizens, visitor_of
from lienthong.kernel.clock import now
from lienthong.kernel.downloads import file_answer
from lienthong.kernel.models import Blob
from lienthong.portal.actions.noticing import note_use
from lienthong.portal.models import UseEvent


@citizens
@require_GET
def slip(request: HttpRequest, slip_id: UUID) -> HttpResponseBase:
    """A slip, always the same file."""
    found = own_slip(slip_id=slip_id, visitor=visitor_of(request), at=now())
    return _answer(found.blob, f"{found.facts['code']}-{found.kind}.pdf")


@citizens
@require_GET
def paper(request: HttpRequest, paper_id: int) -> HttpResponseBase:
    """A paper that was handed in."""
    held = find_own_paper(visitor_of(request), paper_id)
    return _answer(held.blob, held.file_name)


@citizens
@require_GET
def result(request: HttpRequest, result_id: UUID) -> HttpResponseBase:
    """The result with its signature; that it was read is kept. `?save`: to keep, not to look at."""
    read = read_result(result_id=result_id, visitor=visitor_of(request), at=now())
    if (held := read.held) is None:
        raise NotFound
    note_use(read.dossier.version.procedure_id, UseEvent.RESULT_READ, at=now())
    return _answer(held.blob, held.file_name, inline="save" not in request.GET)


@citizens
@require_GET
def document(request: HttpRequest, held_id: UUID) -> HttpResponseBase:
    """A document that is held of the party."""
    held = find_held(visitor_of(request), held_id)
    return _answer(held.blob, held.file_name)


def _answer(blob: Blob | None, name: str, *, inline: bool = True) -> HttpResponseBase:
    """The file; raises `VirusFound` if one was found in it after it had been accepted."""
    if blob is None:
        raise NotFound
    require_no_virus(blob)
    return file_answer(blob, name, inline=inline)
