"""The papers of a dossier that were scanned or sent, as files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from lienthong.dossiers import policies, queries
from lienthong.dossiers.actions.reading import note_reading
from lienthong.dossiers.models import DossierPaper
from lienthong.dossiers.reusing import infected
from lienthong.dossiers.web.files import file_answer
from lienthong.identity.public import NotFound, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.procedures.public import KeptFile


@needs(*policies.READERS)
@require_GET
def paper(request: HttpRequest, paper_id: int) -> HttpResponseBase:
    """The file of a paper."""
    viewer = viewer_of(request)
    found = queries.find_paper(viewer, paper_id)
    if found.held is None:
        raise NotFound
    held = found.held
    note_reading(dossier_id=found.dossier_id, viewer=viewer, at=now())
    return file_answer(held.blob, held.file_name, inline=True)


def with_viruses(papers: Sequence[DossierPaper]) -> list[tuple[DossierPaper, str]]:
    """Each paper with the virus that was found in its file; empty where none was. One query at most."""
    bad = infected({one.held.blob_id for one in papers if one.held is not None})
    return [(one, bad.get(one.held.blob_id, "") if one.held is not None else "") for one in papers]


def files_of(papers: Iterable[DossierPaper]) -> dict[str, KeptFile]:
    """Where the files among the answers are opened, by their SHA-256."""
    return {
        one.held.blob_id: KeptFile(
            one.held.blob_id, one.held.file_name, reverse("dossiers:paper", args=[one.pk])
        )
        for one in papers
        if one.held is not None
    }
