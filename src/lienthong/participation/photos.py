"""Photos of citizens: looked at, turned upright and drawn anew, so that only pixels stay of them."""

from __future__ import annotations

import io
from datetime import datetime
from typing import IO

from pi_heif import register_heif_opener
from PIL import Image, ImageOps, UnidentifiedImageError

from lienthong.documents.public import store_received
from lienthong.kernel.blobs import EmptyFile, FileTooLarge
from lienthong.kernel.media_types import HEAD, HEIC, sniff
from lienthong.kernel.models import Blob
from lienthong.participation.refusals import NotAPhoto

MOST_PHOTOS = 5
MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 60_000_000
LONGEST_SIDE = 1_280  # enough to see it, and light on a slow line
JPEG = "image/jpeg"
KINDS = frozenset({JPEG, "image/png", "image/webp", HEIC})
_BROKEN = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    RuntimeError,
    OSError,
    ValueError,
    SyntaxError,
)

register_heif_opener(thumbnails=False)  # photos of telephones; ADR 0043


def store_photo(content: IO[bytes], *, name: str, at: datetime) -> tuple[Blob, int, int]:
    """Store the photo as a JPEG of at most 1,280 pixels a side, and answer it with its width and height.

    What the camera wrote into it (where, when, with what) is gone: only pixels are kept. What is stored is
    scanned for viruses.

    Raises:
        EmptyFile, FileTooLarge, NotAPhoto; VirusFound, NotScannedNow.
    """
    head = content.read(HEAD)
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    if not head:
        raise EmptyFile(field="photos")
    if size > MAX_BYTES:
        raise FileTooLarge(field="photos", megabytes=MAX_BYTES // 2**20)
    if sniff(head) not in KINDS:
        raise NotAPhoto(field="photos", name=name[:100])
    picture = _pixels(content, name)
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", quality=75, optimize=True)
    drawn.seek(0)
    blob = store_received(drawn, at=at, max_bytes=MAX_BYTES, allow=frozenset({JPEG}))
    return blob, picture.width, picture.height


def _pixels(content: IO[bytes], name: str) -> Image.Image:
    try:
        with Image.open(content, formats=["JPEG", "PNG", "WEBP", "HEIF"]) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise NotAPhoto(field="photos", name=name[:100])
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture = ImageOps.exif_transpose(opened).convert("RGB")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except _BROKEN as error:
        raise NotAPhoto(field="photos", name=name[:100]) from error
    # A new picture of the same pixels: whatever hung on the old one (EXIF, comments, profiles) stays behind.
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    return clean
