"""Opinions of other bodies: the pages on which they are asked for, given and withdrawn."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.directory.public import Agency, search_agencies
from lienthong.documents.public import store_received
from lienthong.dossiers import opinions, queries
from lienthong.dossiers.actions.opining import ask_opinions, give_opinion, withdraw_opinion
from lienthong.dossiers.contracts import OpinionGiven, OpinionQuestion
from lienthong.dossiers.opinion_forms import AskForm, GiveForm, WithdrawForm
from lienthong.dossiers.refusals import OpinionClosed
from lienthong.dossiers.uploading import ALLOWED, MOST_BYTES
from lienthong.dossiers.web.files import file_answer
from lienthong.dossiers.web.lists import ALL_READERS, WORKERS
from lienthong.identity.public import NotFound, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal

FOUND = 20


@needs(*WORKERS)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Ask other bodies at a step: they are found by name, chosen, and asked all at once."""
    viewer, at = viewer_of(request), now()
    task = queries.find_task(viewer, task_id)
    search = request.method != "POST" or request.POST.get("act") == "search"
    form = AskForm(request.POST, request.FILES) if not search else AskForm(initial=request.POST.dict())
    chosen = _numbers(request.POST.getlist("bodies"))
    if not search and form.is_valid():
        said = form.cleaned_data
        try:
            asked = OpinionQuestion(
                tuple(sorted(chosen)), said["question"], said["hours"] * 60, *_stored(said["file"])
            )
            number = ask_opinions(task_id=task_id, asked=asked, viewer=viewer, at=at)
        except Refusal as refusal:
            _say(form, refusal)
        else:
            words = ngettext("%(number)d body was asked.", "%(number)d bodies were asked.", number)
            messages.success(request, words % {"number": number})
            return redirect("dossiers:dossier", task.dossier_id)
    text = request.POST.get("q", "").strip()[:100]
    on = at.astimezone(VIETNAM).date()
    found = search_agencies(text, on=on, limit=FOUND) if text else []
    context = {
        "task": task,
        "step": queries.step_name(task),
        "form": form,
        "chosen": list(Agency.objects.filter(pk__in=chosen).order_by("name")),
        "found": [one for one in found if one.pk not in chosen | {task.agency_id}],
        "q": text,
    }
    return render(request, "dossiers/ask_opinions.html", context, status=200 if search else 422)


@needs(*WORKERS)
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Give the opinion that the viewer's agency is asked for."""
    viewer = viewer_of(request)
    opinion = opinions.find_opinion(viewer, task_id)
    if opinion.task.agency_id != viewer.agency_id:
        raise NotFound
    form = GiveForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            given = OpinionGiven(said["verdict"], said["text"], *_stored(said["file"]))
            give_opinion(task_id=task_id, given=given, viewer=viewer, at=now())
        except Refusal as refusal:
            _say(form, refusal)
        else:
            messages.success(request, _("Your agency's opinion was given."))
            return redirect("dossiers:dossier", opinion.task.dossier_id)
    context = {"opinion": opinion, "form": form, "title": _("Give the opinion")}
    return _page(request, context)


@needs(*WORKERS)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Ask for an opinion no longer."""
    viewer = viewer_of(request)
    opinion = opinions.find_opinion(viewer, task_id)
    if opinion.at_step.agency_id != viewer.agency_id:
        raise NotFound
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        try:
            withdraw_opinion(task_id=task_id, reason=form.cleaned_data["text"], viewer=viewer, at=now())
        except Refusal as refusal:
            _say(form, refusal)
        else:
            messages.success(request, _("The question was withdrawn."))
            return redirect("dossiers:dossier", opinion.task.dossier_id)
    return _page(request, {"opinion": opinion, "form": form, "title": _("Withdraw the question")})


@needs(*ALL_READERS)
@require_GET
def file(request: HttpRequest, task_id: UUID, which: str) -> HttpResponseBase:
    """The file of the question or of the answer."""
    blob, name = opinions.file_of(viewer_of(request), task_id, which)
    return file_answer(blob, name, inline=True)


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "dossiers/opinion.html", context, status=status)


def _say(form: Any, refusal: Refusal) -> None:
    """The refusal beside its field; one that no other words would lift is a page of its own."""
    no_words_lift = refusal.field not in form.fields and refusal.status in {403, 404}
    if no_words_lift or refusal.code == OpinionClosed.code:
        raise refusal
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())


def _stored(upload: UploadedFile[Any] | None) -> tuple[str, str]:
    """The file looked at, scanned and kept: its SHA-256 and name."""
    if upload is None:
        return "", ""
    blob = store_received(upload.chunks(), at=now(), max_bytes=MOST_BYTES, allow=ALLOWED)
    return str(blob.pk), (upload.name or blob.pk[:12])[:200]


def _numbers(values: list[str]) -> set[int]:
    return {int(one) for one in values[:100] if one.isascii() and one.isdigit() and len(one) < 16}
