"""Files that come to the counter: looked at, scanned, kept, and named again by a form that is corrected."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from lienthong.documents.public import store_received
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.kernel.media_types import HEAD, sniff
from lienthong.procedures.public import KeptFile

Uploads = MultiValueDict[str, "UploadedFile[Any]"]
SENT, MOST_SENT = "counter-files", 120
MOST_BYTES = 20 * 1024 * 1024
MOST_PAGES = 20  # files of one paper
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


class TooManyPages(Refusal):
    """More files than one paper has."""

    code, status = "too-many-pages", 422
    sentence = _(
        "%(count)s files were sent for one paper and at most %(most)s are kept: the first were. "
        "Scan several pages into one PDF."
    )


class SentFiles:
    """The files that this counter sent in this session, by their SHA-256."""

    def __init__(self, session: SessionBase) -> None:
        self._session = session
        self.names: dict[str, str] = dict(session.get(SENT, {}))

    def knows(self, sha256: str) -> bool:
        """Whether it was sent here: a hash alone must not open the file of another."""
        return sha256 in self.names

    def keep(self, upload: UploadedFile[Any]) -> str:
        """Keep a file. Raises `UnreadableImage` and what `store_received` refuses."""
        name = (upload.name or "")[-200:]
        _require_readable(upload, name)
        blob = store_received(upload.chunks(), at=now(), max_bytes=MOST_BYTES, allow=ALLOWED)
        self.names.pop(blob.pk, None)
        self.names[blob.pk] = name or blob.pk[:12]
        self._session[SENT] = dict(list(self.names.items())[-MOST_SENT:])
        return str(blob.pk)

    def read(
        self, data: QueryDict, files: Uploads, name: str, *, most: int = MOST_PAGES
    ) -> tuple[tuple[KeptFile, ...], list[Refusal]]:
        """The files of one input: those kept from before and those sent now; and what was refused."""
        found = [one for one in data.getlist(f"kept-{name}")[:most] if self.knows(one)]
        uploads, refused = files.getlist(name), list[Refusal]()
        if len(found) + len(uploads) > most:
            refused.append(TooManyPages(field=name, count=len(found) + len(uploads), most=most))
        for upload in uploads[: most - len(found)]:
            try:
                found.append(self.keep(upload))
            except Refusal as refusal:
                refused.append(refusal)
        return tuple(KeptFile(one, self.names[one]) for one in dict.fromkeys(found)), refused

    def all(self) -> dict[str, KeptFile]:
        """Every file with its name."""
        return {sha256: KeptFile(sha256, name) for sha256, name in self.names.items()}


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
