"""A form as whoever applies sees it, to be tried out; nothing of it is kept."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.identity.public import signed_in, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.procedures import queries
from lienthong.procedures.filling import (
    KeptFile,
    Posted,
    answers_from_post,
    form_pages,
    invented_answers,
)
from lienthong.procedures.form import Form, parse_form
from lienthong.procedures.places import Communes


@signed_in
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Draw the form, empty or with invented answers; judge what is sent as a real one would be judged."""
    version = queries.find_version(viewer_of(request), version_id)
    if version.form is None:
        raise Http404
    form, files, places = parse_form(version.form.definition), dict[str, KeptFile](), Communes()
    if request.method == "POST":
        posted = _posted(request, form, files, places)
    else:
        posted = Posted(_given(request, form, places))
    drawn = form_pages(
        form,
        posted.answers,
        faults=posted.faults,
        seen=posted.seen if request.method == "POST" else None,
        files=files,
        places=places,
    )
    context = {
        "version": version,
        "procedure": version.procedure,
        "drawn": drawn,
        "refresh_url": request.path,
        "places_url": reverse("procedures:places"),
        "accepted": request.method == "POST" and posted.accepted,
    }
    return render(request, "procedures/preview.html", context, status=422 if posted.faults else 200)


@signed_in
@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """Communes that match what is being written; the field sends it under its own name."""
    found = Communes().find(str(next(iter(request.GET.values()), "")))
    return render(request, "procedures/places.html", {"found": found})


def _given(request: HttpRequest, form: Form, places: Communes) -> dict[str, Any]:
    """What the form opens with: nothing, or invented answers."""
    if "invented" not in request.GET:
        return {}
    commune = next(iter(places.find("phường")), None)
    on = now().astimezone(VIETNAM).date()
    return invented_answers(form, on=on, **({"place": commune.code} if commune else {}))


def _posted(request: HttpRequest, form: Form, files: dict[str, KeptFile], places: Communes) -> Posted:
    def store(upload: UploadedFile[Any]) -> str:
        """Only look at the file: a preview keeps none."""
        sha256 = hashlib.sha256()
        for chunk in upload.chunks():
            sha256.update(chunk)
        files[sha256.hexdigest()] = KeptFile(sha256.hexdigest(), upload.name or "", size=upload.size)
        return sha256.hexdigest()

    return answers_from_post(
        form,
        request.POST,
        on=now().astimezone(VIETNAM).date(),
        files=request.FILES,
        store=store,
        may_keep=lambda _sha256: True,  # nothing is kept here that a hash could open
        places=places,
    )
