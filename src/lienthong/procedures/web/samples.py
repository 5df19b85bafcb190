"""Samples of required papers, to be looked at."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from lienthong.documents.public import require_no_virus
from lienthong.identity.public import signed_in, viewer_of
from lienthong.kernel.downloads import file_answer
from lienthong.procedures import queries


@signed_in
@require_GET
def sample(request: HttpRequest, sample_id: int) -> HttpResponseBase:
    """The file of a sample."""
    found = queries.find_sample(viewer_of(request), sample_id)
    require_no_virus(found.blob)
    return file_answer(found.blob, found.name, inline=True)
