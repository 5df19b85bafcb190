"""Feedback for officials: the inbox of their body, one with its acts, and low ratings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from lienthong.directory.public import find_agency
from lienthong.identity.public import NotFound, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.participation import maps, places, policies, queries
from lienthong.participation.actions import rating, working
from lienthong.participation.contracts import Point
from lienthong.participation.forms import (
    AnswerForm,
    InboxForm,
    NothingForm,
    ReasonForm,
    RefuseForm,
    RerouteForm,
    WordsForm,
)
from lienthong.participation.models import Feedback
from lienthong.participation.states import READERS, WORKERS, Move
from lienthong.participation.web.showing import image_answer, shown_refusal

LABELS: dict[str, Promise] = {
    "open": gettext_lazy("To answer"),
    "mine": gettext_lazy("Taken by me"),
    "approve": gettext_lazy("To approve"),
    "answered": gettext_lazy("Answered"),
    "ended": gettext_lazy("Closed"),
    "all": gettext_lazy("All"),
}


@dataclass(frozen=True)
class Act:
    """How a move is asked for on the page, done and confirmed."""

    form: type[NothingForm]
    do: Callable[..., object]
    said: Promise
    color: str = "accent"


def _draft(*, form: Any, **given: Any) -> object:
    return working.draft_answer(answer=form.answer(), **given)


def _reroute(*, form: Any, at: datetime, **given: Any) -> object:
    said = form.cleaned_data
    body = find_agency(said["agency"], on=at.astimezone(VIETNAM).date())
    return working.reroute(agency_id=body.pk, reason=said["reason"], at=at, **given)


def _plain(act: Callable[..., object]) -> Callable[..., object]:
    def do(*, form: Any, **given: Any) -> object:
        return act(**form.cleaned_data, **given)

    return do


ACTS: dict[str, Act] = {
    "take": Act(NothingForm, _plain(working.take), gettext_lazy("It is yours now.")),
    "draft": Act(AnswerForm, _draft, gettext_lazy("The answer waits for approval.")),
    "approve": Act(
        NothingForm, _plain(working.approve), gettext_lazy("The answer was sent."), color="success"
    ),
    "send-back": Act(
        ReasonForm,
        _plain(working.send_back),
        gettext_lazy("Sent back for rework with your reason."),
        "danger",
    ),
    "reroute": Act(RerouteForm, _reroute, gettext_lazy("Passed on. Its sender reads your reason.")),
    "refuse": Act(
        RefuseForm, _plain(working.refuse), gettext_lazy("Refused. Its sender reads your reason."), "danger"
    ),
    "unpublish": Act(
        ReasonForm, _plain(working.unpublish), gettext_lazy("It is no longer shown to the public."), "danger"
    ),
}


@dataclass(frozen=True)
class Offer:
    """An act the viewer may do now, with its form."""

    move: Move
    act: Act
    form: NothingForm
    open: bool = False


@needs(*READERS)
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The inbox; it opens on what the body owes, the soonest due first."""
    viewer, at = viewer_of(request), now()
    asked = request.GET.get("tab", "open")
    tab = asked if asked in LABELS else "open"
    form = InboxForm(request.GET, categories=queries.categories())
    wanted = form.wanted(tab)
    owed, late = queries.open_counts(viewer, at=at)
    context = {
        "page": queries.inbox(viewer, wanted, cursor=request.GET.get("cursor", "")),
        "form": form,
        "tab": tab,
        "tabs": [
            {"url": f"?tab={one}", "label": label, "current": one == tab} for one, label in LABELS.items()
        ],
        "filtered": bool(wanted.text or wanted.category),
        "owed": owed,
        "late": late,
        "at": at,
    }
    return render(request, "participation/desk.html", context)


@needs(*READERS)
@require_GET
def desk_one(request: HttpRequest, feedback_id: UUID) -> HttpResponse:
    """One feedback: what was said, where, by whom, what happened, and what the viewer may do."""
    return _one(request, feedback_id)


@needs(*WORKERS)
@require_POST
def act(request: HttpRequest, feedback_id: UUID, verb: str) -> HttpResponse:
    """Do one act of the table."""
    found = ACTS.get(verb)
    if found is None:
        raise Http404
    viewer, at = viewer_of(request), now()
    form = _form(found, verb, queries.find_feedback(viewer, feedback_id), request)
    if form.is_valid():
        try:
            found.do(form=form, feedback_id=feedback_id, viewer=viewer, at=at)
        except Refusal as refusal:
            if refusal.field not in form.fields and refusal.status in {403, 404, 409}:
                raise
            shown_refusal(refusal, form, "reason")
        else:
            messages.success(request, str(found.said))
            gone = verb == "reroute"
            return redirect("participation:desk") if gone else redirect("participation:desk_one", feedback_id)
    return _one(request, feedback_id, bound={verb: form})


@needs(*READERS)
@require_GET
def desk_photo(request: HttpRequest, feedback_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo of feedback that lies with the viewer's body."""
    feedback = queries.find_feedback(viewer_of(request), feedback_id)
    photo = feedback.photos.filter(pk=photo_id).select_related("blob").first()
    if photo is None:
        raise NotFound
    return image_answer(photo)


@needs(*READERS)
@require_GET
def desk_ratings(request: HttpRequest) -> HttpResponse:
    """Low ratings of the body that are owed an answer, and those that have one."""
    return _ratings(request)


@needs(*WORKERS)
@require_POST
def answer_rating(request: HttpRequest, rating_id: UUID) -> HttpResponse:
    """Answer one of them."""
    form = WordsForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["answer"]
        rating.answer_rating(rating_id=rating_id, text=text, viewer=viewer_of(request), at=now())
        messages.success(request, _("The answer was sent."))
        return redirect("participation:desk_ratings")
    return _ratings(request, wrong=rating_id)


def _ratings(request: HttpRequest, wrong: UUID | None = None) -> HttpResponse:
    viewer = viewer_of(request)
    owed = list(queries.owed_ratings(viewer)[:100])
    answered = list(queries.owed_ratings(viewer, answered=True)[:50])
    works = policies.works(viewer)
    context = {"owed": owed, "answered": answered, "works": works, "wrong": wrong, "at": now()}
    return render(request, "participation/desk_ratings.html", context, status=422 if wrong else 200)


def _one(
    request: HttpRequest, feedback_id: UUID, *, bound: dict[str, NothingForm] | None = None
) -> HttpResponse:
    viewer, at = viewer_of(request), now()
    feedback = queries.find_feedback(viewer, feedback_id)
    sent = bound or {}
    offers = [
        Offer(
            move,
            ACTS[move.verb],
            sent.get(move.verb) or _form(ACTS[move.verb], move.verb, feedback),
            move.verb in sent,
        )
        for move in policies.allowed_actions(viewer, feedback)
    ]
    context = {
        "feedback": feedback,
        "photos": list(feedback.photos.all()),
        "offers": offers,
        "map": _map(feedback),
        "late": feedback.is_open and feedback.due_at is not None and feedback.due_at < at,
        "timeline": [
            {"title": step.verb_label, "at": step.at, "actor": step.official_name, "detail": step.text}
            for step in feedback.steps.all()
        ],
    }
    return render(request, "participation/desk_one.html", context, status=422 if bound else 200)


def _form(act: Act, verb: str, feedback: Feedback, request: HttpRequest | None = None) -> NothingForm:
    """The act's form, bound if it was sent; an answer begins with the last one, and with what was said."""
    given: dict[str, Any] = {"auto_id": f"{verb}_%s", "feedback": feedback}
    if act.form is AnswerForm:
        photos = list(feedback.photos.all())
        given["photos"] = photos
        given["initial"] = {
            "text": feedback.answer,
            "publish": feedback.publish,
            "public_text": feedback.public_text or feedback.text,
            "shows_place": feedback.shows_place,
            "photos": [str(photo.pk) for photo in photos if photo.public],
        }
    return act.form(request.POST, **given) if request is not None else act.form(**given)


def _map(feedback: Feedback) -> str:
    if feedback.latitude is None or feedback.longitude is None:
        return ""
    point, province = Point(feedback.latitude, feedback.longitude), places.province_of(feedback.unit)
    frame = maps.frame_around(feedback.unit, zoom=1, at=point)
    if frame is None:
        return ""
    mark = maps.Mark(point, feedback.number)
    return maps.draw(frame, province, places.communes_of(province), [mark], label=_("Map"))
