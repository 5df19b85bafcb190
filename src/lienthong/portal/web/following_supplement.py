"""The supplement: each thing that was asked for with its answer, sent in one act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lienthong.dossiers.public import (
    SUPPLY,
    Dossier,
    GivenFile,
    ItemAnswer,
    SupplementAnsweredAlready,
    answer_supplement,
    find_own,
    keep_upload,
    party_actions,
)
from lienthong.identity.public import citizens, visitor_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal

MOST_FILES, LONGEST = 10, 5_000  # files of one item, characters of one answer
BY_FIELD = 422  # refusals that are said at the field, on the same page


@dataclass
class Item:
    """One thing that was asked for, with what is answered to it so far."""

    place: int
    asked: str
    text: str = ""
    files: list[GivenFile] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def answer(self) -> ItemAnswer:
        """As the act takes it."""
        return ItemAnswer(self.text, tuple(self.files))


@citizens
@never_cache
@require_http_methods(["GET", "POST"])
def supplement(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Everything that is missing on one page; sent once and whole."""
    found = find_own(visitor_of(request), dossier_id)
    asked = getattr(found, "supplement", None)
    if asked is None or (SUPPLY not in party_actions(found) and request.method == "GET"):
        return redirect("portal:dossier", dossier_id)
    items = [Item(place, text) for place, text in enumerate(asked.items)]
    if request.method != "POST":
        return _page(request, found, items)
    _read(request, dossier_id, items)
    if any(item.errors for item in items):
        return _page(request, found, items)
    return _send(request, found, items)


def _send(request: HttpRequest, found: Dossier, items: Sequence[Item]) -> HttpResponse:
    try:
        answers = [item.answer() for item in items]
        answer_supplement(dossier_id=found.pk, answers=answers, visitor=visitor_of(request), at=now())
    except SupplementAnsweredAlready as refusal:
        messages.info(request, refusal.say())
    except Refusal as refusal:
        if refusal.status != BY_FIELD:
            raise
        place = refusal.field.removeprefix("text-")
        items[int(place) if place.isdigit() else 0].errors.append(refusal.say())
        return _page(request, found, items)
    else:
        _Kept(request.session, found.pk).forget()
        messages.success(request, _("Sent. The body goes on with it, and the clock runs again."))
    return redirect("portal:dossier", found.pk)


def _read(request: HttpRequest, dossier_id: UUID, items: Sequence[Item]) -> None:
    """What was written and sent to each item; what is refused is said at it, and the rest stays."""
    kept = _Kept(request.session, dossier_id)
    for item in items:
        item.text = request.POST.get(f"text-{item.place}", "")[:LONGEST]
        known = request.POST.getlist(f"kept-{item.place}")[:MOST_FILES]
        item.files = [kept.file(one, item.asked) for one in known if one in kept.names]
        uploads = request.FILES.getlist(f"files-{item.place}")
        if len(item.files) + len(uploads) > MOST_FILES:
            most = {"most": MOST_FILES}
            item.errors.append(
                _("At most %(most)s files for one thing. Put several pages into one PDF.") % most
            )
        for upload in uploads[: MOST_FILES - len(item.files)]:
            try:
                item.files.append(kept.file(kept.keep(upload), item.asked))
            except Refusal as refusal:
                item.errors.append(refusal.say())
        item.files = list({one.sha256: one for one in item.files}.values())


def _page(request: HttpRequest, found: Dossier, items: Sequence[Item]) -> HttpResponse:
    wrong = any(item.errors for item in items)
    context = {
        "dossier": found,
        "items": items,
        "wrong": wrong,
        "supplement": getattr(found, "supplement", None),
    }
    return render(request, "portal/supplement.html", context, status=BY_FIELD if wrong else 200)


class _Kept:
    """The files that this session sent for the dossier: a hash alone opens the file of nobody else."""

    def __init__(self, session: SessionBase, dossier_id: UUID) -> None:
        self._session, self._key = session, f"supplement-{dossier_id}"
        self.names: dict[str, str] = dict(session.get(self._key, {}))

    def keep(self, upload: UploadedFile[Any]) -> str:
        """Keep a file; raises what `keep_upload` refuses."""
        blob = keep_upload(upload, at=now())
        self.names[blob.pk] = (upload.name or "")[-200:] or blob.pk[:12]
        self._session[self._key] = self.names
        return str(blob.pk)

    def file(self, sha256: str, asked: str) -> GivenFile:
        """The file as the act takes it."""
        return GivenFile(sha256, asked, self.names[sha256])

    def forget(self) -> None:
        """They belong to the dossier now."""
        self._session.pop(self._key, None)
