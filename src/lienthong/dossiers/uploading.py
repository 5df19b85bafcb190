"""One file that a person sends, from the counter's scanner or from a telephone: looked at, scanned, kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from lienthong.documents.public import store_received
from lienthong.kernel.errors import Refusal
from lienthong.kernel.media_types import HEAD, sniff
from lienthong.kernel.models import Blob

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 60_000_000
IMAGES = frozenset({"image/jpeg", "image/png"})
ALLOWED = IMAGES | {"application/pdf"}


class UnreadableImage(Refusal):
    """An image that no reader opens."""

    code, status = "unreadable-image", 422
    sentence = _(
        "“%(name)s” cannot be read as an image: it is damaged or larger than 60 megapixels. "
        "Scan or photograph the page again."
    )


def keep_upload(upload: UploadedFile[Any], *, at: datetime) -> Blob:
    """Keep a picture or PDF. Raises `UnreadableImage` and what `store_received` refuses."""
    _require_readable(upload, (upload.name or "")[-200:])
    return store_received(upload.chunks(), at=at, max_bytes=MOST_BYTES, allow=ALLOWED)


def _require_readable(upload: UploadedFile[Any], name: str) -> None:
    """Raise `UnreadableImage` unless every pixel can be read; other kinds are left to the store."""
    if (upload.size or 0) > MOST_BYTES or sniff(upload.read(HEAD)) not in IMAGES:
        upload.seek(0)
        return
    upload.seek(0)
    try:
        with Image.open(upload) as image:
            if image.width * image.height > MOST_PIXELS:
                raise UnreadableImage(field="file", name=name)
            image.draft("L", (256, 256))  # a JPEG is read whole, but not drawn large
            image.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise UnreadableImage(field="file", name=name) from None
    upload.seek(0)
