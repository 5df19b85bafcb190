"""Files that come to the counter: looked at, scanned, kept, and named again by a form that is corrected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers.uploading import keep_upload
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.procedures.public import KeptFile

Uploads = MultiValueDict[str, "UploadedFile[Any]"]
SENT, MOST_SENT = "counter-files", 120
MOST_PAGES = 20  # files of one paper


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

    def add(self, names: Mapping[str, str]) -> None:
        """Files that were proven to be the applicant's."""
        self.names |= names
        self._session[SENT] = dict(list(self.names.items())[-MOST_SENT:])

    def knows(self, sha256: str) -> bool:
        """Whether it was sent here: a hash alone must not open the file of another."""
        return sha256 in self.names

    def keep(self, upload: UploadedFile[Any]) -> str:
        """Keep a file. Raises `UnreadableImage` and what `store_received` refuses."""
        name, blob = (upload.name or "")[-200:], keep_upload(upload, at=now())
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
