"""Handing a packet out over HTTP."""

from __future__ import annotations

from uuid import UUID

from django.http import StreamingHttpResponse

from lienthong.axis.queries.deliveries import PacketFile


def packet_response(file: PacketFile, delivery_id: UUID) -> StreamingHttpResponse:
    """The packet exactly as it was sent, streamed; its SHA-256 is the ETag."""
    return StreamingHttpResponse(
        file.chunks,
        content_type="application/xml",
        headers={
            "Content-Length": str(file.size),
            "ETag": f'"{file.sha256}"',
            "Content-Disposition": f'attachment; filename="{delivery_id}.edxml"',
        },
    )
