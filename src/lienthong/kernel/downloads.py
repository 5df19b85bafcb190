"""Answers that are kept or shown as files: a stored file, a table as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import get_language, override

from lienthong.kernel.blobs import open_blob
from lienthong.kernel.models import Blob

PDF = "application/pdf"
# A browser's own viewer draws a PDF with elements and styles of its own, inside this one answer.
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def file_answer(blob: Blob, name: str, *, inline: bool) -> HttpResponseBase:
    """The file, streamed; shown in the browser only if it is a PDF, else offered for keeping."""
    response = StreamingHttpResponse(open_blob(blob), content_type=blob.media_type)
    shown = inline and blob.media_type == PDF
    response["Content-Disposition"] = f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(name)}"
    response["Content-Length"] = str(blob.size)
    response["Cache-Control"] = "private, max-age=0"
    if shown:
        response["Content-Security-Policy"] = PDF_POLICY
    return response


def csv_answer(name: str, head: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponseBase:
    """A table as CSV in UTF-8 with a mark that spreadsheets understand, streamed row by row.

    Rows are made after the request and its language have ended; each is still put into words in that one.
    """
    writer, language, feed = csv.writer(_Echo()), get_language(), iter(rows)
    first = "\ufeff" + writer.writerow([str(cell) for cell in head])

    def lines() -> Iterator[str]:
        yield first
        while True:
            with override(language):
                row = next(feed, None)
                line = None if row is None else writer.writerow([_harmless(cell) for cell in row])
            if line is None:
                return
            yield line

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


class _Echo:
    """A file that answers what is written to it."""

    def write(self, text: str) -> str:
        return text


def _harmless(cell: object) -> str:
    """The cell as text that a spreadsheet will not take for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
