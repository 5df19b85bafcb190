"""Files that pages of dossiers open."""

from __future__ import annotations

from django.http import HttpResponseBase

from lienthong.documents.public import require_no_virus
from lienthong.kernel.downloads import file_answer as kept_file
from lienthong.kernel.models import Blob


def file_answer(blob: Blob, name: str, *, inline: bool) -> HttpResponseBase:
    """The file; raises `VirusFound` if one was found in it after it had been accepted."""
    require_no_virus(blob)
    return kept_file(blob, name, inline=inline)
